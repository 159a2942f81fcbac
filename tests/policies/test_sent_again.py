"""A frontend that restarts between a statement and the look forgets what it was told: then it is told again, a few times."""

import pytest

from policies.acts import (
    Act,
    AskPerson,
    CreateImage,
    DecommissionBackend,
    RestartProcess,
    SetBlacklist,
    SetSetting,
    SetVariable,
    SetView,
)
from policies.awaited import Condition, OnBlacklist, SettingIs, ViewIs
from policies.cluster import ClusterState, NodeKind
from policies.effects import forgettable
from policies.operation import OperationState, StepMemory
from policies.plan import Plan, Step
from policies.stepping import MOST_TRIES, Advance, Halt, Perform, Wait, next_move, next_undo
from policies.views import View, Views
from tests.policies.clusters import address, mission000, operation
from tests.policies.drains import FIRST, PACING, at, plan_for

NODE, ID = address("10.84.0.18:9050"), 18320972
LIST = SetBlacklist(role=NodeKind.BACKEND, address=NODE, node_id=ID, listed=True)
SETTING = SetSetting(name="tablet_sched_disable_balance", value="true")
VIEW = SetView(database="db", name="v", active=False)
HOSTS = [frontend.address.host for frontend in mission000().frontends]


def only(act: Act, until: Condition, **more: object) -> Plan:
    step = Step(id="it", group="it", title="it", act=act, until=until, **more)
    return plan_for(FIRST).with_(steps=(step,))


LISTED = only(LIST, OnBlacklist(address=NODE, node_id=ID, listed=True))
SET = only(SETTING, SettingIs(name=SETTING.name, value="true"))


def lists(*with_it: str) -> ClusterState:
    return mission000().with_(blacklists={host: frozenset({ID} if host in with_it else ()) for host in HOSTS})


def settings(value: str) -> ClusterState:
    return mission000().with_(frontend_settings={host: {SETTING.name: value} for host in HOSTS})


@pytest.mark.parametrize(
    ("act", "forgets"),
    [
        (LIST, True),
        (SETTING, True),
        (SetVariable(name="a", value="1"), False),
        (VIEW, False),
        (CreateImage(), False),
        (DecommissionBackend(address=NODE, backend_id=ID), False),
        (RestartProcess(role=NodeKind.BACKEND, address=NODE), False),
        (AskPerson(address=NODE, task="please"), False),
    ],
)
def test_what_a_restart_of_a_frontend_empties(act: Act, forgets: bool) -> None:
    assert forgettable(act) is forgets


@pytest.mark.parametrize(
    ("plan", "seen", "after", "tries", "kind"),
    [
        (LISTED, lists(*HOSTS), 5, 1, Advance),
        (LISTED, lists(*HOSTS[1:]), 59, 1, Wait),
        (LISTED, lists(*HOSTS[1:]), 60, 1, Perform),
        (LISTED, lists(*HOSTS[1:]), 60, MOST_TRIES - 1, Perform),
        (LISTED, lists(*HOSTS[1:]), 60, MOST_TRIES, Halt),
        (LISTED, mission000(), 60, 1, Perform),
        (SET, settings("false"), 59, 1, Wait),
        (SET, settings("false"), 60, 1, Perform),
        (SET, settings("false"), 60, MOST_TRIES, Halt),
    ],
)
def test_what_was_accepted_and_is_not_seen(plan: Plan, seen: ClusterState, after: float, tries: int, kind: type) -> None:
    memory = StepMemory(step="it", entered_at=at(0), intended_at=at(0), acted_at=at(0), tries=tries)
    move = next_move(plan, operation(step=0, memory=memory), seen, PACING, at(after))
    assert isinstance(move, kind), move
    if isinstance(move, Perform):
        assert move.act == plan.steps[0].act
    if isinstance(move, Halt):
        assert f"{tries} times" in move.sentence and "it has no effect" in move.sentence


def test_what_no_restart_empties_is_sent_once() -> None:
    plan = only(VIEW, ViewIs(database="db", name="v", active=False))
    memory = StepMemory(step="it", entered_at=at(0), intended_at=at(0), acted_at=at(0), tries=1)
    there = View(id=1, database="db", name="v", refresh="ASYNC", active=True)
    seen = mission000().with_(views=Views(seen=(there,)))
    move = next_move(plan, operation(step=0, memory=memory), seen, PACING, at(60))
    assert isinstance(move, Halt) and "StarRocks accepted" in move.sentence


def test_an_undo_sends_it_again_too() -> None:
    undone = {"undo": LIST.with_(listed=False), "undo_until": OnBlacklist(address=NODE, node_id=ID, listed=False)}
    plan = only(LIST, OnBlacklist(address=NODE, node_id=ID, listed=True), **undone)
    memory = StepMemory(step="undo-it", entered_at=at(0), intended_at=at(0), acted_at=at(0), tries=1)
    move = next_undo(plan, operation(OperationState.UNDOING, step=0, memory=memory), lists(HOSTS[0]), PACING, at(60))
    assert isinstance(move, Perform) and move.act == LIST.with_(listed=False)


def test_a_crash_right_after_the_intent_to_send_again_counts_as_a_try() -> None:
    memory = StepMemory(step="it", entered_at=at(0), intended_at=at(0), acted_at=at(0), tries=2)
    move = next_move(LISTED, operation(step=0, memory=memory), lists(), PACING, at(61))
    assert isinstance(move, Perform) and move.memory.tries == 2
