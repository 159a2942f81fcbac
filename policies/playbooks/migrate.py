"""Rolling migration, replacement and storage rebuild: one approved plan with stages (mission 000).

Roles come from the cluster and from the ports: a new address with the heartbeat port of the backends becomes a backend,
one with the edit_log_port of the frontends a follower. What is in the wished state already is said and left out; so is a
frontend that does not exist (mission 000 drops one on 10.84.0.18 that was never there).
"""

from collections.abc import Mapping
from datetime import datetime

from policies.address import Address
from policies.checks.new_node import usual_port
from policies.cluster import Backend, ClusterState, Frontend, NodeKind
from policies.estimate import DrainRecord, drain_time
from policies.facts import nodes_facts
from policies.host_checks.newcomers import brought_in, judge_brought_in
from policies.moving import Moving, findings_of, moved_words, newcomers_wrong, steps_of, wrong_target
from policies.pacing import Pacing
from policies.plan import Estimate, Finding, Plan, Verdict
from policies.preparing import to_prepare
from policies.request import OperationKind, Request
from policies.room import spread
from policies.speed import Speed, speed_asked
from policies.steps.lend import lent_fact
from policies.units import in_list

UNDO = (
    "Abort undoes what is in hand: a new node that is not up yet is dropped again, a drain is cancelled. New nodes that are "
    "up stay; a node that is gone comes back only as a new, empty one."
)
TITLES = {
    OperationKind.REPLACE_BACKEND: "Replace BE",
    OperationKind.REBUILD_BACKEND: "Rebuild the storage of BE",
    OperationKind.MIGRATE: "Migrate",
}


def make_plan(
    request: Request,
    state: ClusterState,
    *,
    pacing: Pacing,
    revision: int,
    now: datetime,
    history: tuple[DrainRecord, ...] = (),
) -> Plan:
    """The plan that brings `request.into` in, takes `request.targets` out, and rebuilds what `rebuild=` names."""
    moving, named = _understood(request, state)
    wrong = any(finding.verdict is Verdict.BLOCK for finding in named)
    if not wrong and not (moving.new_backends or moving.drained or moving.new_frontends or moving.old_frontends):
        named.append(_finding(Verdict.BLOCK, "Everything is as it should be already: there is nothing to do."))
        wrong = True
    speed = speed_asked(request, state) if moving.drained else Speed()
    wrong = wrong or speed.refused
    drained = () if wrong else moving.drained
    addresses = tuple(backend.address for backend in drained)
    return Plan(
        operation=request.id,
        revision=revision,
        kind=request.kind,
        cluster=request.cluster,
        made_at=now,
        title=_title(request),
        reason=request.reason,
        command=request.command,
        targets=tuple(dict.fromkeys((*request.targets, *addresses))),
        steps=() if wrong else speed.around(steps_of(moving, state, pacing)),
        findings=(*named, *(() if wrong else _found(request, moving, state)), *speed.findings),
        facts=(*nodes_facts(state), *([lent_fact(speed.lent)] if speed.lent else [])),
        estimate=_estimate(moving, speed.in_force(state), pacing, history),
        room=spread(addresses, state) if drained and not moving.new_backends and not moving.rebuilt else (),
        tablets_to_move=sum(backend.tablets for backend in drained),
        bytes_to_move=sum(backend.data_used for backend in drained),
        unhealthy_baseline=state.health.unhealthy if state.health else 0,
        undo_words=UNDO,
        done_words=moved_words(moving, request.into),
        to_prepare=tuple(
            dict.fromkeys(
                (
                    *to_prepare(NodeKind.BACKEND, moving.new_backends, state),
                    *to_prepare(NodeKind.FOLLOWER, moving.new_frontends, state),
                )
            )
        ),
    )


def _found(request: Request, moving: Moving, state: ClusterState) -> tuple[Finding, ...]:
    return (*findings_of(moving, state), *judge_brought_in(brought_in(request, state), state))


def new_paths(request: Request) -> Mapping[Address, tuple[str, ...]]:
    """The storage path that a rebuilt node is to get, on its host."""
    path = _path(request)
    rebuilt = request.targets if request.kind is OperationKind.REBUILD_BACKEND else _named(request, "rebuild")
    return dict.fromkeys(rebuilt, (path,)) if path else {}


def _path(request: Request) -> str:
    """As hosts spell it, so that the same directory is seen to be the same."""
    parts = [part for part in request.options.get("path", "").split("/") if part not in {"", "."}]
    return f"/{'/'.join(parts)}" if parts else ""


def _title(request: Request) -> str:
    out = in_list([str(address) for address in request.targets])
    into = f" to {in_list([str(address) for address in request.into])}" if request.into else ""
    return f"{TITLES[request.kind]} {out}{into}"


def _understood(request: Request, state: ClusterState) -> tuple[Moving, list[Finding]]:
    """Who is who, and what is wrong or already done."""
    rebuilding = request.kind is OperationKind.REBUILD_BACKEND
    rebuilt, findings = _backends(request.targets if rebuilding else _named(request, "rebuild"), state)
    old, old_frontends, more = _leaving(() if rebuilding else request.targets, state)
    new_backends, new_frontends, news = _coming(request.into, state)
    both = [b for b in rebuilt if b in old]
    if both:
        more.append(_finding(Verdict.BLOCK, f"{both[0].address} cannot leave and be rebuilt in one plan."))
    moving = Moving(
        new_backends=new_backends,
        old_backends=old,
        rebuilt=rebuilt,
        new_frontends=new_frontends,
        old_frontends=old_frontends,
        path=_path(request),
    )
    return moving, [*findings, *more, *news, *_leader_near(moving, state)]


def _named(request: Request, option: str) -> tuple[Address, ...]:
    text = request.options.get(option, "")
    return tuple(Address.parse(part) for part in text.split(",") if part)


def _backends(addresses: tuple[Address, ...], state: ClusterState) -> tuple[tuple[Backend, ...], list[Finding]]:
    rows = tuple(row for address in addresses if (row := state.backend(address)) is not None)
    return rows, [wrong_target(address, state) for address in addresses if state.backend(address) is None]


def _leaving(
    targets: tuple[Address, ...], state: ClusterState
) -> tuple[tuple[Backend, ...], tuple[Frontend, ...], list[Finding]]:
    backends, frontends, findings = [], [], []
    edit_log_port = usual_port(NodeKind.FOLLOWER, state)
    for address in dict.fromkeys(targets):
        backend, frontend = state.backend(address), state.frontend(address)
        if backend is not None:
            backends.append(backend)
        elif frontend is not None:
            frontends.append(frontend)
        elif address.port == edit_log_port:
            findings.append(_finding(Verdict.OK, f"There is no frontend {address}: nothing to drop there."))
        else:
            findings.append(wrong_target(address, state))
    return tuple(backends), tuple(frontends), findings


def _coming(
    into: tuple[Address, ...], state: ClusterState
) -> tuple[tuple[Address, ...], tuple[Address, ...], list[Finding]]:
    """New nodes that are not in yet, by role, and what is to be said of the others."""
    edit_log_port = usual_port(NodeKind.FOLLOWER, state)
    findings: list[Finding] = []
    new_backends: list[Address] = []
    new_frontends: list[Address] = []
    for address in dict.fromkeys(into):
        kind = NodeKind.FOLLOWER if address.port == edit_log_port else NodeKind.BACKEND
        if state.node(kind, address) is not None:
            findings.append(_finding(Verdict.OK, f"{address} is in the cluster already, as {kind.short}."))
            continue
        findings += newcomers_wrong(kind, (address,), state)
        (new_frontends if kind is NodeKind.FOLLOWER else new_backends).append(address)
    return tuple(new_backends), tuple(new_frontends), findings


def _leader_near(moving: Moving, state: ClusterState) -> list[Finding]:
    """Mission 000 rebuilds a backend on the host of the leading frontend."""
    leader = state.leader
    if leader is None or not any(backend.address.host == leader.address.host for backend in moving.rebuilt):
        return []
    words = f"The leading frontend runs on {leader.address.host} too: only the BE process is stopped there, the frontend goes on."
    return [_finding(Verdict.WARN, words, "Do not reboot that host; a reboot costs an election.")]


def _estimate(moving: Moving, state: ClusterState, pacing: Pacing, history: tuple[DrainRecord, ...]) -> Estimate:
    """The drains; what people do on hosts takes as long as they take."""
    if not moving.drained:
        return Estimate(low_s=None, high_s=None, reason="it depends on when the processes are started")
    if moving.new_backends:
        return Estimate(low_s=None, high_s=None, reason="the disks of the new nodes are not known before they have joined")
    estimate = drain_time(tuple(b.address for b in moving.drained), state, pacing, history)
    waits = bool(moving.rebuilt or moving.new_frontends or moving.old_frontends)
    return estimate.with_(reason=f"{estimate.reason}; without the time people need on hosts") if waits else estimate


def _finding(verdict: Verdict, sentence: str, advice: str = "") -> Finding:
    return Finding(check="target", verdict=verdict, sentence=sentence, advice=advice, told=True)
