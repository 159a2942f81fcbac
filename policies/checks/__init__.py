"""Preflight rules: one rule per file, one sentence each, in the order in which people read them."""

from collections.abc import Callable, Sequence

from policies.address import Address
from policies.checks.alter_and_loads import alter_and_loads
from policies.checks.backend_count import backend_count
from policies.checks.colocate import colocate
from policies.checks.destinations import destinations
from policies.checks.drop_setting import drop_setting
from policies.checks.leader import leader
from policies.checks.one_replica import one_replica
from policies.checks.others_healthy import others_healthy
from policies.checks.privileges import privileges
from policies.checks.recycle_bin import recycle_bin
from policies.checks.room import room
from policies.checks.run_mode import run_mode
from policies.checks.scheduler import scheduler
from policies.checks.tablet_health import tablet_health
from policies.checks.target import target
from policies.checks.unread import unread
from policies.cluster import ClusterState
from policies.plan import Finding, Verdict

Check = Callable[[tuple[Address, ...], ClusterState], list[Finding]]

DECOMMISSION_BACKEND: tuple[Check, ...] = (
    target,
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


def run(checks: Sequence[Check], targets: tuple[Address, ...], state: ClusterState) -> tuple[Finding, ...]:
    """All findings in order; when the target itself is wrong, only that, since everything else would be about nothing."""
    first = checks[0](targets, state)
    if any(finding.verdict is Verdict.BLOCK for finding in first):
        return tuple(first)
    return (*first, *(finding for check in checks[1:] for finding in check(targets, state)))
