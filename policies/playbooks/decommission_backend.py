"""Decommission backends: drain one after the other, each gone before the next begins.

Mission 000 and 001 decommission and then wait for TabletNum 0; a poller may never see that 0, since StarRocks removes
the row within seconds (fe: alter/SystemHandler.java). Both endings are planned.
"""

from datetime import datetime

from policies import checks
from policies.cluster import Backend, ClusterState
from policies.estimate import DrainRecord, drain_time
from policies.pacing import Pacing
from policies.plan import (
    BackendDrained,
    BackendGone,
    BackendLeaving,
    BackendStaying,
    CancelDecommission,
    DecommissionBackend,
    DropBackend,
    Estimate,
    Fact,
    Finding,
    Plan,
    Step,
    Verdict,
)
from policies.request import Request
from policies.room import measure, spread
from policies.settings import MAX_SCHEDULING, number
from policies.units import in_list

UNDO = (
    "Until a node's row is gone, Abort cancels its drain (CANCEL DECOMMISSION): what has moved stays moved, "
    "nothing is lost. A node that is gone comes back only by adding it again, as a new, empty one."
)


def make_plan(
    request: Request,
    state: ClusterState,
    *,
    pacing: Pacing,
    revision: int,
    now: datetime,
    history: tuple[DrainRecord, ...] = (),
) -> Plan:
    """The plan for draining `request.targets` in the order they were typed."""
    findings = checks.run(checks.DECOMMISSION_BACKEND, request.targets, state)
    wrong_target = any(f.check == "target" and f.verdict is Verdict.BLOCK for f in findings)
    leaving = [] if wrong_target else [b for t in request.targets if (b := state.backend(t)) is not None]
    return Plan(
        operation=request.id,
        revision=revision,
        kind=request.kind,
        cluster=request.cluster,
        made_at=now,
        title=f"Decommission BE {in_list([str(target) for target in request.targets])}",
        reason=request.reason,
        targets=request.targets,
        steps=tuple(step for backend in leaving for step in _steps(backend)),
        findings=_explained(findings, len(leaving)),
        facts=_facts(request, leaving, state),
        estimate=drain_time(request.targets, state, pacing, history)
        if leaving
        else Estimate(low_s=None, high_s=None, reason="there is nothing to do"),
        room=spread(request.targets, state) if leaving else (),
        tablets_to_move=sum(backend.tablets for backend in leaving),
        bytes_to_move=sum(backend.data_used for backend in leaving),
        unhealthy_baseline=state.health.unhealthy if state.health else 0,
        undo_words=UNDO,
    )


def _explained(findings: tuple[Finding, ...], nodes: int) -> tuple[Finding, ...]:
    if nodes < 2:
        return findings
    words = f"The {nodes} nodes leave in the order typed, the next only when the one before is gone."
    return (*findings, Finding(check="order", verdict=Verdict.OK, sentence=words))


def _steps(backend: Backend) -> tuple[Step, Step, Step]:
    who = {"address": backend.address, "backend_id": backend.id}
    address = str(backend.address)
    cancel = CancelDecommission(**who)
    staying = BackendStaying(**who)
    return (
        Step(
            id=f"start-{address}",
            group=address,
            title=f"Tell StarRocks to drain {address}",
            act=DecommissionBackend(**who),
            until=BackendLeaving(**who),
            undo=cancel,
            undo_until=staying,
        ),
        Step(
            id=f"drain-{address}",
            group=address,
            title=f"Wait until {address} is gone, or empty in two looks 60 s apart",
            act=None,
            until=BackendDrained(**who),
            undo=cancel,
            undo_until=staying,
        ),
        Step(
            id=f"remove-{address}",
            group=address,
            title=f"Drop the row of {address}, only if StarRocks has not removed it by itself",
            act=DropBackend(**who),
            until=BackendGone(**who),
            point_of_no_return=True,
        ),
    )


def _facts(request: Request, leaving: list[Backend], state: ClusterState) -> tuple[Fact, ...]:
    """What the plan relies on. Free room may shrink by a tenth, data may grow by a fifth: checks judge the rest anew."""
    facts = [
        Fact(key=f"backend {b.address}", label=f"BE {b.address}", value=_standing(b))
        for b in sorted(state.backends, key=lambda b: b.address)
    ]
    room = measure(request.targets, state)
    largest = max((r.replication for r in state.replication or ()), default=0)
    tablets = sum(backend.tablets for backend in leaving)
    facts += [
        Fact(key="mode", label="Run mode", value=state.run_mode.value),
        Fact(key="replication", label="Largest replication number", value=largest),
        Fact(key="frozen", label="Scheduler frozen", value=str(number(state, MAX_SCHEDULING) <= 0).lower()),
        Fact(key="bytes", label="Bytes to move", value=room.need, tolerance=room.need // 5),
        Fact(key="usable", label="Usable bytes on the staying disks", value=room.usable, tolerance=room.usable // 10),
        Fact(key="tablets", label="Tablets to move", value=tablets, tolerance=max(200, tablets // 5)),
    ]
    if state.health:
        baseline = state.health.unhealthy
        facts.append(
            Fact(
                key="unhealthy",
                label="Unhealthy tablets",
                value=baseline,
                tolerance=max(50, state.health.tablets // 100, baseline // 10),
            )
        )
    return tuple(facts)


def _standing(backend: Backend) -> str:
    alive = "alive" if backend.alive else "not alive"
    return f"id {backend.id}, {alive}, {'leaving' if backend.decommissioned else 'staying'}"
