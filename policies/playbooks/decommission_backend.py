"""Decommission backends: drain one after the other, each gone before the next begins.

Mission 000 and 001 decommission and then wait for TabletNum 0; a poller may never see that 0, since StarRocks removes
the row within seconds (fe: alter/SystemHandler.java). Both endings are planned.
"""

from datetime import datetime

from policies import checks
from policies.address import Address
from policies.checks.target import NAME as TARGET
from policies.cluster import Backend, ClusterState, RunMode
from policies.estimate import DrainRecord, drain_time
from policies.facts import backend_facts
from policies.pacing import Pacing
from policies.plan import Estimate, Fact, Finding, Plan, Verdict
from policies.request import Request
from policies.room import WANTED_SLACK, Room, measure, spread
from policies.settings import MAX_SCHEDULING, number
from policies.speed import speed_asked
from policies.steps.drain import drain
from policies.steps.lend import lent_fact
from policies.units import in_bytes, in_count, in_list

UNDO = (
    "Until a node's row is gone, Abort cancels its drain (CANCEL DECOMMISSION): what has moved stays moved, "
    "nothing is lost. A node that is gone comes back only by adding it again, as a new, empty one."
)
LENT = "What is lent comes back whatever happens: at the end, with an abort, after any crash."


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
    speed = speed_asked(request, state)
    findings = (*checks.run(checks.DECOMMISSION_BACKEND, request.targets, state), *speed.findings)
    leaving = [] if speed.refused else _leaving(request, state, findings)
    copied = leaving if state.run_mode is RunMode.SHARED_NOTHING else []
    return Plan(
        operation=request.id,
        revision=revision,
        kind=request.kind,
        cluster=request.cluster,
        made_at=now,
        title=f"Decommission BE {in_list([str(target) for target in request.targets])}",
        reason=request.reason,
        command=request.command,
        targets=request.targets,
        steps=speed.around(tuple(step for backend in leaving for step in drain(backend))),
        findings=_explained(findings, len(leaving)),
        facts=(*_facts(request, leaving, state), *([lent_fact(speed.lent)] if speed.lent else [])),
        estimate=drain_time(request.targets, speed.in_force(state), pacing, history)
        if leaving
        else Estimate(low_s=None, high_s=None, reason="there is nothing to do"),
        room=spread(request.targets, state) if copied else (),
        tablets_to_move=sum(backend.tablets for backend in leaving),
        bytes_to_move=sum(backend.data_used for backend in copied),
        unhealthy_baseline=state.health.unhealthy if state.health else 0,
        undo_words=f"{UNDO} {LENT}" if speed.lent else UNDO,
        done_words=_done_words(leaving),
    )


def _done_words(leaving: list[Backend]) -> str:
    names = in_list([str(backend.address) for backend in leaving])
    tablets, size = sum(b.tablets for b in leaving), sum(b.data_used for b in leaving)
    verb, whose = ("is", "Its process") if len(leaving) == 1 else ("are", "Their processes")
    moved = f"{in_count(tablets)} tablets ({in_bytes(size)}) moved"
    return f"{names} {verb} out of the cluster, {moved}. {whose} can be stopped now."


def _leaving(request: Request, state: ClusterState, findings: tuple[Finding, ...]) -> list[Backend]:
    """The nodes to drain, in the order typed; none when what was typed is wrong, then there is nothing to plan."""
    if any(finding.check == TARGET and finding.verdict is Verdict.BLOCK for finding in findings):
        return []
    return [backend for address in request.targets if (backend := state.backend(address)) is not None]


def _explained(findings: tuple[Finding, ...], nodes: int) -> tuple[Finding, ...]:
    if nodes < 2:
        return findings
    words = (
        f"The {nodes} nodes leave in the order typed, the next only when the one before is gone: "
        "data of the first may land on a later one and move twice."
    )
    return (*findings, Finding(check="order", verdict=Verdict.OK, sentence=words, told=True))


def _facts(request: Request, leaving: list[Backend], state: ClusterState) -> tuple[Fact, ...]:
    """What the plan relies on: nodes and settings exactly, numbers within a tolerance; the checks judge the rest anew.

    Who leads is not among them: StarRocks elects as it likes, and a drain goes on.
    """
    frozen = number(state, MAX_SCHEDULING) <= 0
    facts = [
        *backend_facts(state),
        Fact(key="mode", label="Run mode", value=state.run_mode.value),
        Fact(key="frozen", label="Scheduler frozen", value="yes" if frozen else "no"),
    ]
    if state.run_mode is RunMode.SHARED_NOTHING:
        facts += _facts_of_data(request.targets, leaving, state)
    return tuple(facts)


def _facts_of_data(targets: tuple[Address, ...], leaving: list[Backend], state: ClusterState) -> list[Fact]:
    room = measure(targets, state)
    largest = max((count.replication for count in state.replication or ()), default=0)
    tablets = sum(backend.tablets for backend in leaving)
    facts = [
        Fact(key="replication", label="Largest replication number", value=largest),
        Fact(key="bytes", label="Data to move", value=room.need, tolerance=room.need // 5),
        Fact(key="usable bytes", label="Room on the staying disks", value=room.usable, tolerance=_room_to_lose(room)),
        Fact(key="tablets", label="Tablets to move", value=tablets, tolerance=max(200, tablets // 5)),
    ]
    if state.health:
        baseline = state.health.unhealthy
        tolerance = max(50, state.health.tablets // 100, baseline // 10)
        facts.append(Fact(key="unhealthy", label="Unhealthy tablets", value=baseline, tolerance=tolerance))
    return facts


def _room_to_lose(room: Room) -> int:
    """A tenth, but not so much that a drain with slack becomes one without, or one that fits becomes one that does not.

    Free space changes all the time, so a fiftieth is always allowed: the checks, run again, see what it leads to.
    """
    with_slack = round(room.need / (1 - WANTED_SLACK))
    floor = with_slack if room.usable >= with_slack else room.need
    return max(room.usable // 50, min(room.usable // 10, room.usable - floor))
