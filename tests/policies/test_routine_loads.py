"""Routine loads before and after nodes restart."""

import pytest

from policies import checks
from policies.awaited import RoutineLoadsTold
from policies.cluster import ClusterState, RoutineLoad
from policies.conditions import holds, read
from policies.operation import StepMemory
from policies.pacing import Pacing
from policies.plan import Plan, Verdict
from policies.playbooks import entry_for
from policies.request import OperationKind
from tests.policies.clusters import NOW, request
from tests.policies.test_processes import STATE
from tests.policies.test_resizing import AT, FE_AT, seen
from tests.policies.test_upgrade_plans import REACHED
from tests.policies.test_upgrade_plans import plan as upgrade

K = OperationKind
RUNS = RoutineLoad(database="sales", name="orders", state="RUNNING")
PAUSED = RUNS.with_(name="clicks", state="PAUSED", paused_at=NOW, reason="too many\n  errors")
BOTH = STATE.with_(routine_loads=(PAUSED, RUNS))


@pytest.mark.parametrize(
    ("state", "done", "words"),
    [
        (BOTH, True, f"1 of 2 routine loads are PAUSED: sales.clicks since {NOW:%Y-%m-%d %H:%M} UTC (too many errors)."),
        (STATE.with_(routine_loads=(RUNS,)), True, "None of 1 routine loads is paused."),
        (STATE.with_(routine_loads=tuple(PAUSED.with_(name=f"n{i:02}") for i in range(12))), True, "n09 since"),
        (STATE.with_(routine_loads=tuple(PAUSED.with_(name=f"n{i:02}") for i in range(12))), True, "; and 2 more."),
        (STATE.with_(unread={"routine_loads": "Access denied."}), True, "could not be read: Access denied."),
        (STATE, False, "not looked at"),
    ],
)
def test_what_the_last_step_tells(state: ClusterState, done: bool, words: str) -> None:
    reading = read(RoutineLoadsTold(), state, StepMemory(step="x", entered_at=NOW), Pacing(), NOW)
    assert reading.done is done is holds(RoutineLoadsTold(), state)
    assert words in reading.sentence


def made(kind: OperationKind, state: ClusterState, **options: str) -> Plan:
    targets = () if kind is K.RESTART_ALL else (str(FE_AT if kind in {K.RESTART_FRONTEND, K.RESIZE_FRONTEND} else AT),)
    asked = request(*targets).with_(kind=kind, options=options)
    return entry_for(kind).make_plan(asked, seen(state), pacing=Pacing(), revision=1, now=NOW)


@pytest.mark.parametrize(
    ("kind", "options", "told"),
    [
        (K.RESTART_BACKEND, {}, True), (K.RESTART_FRONTEND, {}, True), (K.RESTART_ALL, {}, True),
        (K.RESIZE_BACKEND, {"mem_limit": "50%"}, True), (K.RESIZE_FRONTEND, {"heap": "16g"}, True), (K.STOP_BACKEND, {}, False),
    ],
)  # fmt: skip
def test_every_roll_ends_with_them(kind: OperationKind, options: dict[str, str], told: bool) -> None:
    plan = made(kind, BOTH, **options)
    assert not plan.blocked and (plan.steps[-1].until == RoutineLoadsTold()) is told
    assert ("routine_loads" in entry_for(kind).also) is told
    assert made(kind, STATE.with_(routine_loads=()), **options).steps == made(kind, STATE, **options).steps
    assert "routine loads" not in plan.nodes_in_hand


def test_so_does_a_change_of_version() -> None:
    plan = upgrade(state=REACHED.with_(routine_loads=BOTH.routine_loads))
    assert plan.steps[-1].until == RoutineLoadsTold() and "routine_loads" in entry_for(K.UPGRADE).also


def test_one_that_pauses_meanwhile_changes_no_plan() -> None:
    other = STATE.with_(routine_loads=(PAUSED.with_(name="orders"),))
    assert made(K.RESTART_BACKEND, other).steps == made(K.RESTART_BACKEND, BOTH).steps


@pytest.mark.parametrize(
    ("state", "verdict", "words"),
    [
        (BOTH, Verdict.OK, "run now: 1. Paused already: sales.clicks. The last step"),
        (STATE.with_(unread={"routine_loads": "Access denied."}), Verdict.WARN, "Access denied"),
        (STATE, None, ""),
        (STATE.with_(routine_loads=()), None, ""),
    ],
)
def test_what_the_plan_tells(state: ClusterState, verdict: Verdict | None, words: str) -> None:
    found = checks.routine_loads((), state)
    assert [f.verdict for f in found] == ([verdict] if verdict else []) and all(words in f.sentence for f in found)
