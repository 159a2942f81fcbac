"""What a card offers, and what is read from a click: payloads are somebody else's words."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import boxes_left, buttons, card, sign_modal
from bot.blocks.buttons import ACTIONS, decision_from_action, decision_from_submission, reject_modal
from bot.limits import check_form
from bot.playground.validation import view_faults
from policies.operation import DecisionKind, OperationState
from policies.plan import ChecklistItem
from tests.bot.golden_messages import CARDS
from tests.bot.samples import BOB, CAROL, ITEMS, NOW, operation, plan, snapshot, vote, with_form

S = OperationState
D = DecisionKind


def offered(name: str) -> list[dict[str, Any]]:
    rows = [block for block in card(CARDS[name]()).blocks if block["type"] == "actions"]
    return [element for row in rows for element in row["elements"]]  # type: ignore[attr-defined]


def kinds(name: str) -> list[str]:
    return [element["action_id"].removeprefix("sr.op.") for element in offered(name)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("drafting", ["cancel"]),
        ("awaiting", ["approve", "reject", "cancel"]),
        ("awaiting-unsigned", ["sign", "approve", "reject", "cancel"]),
        ("awaiting-signed", ["approve", "reject", "cancel"]),
        ("done-signed", []),
        ("queued", ["reject", "cancel"]),
        ("running", ["pause", "abort"]),
        ("paused", ["resume", "abort"]),
        ("halted", ["retry", "abort", "close"]),
        ("halted-skippable", ["retry", "skip", "abort", "close"]),
        ("undoing", []),
        *[(name, []) for name in ("refused", "rejected", "expired", "cancelled", "undone", "closed", "done")],
    ],
)
def test_a_card_offers_what_the_operation_takes(name: str, expected: list[str]) -> None:
    assert kinds(name) == expected


@pytest.mark.parametrize("name", CARDS)
def test_manners_of_the_buttons(name: str) -> None:
    elements = offered(name)
    styles = [element.get("style") for element in elements]
    assert styles.count("primary") <= 1
    assert len(elements) <= 4
    for element in elements:
        kind = element["action_id"].removeprefix("sr.op.")
        assert (element.get("style") == "danger") is (kind == "abort")
        assert ("confirm" in element) is (kind in {"approve", "abort", "skip", "close"})
        assert set(json.loads(element["value"])) <= {"op", "digest", "kind"}
        assert element["accessibility_label"]


def test_what_is_next_is_the_primary_button() -> None:
    primary = {name: [e["action_id"] for e in offered(name) if e.get("style") == "primary"] for name in CARDS}
    assert primary["awaiting-unsigned"] == ["sr.op.sign"]
    assert primary["awaiting-signed"] == primary["awaiting"] == ["sr.op.approve"]


def test_the_signature_stays_for_ever() -> None:
    for state in (S.AWAITING_APPROVAL, S.QUEUED, S.RUNNING, S.HALTED, S.UNDONE, S.CLOSED, S.DONE, S.EXPIRED):
        shown = json.dumps(card(with_form(state, signed=True)).blocks[-1])
        assert "Checklist signed by <@U0ALICE> <!date^" in shown, state
    assert "Checklist: not signed yet" in json.dumps(card(with_form()).blocks[-1])


def test_a_signature_under_an_older_plan_is_none() -> None:
    shown = json.dumps(card(with_form(signed=True, digest="d" * 64)).blocks, ensure_ascii=False)
    assert "checklist not signed yet" in shown and "Checklist signed by" not in shown


def test_the_approval_stays_for_ever() -> None:
    for state in (S.QUEUED, S.RUNNING, S.PAUSED, S.HALTED, S.UNDOING, S.UNDONE, S.CLOSED, S.DONE):
        shown = json.dumps(card(snapshot(operation(state))).blocks[-1])
        assert "Approved by <@U0BOB> at <!date^" in shown, state


def test_only_votes_for_this_plan_count() -> None:
    old = vote(CAROL, plan(revision=2), 3)
    of = operation(S.AWAITING_APPROVAL, quorum=2, votes=(old, vote(BOB, plan(), 5), vote(BOB, plan(), 6)))
    shown = json.dumps(card(snapshot(of)).blocks)
    assert "1 of 2 approvals" in shown
    assert "U0CAROL" not in shown


def test_progress_is_never_rounded_up_to_done() -> None:
    memory = CARDS["running"]().operation.memory
    assert memory is not None
    assert memory.reading is not None
    almost = memory.with_(reading=memory.reading.with_(share=0.9999))
    shown = json.dumps(card(snapshot(operation(S.RUNNING, step=1, memory=almost))).blocks, ensure_ascii=False)
    assert "▰▰▰▰▰▰▰▰▰▱ 99 %" in shown


def click(kind: DecisionKind = D.PAUSE, **changes: Any) -> dict[str, Any]:
    value = json.dumps({"op": "op-7f3c", "digest": "d" * 64, "kind": kind.value})
    action = {"action_id": ACTIONS[kind], "value": value, "action_ts": "1795296600.000100", **changes}
    user = {"id": "U0BOB", "username": "bob", "team_id": "T0HOME"}
    return {"user": user, "team": {"id": "T0HOME"}, "channel": {"id": "C0OPS"}, "actions": [action]}


def test_a_click() -> None:
    decision = decision_from_action(click(), NOW)
    assert decision is not None
    assert (decision.operation, decision.kind, decision.digest) == ("op-7f3c", D.PAUSE, "d" * 64)
    assert decision.person.same_as(BOB)
    assert (decision.channel, decision.at) == ("C0OPS", NOW)


def test_a_delivered_again_click_has_the_same_token_and_a_second_click_another() -> None:
    first, again = decision_from_action(click(), NOW), decision_from_action(click(), NOW)
    second = decision_from_action(click(action_ts="1795296601.000100"), NOW)
    assert first is not None
    assert again is not None
    assert second is not None
    assert first.token == again.token != second.token


def test_the_team_is_the_persons_own() -> None:
    payload = click()
    payload["user"] = {"id": "U0MALLORY", "team_id": "T0OTHER"}
    decision = decision_from_action(payload, NOW)
    assert decision is not None
    assert decision.person.team == "T0OTHER"


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {**click(), "actions": []},
        {**click(), "user": None},
        {**click(), "channel": {}},
        click(value=None),
        click(value="not json"),
        click(value="{}"),
        click(value=json.dumps({"op": "op-1", "kind": "approve"})),  # value and button disagree
        click(value=json.dumps({"op": "op-1", "kind": "pause", "sql": "DROP"})),
        click(value=json.dumps({"op": "op-1", "kind": "destroy"})),
        click(action_ts=None),
    ],
)
def test_half_a_click_is_none(payload: dict[str, Any]) -> None:
    assert decision_from_action(payload, NOW) is None


def submission(**changes: Any) -> dict[str, Any]:
    form = reject_modal("op-7f3c", "d" * 64, channel="C0OPS")
    values = {
        buttons.REASON_BLOCK: {
            buttons.REASON_INPUT: {"type": "plain_text_input", "value": "not on\na Friday"}
        }
    }
    view = {**form, "id": "V1", "state": {"values": values}, **changes}
    return {"user": {"id": "U0BOB", "team_id": "T0HOME"}, "view": view}


def test_a_form() -> None:
    decision = decision_from_submission(submission(), NOW)
    assert decision is not None
    assert (decision.operation, decision.kind, decision.digest) == ("op-7f3c", D.REJECT, "d" * 64)
    assert (decision.reason, decision.channel) == ("not on a Friday", "C0OPS")


def test_a_long_reason_is_clipped() -> None:
    values = {buttons.REASON_BLOCK: {buttons.REASON_INPUT: {"value": "x" * 5000}}}
    decision = decision_from_submission(submission(state={"values": values}), NOW)
    assert decision is not None
    assert len(decision.reason) == buttons.LONGEST_REASON


@pytest.mark.parametrize(
    "changes",
    [
        {"callback_id": "other"},
        {"private_metadata": ""},
        {"private_metadata": '{"op":"op-1","kind":"approve"}'},
    ],
)
def test_half_a_form_is_none(changes: dict[str, Any]) -> None:
    assert decision_from_submission(submission(**changes), NOW) is None


def signing(*left: str, note: Any = None, **changes: Any) -> dict[str, Any]:
    """The submitted form of a checklist, with every box ticked but those `left`."""
    form = sign_modal(with_form().operation, "C0OPS")
    boxes = {
        block["block_id"]: {"checklist": {"type": "checkboxes", "selected_options": [
            option for option in block["element"]["options"] if option["value"] not in left
        ]}}
        for block in form["blocks"] if block.get("element", {}).get("type") == "checkboxes"
    }  # fmt: skip
    values = {**boxes, buttons.REASON_BLOCK: {buttons.REASON_INPUT: {"type": "plain_text_input", "value": note}}}
    view = {**form, "id": "V9", "state": {"values": values}, **changes}
    return {"user": {"id": "U0BOB", "team_id": "T0HOME"}, "view": view}


def test_a_signed_form() -> None:
    decision = decision_from_submission(signing(note="keytab\nby <!here>"), NOW)
    assert decision is not None
    assert (decision.kind, decision.channel, decision.reason) == (D.SIGN, "C0OPS", "keytab by <!here>")
    assert (decision.digest, decision.items) == (with_form().operation.digest, tuple(item.id for item in ITEMS))
    again = decision_from_submission(signing(), NOW)
    assert again is not None and again.token == decision.token, "the same form sent twice is one decision"
    assert boxes_left(signing()) == {}


def test_what_is_left_open_is_told_at_its_boxes() -> None:
    left = boxes_left(signing("firewall", "own-1"))
    assert left == {
        "checklist-0": "A checklist is signed as a whole. Still open: Firewalls and security groups let them through, both ways; "
        "The host is in the CMDB."
    }
    assert len(boxes_left(signing(*(item.id for item in ITEMS)))["checklist-0"]) <= 300


def test_a_note_is_bounded() -> None:
    decision = decision_from_submission(signing(note="x" * 5000), NOW)
    assert decision is not None and len(decision.reason) == buttons.LONGEST_REASON


@pytest.mark.parametrize("changes", [
    {"callback_id": "sr.op.reject.form"}, {"private_metadata": '{"op":"op-1","kind":"approve"}'}, {"private_metadata": '{"op":"op-1","kind":"reject"}'},
])  # fmt: skip
def test_a_form_decides_only_what_it_is_for(changes: dict[str, Any]) -> None:
    assert decision_from_submission(signing(**changes), NOW) is None


def test_the_form_stays_in_slacks_limits_however_many_items_there_are() -> None:
    own = tuple(ChecklistItem(id=f"own-{n}", words="w" * 75, hint="h" * 75, source="test") for n in range(1, 11))
    form = sign_modal(with_form(checklist=(*ITEMS, *own)).operation, "C0OPS")
    assert check_form(form) == [] and view_faults(dict(form)) == []
    boxes = [b["element"]["options"] for b in form["blocks"] if b.get("element", {}).get("type") == "checkboxes"]
    assert [len(options) for options in boxes] == [10, 7]


JSON = st.recursive(st.none() | st.booleans() | st.text(max_size=5), lambda x: st.lists(x, max_size=3) | st.dictionaries(
    st.sampled_from(["user", "actions", "view", "channel", "id", "value", "action_id", "team_id", "state"]), x, max_size=4
))  # fmt: skip


@given(payload=st.dictionaries(st.sampled_from(["user", "actions", "view", "channel"]), JSON))
def test_no_payload_raises(payload: dict[str, Any]) -> None:
    assert decision_from_action(payload, NOW) is None
    assert decision_from_submission(payload, NOW) is None
    boxes_left(payload)
