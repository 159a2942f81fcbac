"""Restart, stop and start the processes of nodes: one after the other, the leading frontend last.

Mission documents 000 (systemctl restart) and 002 (stop_be.sh), corrected: a plain stop_be.sh kills, `-g` is used where the
version does it well; exit codes prove nothing, so what counts is the start time that the cluster shows
(bin/stop_backend.sh, bin/start_backend.sh; StarRocks issue 64958).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal

from policies import checks
from policies.address import Address
from policies.checks.interrupted_node import kind_at
from policies.cluster import Backend, ClusterState, ComputeNode, Frontend, NodeKind, Role
from policies.estimate import DrainRecord
from policies.facts import nodes_facts
from policies.pacing import Pacing
from policies.plan import Estimate, Fact, Finding, Plan, Step, Verdict
from policies.playbooks.shape import MakePlan
from policies.request import Request
from policies.steps import process
from policies.steps.away import around_backends, to_wait_longer, told
from policies.steps.lend import lent_fact
from policies.steps.routine_loads import tell_paused
from policies.units import in_list

Verb = Literal["restart", "stop", "start"]
Node = Backend | ComputeNode | Frontend

ALL = "all"
"""The option that `restart be all` becomes."""
ACCEPT, UNHEALTHY = "accept", "unhealthy"
MOST_NAMED = 4
SECONDS = {NodeKind.BACKEND: (30.0, 600.0), NodeKind.COMPUTE_NODE: (20.0, 180.0), NodeKind.FOLLOWER: (30.0, 300.0)}
"""Of the cluster, for one node until the next one's turn: judged from reports, since a restart's time is the time to read its
metadata (facts on upgrades, G0)."""
UNDO = {
    "restart": "Abort ends after the node in hand, and starts it if it is down. A restart itself cannot be taken back.",
    "stop": "Abort starts the node in hand again; `/sr start` starts the others.",
    "start": "Abort ends after the node in hand; `/sr stop` stops what was started.",
}
DONE = {"restart": "has restarted", "stop": "is stopped", "start": "is up"}


def processes(kind: NodeKind | None, verb: Verb, rules: tuple[checks.Check, ...]) -> MakePlan:
    """The playbook for one kind of node (FOLLOWER: every frontend), or for all nodes of the cluster (None)."""

    def make_plan(
        request: Request,
        state: ClusterState,
        *,
        pacing: Pacing,
        revision: int,
        now: datetime,
        history: tuple[DrainRecord, ...] = (),
    ) -> Plan:
        del history
        named = dict(nodes_of(kind)(request, state))
        findings = checks.run(rules, tuple(named) or request.targets, state)
        wrong = any(finding.check == "target" and finding.verdict is Verdict.BLOCK for finding in findings)
        findings = accepted(findings, request)
        rows = [] if wrong else in_order(named, state)
        names = names_of(request, kind, rows)
        rolls = verb == "restart" and not wrong
        longer = to_wait_longer((role for role, _ in rows), state) if rolls else None
        turns = [(role, _steps(verb, role, row, state, pacing)) for role, row in rows]
        return Plan(
            operation=request.id,
            revision=revision,
            kind=request.kind,
            cluster=request.cluster,
            made_at=now,
            title=f"{verb.capitalize()} {names}",
            reason=request.reason,
            command=request.command,
            targets=tuple(row.address for _, row in rows) or request.targets,
            steps=(*around_backends(longer, turns), *(tell_paused(state) if rolls else ())),
            findings=(*findings, *(checks.routine_loads((), state) if rolls else ()), *told(longer), *_order(verb, rows)),
            facts=(*nodes_facts(state), *starts(rows), *((lent_fact(longer),) if longer else ())),
            estimate=estimate(rows, pacing, by_people=state.hosts is None),
            unhealthy_baseline=state.health.unhealthy if state.health else 0,
            undo_words=UNDO[verb],
            done_words=f"{names} {DONE[verb] if len(rows) == 1 else DONE[verb].replace('is', 'are').replace('has', 'have')}.",
        )

    return make_plan


class nodes_of:  # noqa: N801  (called like a function; a class so that entries of the menu stay comparable)
    """Which nodes a request is about: those that are named, or all of the kind."""

    def __init__(self, kind: NodeKind | None) -> None:
        self.kind = kind

    def __call__(self, request: Request, state: ClusterState) -> Mapping[Address, NodeKind]:
        addresses = request.targets
        if self.kind is None or ALL in request.options:
            rows: tuple[Node, ...] = state.nodes
            if self.kind is not None:
                rows = state.frontends if self.kind.frontend else state.workers
            addresses = tuple(row.address for row in rows)
        frontends = {frontend.address for frontend in state.frontends}
        found = {a: kind_at(state, a, frontend=a in frontends) for a in addresses}
        wanted = {a: kind for a, kind in found.items() if kind is not None}
        if ALL in request.options and self.kind in {NodeKind.BACKEND, NodeKind.COMPUTE_NODE}:
            return {a: kind for a, kind in wanted.items() if kind is self.kind}
        return wanted


class with_frontends:  # noqa: N801  (called like a function; a class so that entries of the menu stay comparable)
    """And every frontend: whether one joins again depends on the clocks of all."""

    def __init__(self, named: Callable[[Request, ClusterState], Mapping[Address, NodeKind]]) -> None:
        self.named = named

    def __call__(self, request: Request, state: ClusterState) -> Mapping[Address, NodeKind]:
        frontends = {frontend.address for frontend in state.frontends}
        return {**self.named(request, state), **{a: kind for a, kind in state.kinds.items() if a in frontends}}


def accepted(findings: tuple[Finding, ...], request: Request) -> tuple[Finding, ...]:
    """What the requester named as accepted is for the approvers to accept too, not for a rule to forbid."""
    if request.options.get(ACCEPT) != UNHEALTHY:
        return findings
    return tuple(
        f.with_(verdict=Verdict.WARN, advice="Asked for with accept=unhealthy: approving accepts this.")
        if f.check == "tablet health" and f.verdict is Verdict.BLOCK
        else f
        for f in findings
    )


def in_order(named: Mapping[Address, NodeKind], state: ClusterState) -> list[tuple[NodeKind, Node]]:
    """Backends, compute nodes, then frontends that follow, and the leader last, so that leadership moves once."""
    rows = [(kind, row) for address, kind in named.items() if (row := state.node(kind, address)) is not None]
    ranks = [NodeKind.BACKEND, NodeKind.COMPUTE_NODE, NodeKind.OBSERVER, NodeKind.FOLLOWER]
    return sorted(rows, key=lambda pair: (ranks.index(pair[0]), isinstance(pair[1], Frontend) and pair[1].role is Role.LEADER))


def _steps(verb: Verb, role: NodeKind, row: Node, state: ClusterState, pacing: Pacing) -> tuple[Step, ...]:
    return {"restart": process.restart, "stop": process.stop, "start": process.start}[verb](role, row, state, pacing)


def names_of(request: Request, kind: NodeKind | None, rows: list[tuple[NodeKind, Node]]) -> str:
    if kind is None:
        return f"all {len(rows)} nodes" if rows else "all nodes"
    if ALL in request.options:
        return f"all {len(rows)} {kind.process}s"
    addresses = [str(address) for address in request.targets]
    shown = in_list(addresses) if len(addresses) <= MOST_NAMED else f"{len(addresses)} nodes"
    return f"{kind.process} {shown}"


def _order(verb: Verb, rows: list[tuple[NodeKind, Node]]) -> list[Finding]:
    if len(rows) < 2:
        return []
    names = ", ".join(str(row.address) for _, row in rows)
    words = f"One after the other, the next once the cluster is at rest: {names}." if verb == "restart" else f"One by one: {names}."
    return [Finding(check="order", verdict=Verdict.OK, sentence=words, told=True)]


def starts(rows: list[tuple[NodeKind, Node]]) -> tuple[Fact, ...]:
    """A node that restarts by itself before it is its turn is not the node that was looked at."""
    return tuple(
        Fact(key=f"start {row.address}", label=f"Start of {row.address}", value=f"{row.last_start:%Y-%m-%d %H:%M:%S}")
        for _, row in rows
        if row.last_start is not None
    )


def estimate(rows: list[tuple[NodeKind, Node]], pacing: Pacing, *, by_people: bool) -> Estimate:
    kinds = [NodeKind.FOLLOWER if role.frontend else role for role, _ in rows]
    low, high = (sum(SECONDS[kind][end] for kind in kinds) for end in (0, 1))
    reason = "for each node: down, its metadata read again, the cluster at rest"
    if by_people:
        reason += "; without the time people need on hosts"
    return Estimate(low_s=pacing.wall(low), high_s=pacing.wall(high), reason=reason)
