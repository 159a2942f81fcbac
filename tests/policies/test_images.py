"""An image of the metadata: asked for once, seen on every living frontend, never believed on a statement's OK."""

from datetime import timedelta

import pytest

from policies.acts import CreateImage
from policies.cluster import ClusterState, RunMode
from policies.images import ImageLook
from policies.operation import Operation, OperationState, StepMemory
from policies.pacing import Pacing
from policies.plan import Plan
from policies.playbooks import entry_for
from policies.request import OperationKind, Request
from policies.statements import statement_of
from policies.stepping import Advance, Finish, Halt, Perform, Wait, next_move, next_undo
from tests.policies.clusters import ALICE, NOW, mission000, operation

PACING = Pacing()
HOSTS = [frontend.address.host for frontend in mission000().frontends]
LEADER = "10.84.0.12"


def state(*images: int, journal: int = 1_000, version: str = "3.3.3", **changes: object) -> ClusterState:
    """Images of the first frontends; the others do not tell."""
    told = {host: ImageLook(image=image, journal=journal) for host, image in zip(HOSTS, images, strict=False)}
    return mission000().with_(images=told, version=version, **changes)


def planned(seen: ClusterState) -> Plan:
    request = Request(
        id="sr-test", kind=OperationKind.CREATE_IMAGE, cluster="prod", targets=(), reason="", requester=ALICE, channel="C0OPS",
        asked_at=NOW,
    )  # fmt: skip
    return entry_for(OperationKind.CREATE_IMAGE).make_plan(request, seen, pacing=PACING, revision=1, now=NOW)


OLD, NEW = (900, 900, 900, 900), (1_010, 1_010, 1_010, 1_010)
PLAN = planned(state(*OLD))


def running(**memory: object) -> Operation:
    return operation(OperationState.RUNNING, memory=StepMemory(step=PLAN.steps[0].id, entered_at=NOW).with_(**memory))


def words(plan: Plan) -> str:
    return " ".join(f"{f.verdict.value}: {f.sentence} {f.advice}" for f in plan.findings)


def test_the_journal_of_the_leader_is_noted_before_anything_is_sent() -> None:
    move = next_move(PLAN, running(), state(*OLD), PACING, NOW)
    assert isinstance(move, Perform) and move.act == CreateImage() and move.memory.mark == 1_000
    assert statement_of(move.act) == "ALTER SYSTEM CREATE IMAGE"


@pytest.mark.parametrize(
    ("seen", "minutes", "move", "said"),
    [
        (state(*OLD), 1, Wait, "0 of 4 living frontends"),
        (state(1_010, 900, 900, 900), 1, Wait, "1 of 4 living frontends"),
        (state(*NEW), 1, Advance, "4 of 4 living frontends have an image up to journal 1,000 or later"),
        (state(1_000, 1_000, 1_000, 1_000), 1, Advance, "4 of 4"),
        (state(999, 1_000, 1_000, 1_000), 1, Wait, "3 of 4"),
        (state(1_010, 1_010, 1_010), 1, Wait, "does not tell"),
        (state(*NEW, run_mode=RunMode.SHARED_DATA), 1, Advance, "StarMgr"),
        (state(*OLD), 29, Wait, "0 of 4"),
        (state(*OLD), 31, Halt, "Look in the leader's fe.log"),
        (state(*NEW).with_(frontends=()), 1, Wait, ""),
    ],
)
def test_what_a_look_leads_to(seen: ClusterState, minutes: int, move: type, said: str) -> None:
    at = NOW + timedelta(minutes=minutes)
    found = next_move(PLAN, running(mark=1_000, acted_at=NOW, tries=1), seen, PACING, at)
    assert isinstance(found, move), found
    assert found.memory.reading is not None and said in getattr(found, "sentence", found.memory.reading.sentence)


def test_a_dead_frontend_is_not_waited_for() -> None:
    seen = state(*NEW[:3])
    dead = seen.with_(frontends=tuple(f.with_(alive=f.address.host != HOSTS[3]) for f in seen.frontends))
    assert isinstance(next_move(PLAN, running(mark=1_000, acted_at=NOW), dead, PACING, NOW), Advance)


def test_without_the_leaders_journal_no_image_counts() -> None:
    seen = state(*NEW).with_(images={})
    move = next_move(PLAN, running(), seen, PACING, NOW)
    assert isinstance(move, Perform) and move.memory.mark is None
    assert move.memory.reading is not None and "no image can be recognised" in move.memory.reading.sentence


def test_a_retry_sends_it_again_and_keeps_the_mark() -> None:
    later = NOW + timedelta(minutes=40)
    again = next_move(PLAN, running(mark=1_000, acted_at=NOW, entered_at=later, retried_at=later), state(*OLD), PACING, later)
    assert isinstance(again, Perform) and again.memory.mark == 1_000


def test_there_is_nothing_to_undo() -> None:
    end = next_undo(PLAN, operation(OperationState.UNDOING), state(*OLD), PACING, NOW)
    assert isinstance(end, Finish) and "nothing to undo" in end.sentence


@pytest.mark.parametrize(
    ("seen", "blocked", "said"),
    [
        (state(*OLD), False, "the end is seen on each"),
        (state(*OLD, version="2.5.3"), False, "the end is seen on each"),
        (state(*OLD, version="2.5.2"), True, "has no CREATE IMAGE"),
        (state(*OLD, version="main-0ab2adc"), False, "cannot be read"),
        (state(900, unread={f"image of {HOSTS[1]}": "its HTTP port does not answer"}), False, "its HTTP port does not answer"),
        (state(*OLD, run_mode=RunMode.SHARED_DATA), False, "StarMgr"),
    ],
)
def test_what_the_plan_says(seen: ClusterState, blocked: bool, said: str) -> None:
    plan = planned(seen)
    assert plan.blocked is blocked and bool(plan.steps) is not blocked and said in words(plan), words(plan)
