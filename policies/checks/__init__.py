"""Preflight rules: one rule per file, one sentence each, in the order in which people read them."""

from collections.abc import Callable, Sequence

from policies.address import Address
from policies.checks.alter_and_loads import alter_and_loads
from policies.checks.away import stays_away
from policies.checks.backend_count import backend_count
from policies.checks.colocate import colocate
from policies.checks.destinations import destinations
from policies.checks.drop_setting import drop_setting
from policies.checks.dropped_node import dropped_node
from policies.checks.frontend_start import frontend_start
from policies.checks.interrupted_node import (
    any_node,
    copies_enough,
    goes_dark,
    hosts_reached,
    interrupted_node,
    one_at_a_time,
)
from policies.checks.leader import leader
from policies.checks.leaving_target import leaving_target
from policies.checks.new_node import new_node
from policies.checks.nodes_left import nodes_left
from policies.checks.one_replica import one_replica
from policies.checks.one_role import of_one_role
from policies.checks.one_version import one_version
from policies.checks.others_healthy import others_healthy
from policies.checks.privileges import privileges, rights
from policies.checks.recycle_bin import recycle_bin
from policies.checks.refresh_storm import refresh_storm
from policies.checks.room import room
from policies.checks.run_mode import run_mode
from policies.checks.running_loads import routine_loads, running_loads
from policies.checks.scheduler import scheduler
from policies.checks.stopping import stopping
from policies.checks.tablet_health import tablet_health
from policies.checks.target import target
from policies.checks.unread import unread
from policies.checks.views_seen import views_seen
from policies.checks.voters import voters_after_add, voters_after_drop
from policies.checks.warehouses import warehouse_joined, warehouses_left
from policies.checks.whole_cluster import (
    living_reached,
    members_known,
    nobody_leads,
    nobody_leaves,
    ports_answer,
    something_is_down,
    something_runs,
    voters_enough,
    work_lost,
)
from policies.cluster import ClusterState, NodeKind
from policies.plan import Finding, Verdict

__all__ = [
    "ADD_BACKEND", "ADD_COMPUTE_NODE", "ADD_FOLLOWER", "ADD_OBSERVER", "CANCEL_DECOMMISSION", "DECOMMISSION_BACKEND",
    "DROP_BACKEND", "DROP_COMPUTE_NODE", "DROP_FOLLOWER", "DROP_OBSERVER", "RESIZE_BACKEND", "RESIZE_COMPUTE_NODE",
    "RESIZE_FRONTEND", "RESTART_ALL", "RESTART_BACKEND", "RESTART_COMPUTE_NODE", "RESTART_FRONTEND", "START_ALL",
    "START_BACKEND", "START_COMPUTE_NODE", "START_FRONTEND", "STOP_ALL", "STOP_BACKEND", "STOP_COMPUTE_NODE", "STOP_FRONTEND",
    "STOP_THE_REST", "Check", "destinations", "frontend_start", "leader", "one_version", "privileges", "rights", "room",
    "routine_loads", "run", "running_loads", "stopping", "views_seen",
]  # fmt: skip

Check = Callable[[tuple[Address, ...], ClusterState], list[Finding]]

DECOMMISSION_BACKEND: tuple[Check, ...] = (
    of_one_role("decommission", NodeKind.BACKEND, target),
    leader,
    privileges,
    run_mode,
    others_healthy,
    backend_count,
    room,
    destinations,
    scheduler,
    one_replica,
    tablet_health,
    colocate,
    alter_and_loads,
    recycle_bin,
    drop_setting,
    unread,
)


def _new_node(kind: NodeKind) -> Check:
    return of_one_role("add", kind, new_node(kind))


def _dropped_node(kind: NodeKind) -> Check:
    return of_one_role("drop", kind, dropped_node(kind))


def _interrupted(kind: NodeKind, verb: str) -> Check:
    return of_one_role(verb, kind, interrupted_node(kind, verb=verb))


NODES_READ: tuple[Check, ...] = (leader, rights)
"""What every operation needs that changes the list of nodes."""
ADD_BACKEND: tuple[Check, ...] = (_new_node(NodeKind.BACKEND), *NODES_READ, one_version, others_healthy, scheduler)
ADD_COMPUTE_NODE: tuple[Check, ...] = (_new_node(NodeKind.COMPUTE_NODE), *NODES_READ, one_version, warehouse_joined)
ADD_FOLLOWER: tuple[Check, ...] = (_new_node(NodeKind.FOLLOWER), *NODES_READ, one_version, voters_after_add)
ADD_OBSERVER: tuple[Check, ...] = (_new_node(NodeKind.OBSERVER), *NODES_READ, one_version)
DROP_BACKEND: tuple[Check, ...] = (_dropped_node(NodeKind.BACKEND), *NODES_READ, nodes_left, warehouses_left)
DROP_COMPUTE_NODE: tuple[Check, ...] = (_dropped_node(NodeKind.COMPUTE_NODE), *NODES_READ, nodes_left, warehouses_left)
DROP_FOLLOWER: tuple[Check, ...] = (_dropped_node(NodeKind.FOLLOWER), *NODES_READ, voters_after_drop)
DROP_OBSERVER: tuple[Check, ...] = (_dropped_node(NodeKind.OBSERVER), *NODES_READ)
RESTART_BACKEND: tuple[Check, ...] = (
    _interrupted(NodeKind.BACKEND, "restart"),
    *NODES_READ,
    hosts_reached,
    others_healthy,
    copies_enough,
    goes_dark,
    running_loads,
    stopping,
)
RESTART_COMPUTE_NODE: tuple[Check, ...] = (
    _interrupted(NodeKind.COMPUTE_NODE, "restart"), *NODES_READ, hosts_reached, running_loads, stopping
)
RESTART_FRONTEND: tuple[Check, ...] = (
    _interrupted(NodeKind.FOLLOWER, "restart"), *NODES_READ, hosts_reached, running_loads, frontend_start, refresh_storm, stopping
)
RESTART_ALL: tuple[Check, ...] = (any_node("restart"), *RESTART_BACKEND[1:], frontend_start, refresh_storm)
RESIZE_BACKEND: tuple[Check, ...] = (_interrupted(NodeKind.BACKEND, "resize"), *RESTART_BACKEND[1:])
RESIZE_COMPUTE_NODE: tuple[Check, ...] = (_interrupted(NodeKind.COMPUTE_NODE, "resize"), *RESTART_COMPUTE_NODE[1:])
RESIZE_FRONTEND: tuple[Check, ...] = (_interrupted(NodeKind.FOLLOWER, "resize"), *RESTART_FRONTEND[1:])
STOP_BACKEND: tuple[Check, ...] = (_interrupted(NodeKind.BACKEND, "stop"), one_at_a_time, *RESTART_BACKEND[1:], stays_away)
STOP_COMPUTE_NODE: tuple[Check, ...] = (
    _interrupted(NodeKind.COMPUTE_NODE, "stop"), *RESTART_COMPUTE_NODE[1:]
)
STOP_FRONTEND: tuple[Check, ...] = (
    _interrupted(NodeKind.FOLLOWER, "stop"), one_at_a_time, *NODES_READ, hosts_reached, running_loads, refresh_storm, stopping
)
START_BACKEND: tuple[Check, ...] = (_interrupted(NodeKind.BACKEND, "start"), *NODES_READ, hosts_reached)
START_COMPUTE_NODE: tuple[Check, ...] = (_interrupted(NodeKind.COMPUTE_NODE, "start"), *NODES_READ, hosts_reached)
START_FRONTEND: tuple[Check, ...] = (_interrupted(NodeKind.FOLLOWER, "start"), *NODES_READ, hosts_reached)
STOP_ALL: tuple[Check, ...] = (something_runs, *NODES_READ, living_reached, ports_answer, nobody_leaves, work_lost)
STOP_THE_REST: tuple[Check, ...] = (members_known, something_runs, nobody_leads, living_reached)
"""Of a cluster in which no frontend answers, as after a stop that was broken off."""
START_ALL: tuple[Check, ...] = (members_known, something_is_down, voters_enough, refresh_storm)
CANCEL_DECOMMISSION: tuple[Check, ...] = (of_one_role("cancel decommission", NodeKind.BACKEND, leaving_target), *NODES_READ)


def run(checks: Sequence[Check], targets: tuple[Address, ...], state: ClusterState) -> tuple[Finding, ...]:
    """All findings in order; when the target itself is wrong, only that, since everything else would be about nothing."""
    first = checks[0](targets, state)
    if any(finding.verdict is Verdict.BLOCK for finding in first):
        return tuple(first)
    return (*first, *(finding for check in checks[1:] for finding in check(targets, state)))
