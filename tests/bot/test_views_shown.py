"""Plans about materialized views on a card: every statement while they are few, within Slack's limits when they are many."""

import json

import pytest

from bot.blocks import card, reply
from bot.limits import check
from policies.operation import Event, EventKind, OperationState, StepMemory
from policies.plan import Plan
from policies.request import OperationKind
from policies.views import MANUAL_REASON
from tests.bot.samples import NOW, operation, snapshot
from tests.policies.test_view_plans import planned, state
from tests.policies.test_views import view

PAUSE, RESUME = OperationKind.PAUSE_VIEWS, OperationKind.RESUME_VIEWS
S = OperationState


def many(count: int, **changes: object) -> Plan:
    seen = [view(number, f"dws.v{number:03}", **changes) for number in range(1, count + 1)]
    return planned(RESUME if changes else PAUSE, state(*seen, order=()))


def shown(plan: Plan, at: OperationState = S.AWAITING_APPROVAL, step: int = 0) -> str:
    memory = StepMemory(step=plan.steps[step].id, entered_at=NOW) if at is S.RUNNING else None
    request = operation(at).request.with_(kind=plan.kind, targets=())
    made = card(snapshot(operation(at, plan).with_(request=request, step=step, memory=memory), plan))
    assert check(made) == []
    return json.dumps(made.blocks, ensure_ascii=False)


def test_every_statement_of_a_few_is_on_the_card_exactly() -> None:
    text = shown(planned(PAUSE, state(view(1, "ads.top`10.v2"), view(2, "dws.orders daily"))))
    assert "ALTER MATERIALIZED VIEW `ads`.`top``10.v2` INACTIVE" in text
    assert "ALTER MATERIALIZED VIEW `dws`.`orders daily` INACTIVE" in text
    assert "2 materialized views of 2" in text and "Approve operation" in text


@pytest.mark.parametrize("changes", [{}, {"active": False, "reason": MANUAL_REASON}])
def test_three_hundred_fit(changes: dict[str, object]) -> None:
    plan = many(300, **changes)
    text = shown(plan)
    assert "ALTER MATERIALIZED VIEW `dws`.`v" in text and "more step" in text
    for step in (0, 150, len(plan.steps) - 1):
        text = shown(plan, S.RUNNING, step)
        assert "● " in text, "the step in hand is shown"


def test_a_statement_stays_exact_in_the_thread() -> None:
    statement = "ALTER MATERIALIZED VIEW `ads`.`top``10.v2` INACTIVE"
    event = Event(n=1, at=NOW, kind=EventKind.ACTED, sentence="StarRocks accepted the statement.", details=(statement,))
    made = reply(snapshot(operation(S.RUNNING)), event)
    assert made is not None and statement in json.dumps(made.blocks, ensure_ascii=False)
