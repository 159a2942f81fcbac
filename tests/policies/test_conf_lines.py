"""A line of fe.conf that a way back over a line wants: written before each frontend's turn, out again at the end."""

import pytest

from policies.acts import AskPerson, CreateImage, EditConf, SetSetting, SwapPackage
from policies.awaited_conf import ConfIs, ConfSeen
from policies.cluster import ClusterState
from policies.conf_keys import refusal
from policies.operation import OperationState
from policies.plan import Plan, Verdict
from policies.request import OperationKind
from policies.stepping import Advance, Perform, next_move
from policies.undoing import closed_words, undo_in_hand
from tests.policies.clusters import NOW, operation
from tests.policies.test_global_variables import PACING, at_version, with_hosts
from tests.policies.test_upgrade_plans import plan

KEY = "ignore_unknown_log_id"


def state(conf: dict[str, str] | None, version: str = "3.3.9") -> ClusterState:
    return with_hosts(at_version(version), java="17.0.9", home_free=200 * 1024**3, conf=conf)


def back(conf: dict[str, str] | None = None, to: str = "3.2.11", **more: object) -> Plan:
    seen = state({} if conf is None else conf)
    return plan(to, state=seen.with_(**more) if more else seen, kind=OperationKind.DOWNGRADE)


PLAN = back()
EDITS = [index for index, step in enumerate(PLAN.steps) if isinstance(step.act, EditConf)]
FRONTENDS = len(state({}).frontends)


def test_before_each_frontend_and_out_again_after_an_image() -> None:
    assert not PLAN.blocked and len(EDITS) == 2 * FRONTENDS
    acts = [step.act for step in PLAN.steps]
    for index in EDITS[:FRONTENDS]:
        edit, swap = acts[index], acts[index + 1]
        assert isinstance(edit, EditConf) and isinstance(swap, SwapPackage)
        assert (edit.key, edit.value, edit.old, edit.address) == (KEY, "true", None, swap.address)
        assert PLAN.steps[index].group == PLAN.steps[index + 1].group
        assert refusal(edit.role, edit.key, edit.value, edit.old) == ""
    image = max(index for index, act in enumerate(acts) if isinstance(act, CreateImage))
    assert all(index > image for index in EDITS[FRONTENDS:]) and isinstance(acts[image - 1], SetSetting)
    assert {(act.value, act.old) for act in acts[image + 1 :] if isinstance(act, EditConf)} == {("false", "true")}
    assert len({step.id for step in PLAN.steps}) == len(PLAN.steps)
    found = next(finding for finding in PLAN.findings if "skip journal records" in finding.sentence)
    assert found.verdict is Verdict.WARN and found.advice == "Look afterwards what is missing."
    assert f"The plan writes `{KEY} = true` into fe.conf" in found.sentence


@pytest.mark.parametrize(
    ("conf", "first", "last"),
    [
        ({KEY: "false"}, ("true", "false"), ("false", "true")),
        ({KEY: "FALSE"}, ("true", "FALSE"), ("false", "true")),
        ({KEY: "true"}, None, ("false", "true")),
        ({KEY: "True"}, None, ("false", "true")),
        ({"metadata_ignore_unknown_operation_type": "true"}, None, None),
    ],
)
def test_what_the_file_says_already(conf: dict[str, str], first: tuple[str, str] | None, last: tuple[str, str] | None) -> None:
    edits = [(step.act.value, step.act.old) for step in back(conf).steps if isinstance(step.act, EditConf)]
    assert edits == [first] * FRONTENDS * (first is not None) + [last] * FRONTENDS * (last is not None)


def test_an_upgrade_takes_out_what_an_earlier_roll_left() -> None:
    up = plan("3.3.9", state=state({KEY: "true"}, "3.3.3"))
    assert [step.act.value for step in up.steps if isinstance(step.act, EditConf)] == ["false"] * FRONTENDS
    assert not any(isinstance(step.act, EditConf) for step in plan("3.3.9", state=state({}, "3.3.3")).steps)


def test_a_file_that_cannot_be_read_is_left_to_people() -> None:
    made = plan("3.2.11", state=with_hosts(at_version("3.3.9"), java="17"), kind=OperationKind.DOWNGRADE)
    assert not any(isinstance(step.act, EditConf) for step in made.steps)
    found = next(finding for finding in made.findings if "skip journal records" in finding.sentence)
    assert found.advice.startswith(f"{KEY} = true in fe.conf before the older files start")


def test_where_people_do_it_they_are_told_what_to_write() -> None:
    asked = [step.act for step in back(hosts=None).steps if isinstance(step.act, AskPerson)]
    told = [act for act in asked if any(KEY in command for command in act.commands)]
    assert len(told) == FRONTENDS and all("conf/fe.conf" in " ".join(act.commands) for act in told)
    assert told[0].commands.index(next(c for c in told[0].commands if KEY in c)) < len(told[0].commands) - 1, "before the start"


def test_the_file_is_what_is_seen() -> None:
    step = PLAN.steps[EDITS[0]]
    assert step.until == ConfIs(
        role=step.act.role, address=step.act.address, version="3.3.9-abc1234", key=KEY, value="true", default="false",
        seen=ConfSeen.FILE,
    )  # fmt: skip
    assert isinstance(next_move(PLAN, operation(OperationState.RUNNING, step=EDITS[0]), state({}), PACING, NOW), Perform)
    assert isinstance(next_move(PLAN, operation(OperationState.RUNNING, step=EDITS[0]), state({KEY: "true"}), PACING, NOW), Advance)


def test_an_abort_takes_it_out_of_the_node_in_hand_and_names_the_others() -> None:
    in_hand = [step.undo for step in undo_in_hand(PLAN, EDITS[1] + 1)]
    assert isinstance(in_hand[0], SwapPackage) and isinstance(in_hand[1], EditConf) and in_hand[1].value == "false"
    words = closed_words(PLAN, operation(OperationState.UNDOING, step=EDITS[1] + 1, closing=True))
    assert f"still says {KEY} = true, which must not stay" in words
    assert KEY not in closed_words(PLAN, operation(OperationState.UNDOING, step=EDITS[0], closing=True))
    last = closed_words(PLAN, operation(OperationState.UNDOING, step=len(PLAN.steps) - 1, closing=True))
    assert f"The conf file on {PLAN.steps[-1].act.address.host} still says" in last, "the others are out"
