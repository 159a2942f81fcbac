"""Slack's limits: each row breaks one, and nothing else."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks import buttons, card, nodes_message
from bot.blocks.layout import context, divider, header, paragraph, preformatted, rich, section, words
from bot.limits import MESSAGE_BLOCKS, MESSAGE_CHARACTERS, check, check_form, fitted, shown_characters
from bot.message import Message
from policies.address import Address
from policies.operation import DecisionKind, OperationState
from policies.plan import Finding, Verdict
from tests.bot import samples
from tests.bot.samples import operation, plan, snapshot


def button(**changes: Any) -> dict[str, Any]:
    made = {"type": "button", "action_id": "sr.x", "text": {"type": "plain_text", "text": "Go"}, "value": "v"}
    return {**made, **changes}


def text(kind: str, length: int) -> dict[str, Any]:
    return {"type": kind, "text": "x" * length}


def asking(**parts: int) -> dict[str, Any]:
    lengths = {"title": 5, "text": 5, "confirm": 5, "deny": 5, **parts}
    return {name: text("plain_text", length) for name, length in lengths.items()}


# name -> (blocks, where the problem is)
REFUSED: dict[str, tuple[list[dict[str, Any]], str]] = {
    "51 blocks": ([divider()] * 51, "/blocks:"),
    "unknown block": ([{"type": "markdown", "text": "x"}], "/blocks/0/type"),
    "no type": ([{"text": "x"}], "/blocks/0/type"),
    "long header": ([{"type": "header", "text": text("plain_text", 151)}], "/blocks/0/text"),
    "mrkdwn header": ([{"type": "header", "text": text("mrkdwn", 5)}], "/blocks/0/text/type"),
    "long section": ([{"type": "section", "text": text("mrkdwn", 3001)}], "/blocks/0/text"),
    "empty section": ([{"type": "section"}], "/blocks/0"),
    "long field": ([{"type": "section", "fields": [text("mrkdwn", 2001)]}], "/blocks/0/fields/0"),
    "eleven fields": ([{"type": "section", "fields": [text("mrkdwn", 2)] * 11}], "/blocks/0/fields"),
    "eleven context parts": (
        [{"type": "context", "elements": [text("mrkdwn", 2)] * 11}],
        "/blocks/0/elements",
    ),
    "empty context": ([{"type": "context", "elements": []}], "/blocks/0/elements"),
    "no elements": ([{"type": "actions"}], "/blocks/0/elements"),
    "26 buttons": (
        [{"type": "actions", "elements": [button(action_id=f"a{n}") for n in range(26)]}],
        "/blocks/0/elements",
    ),
    "same action twice": (
        [{"type": "actions", "elements": [button(), button()]}],
        "/blocks/0/elements/1/action_id",
    ),
    "same block id twice": (
        [{**divider(), "block_id": "a"}, {**divider(), "block_id": "a"}],
        "/blocks/1/block_id",
    ),
    "long block id": ([{**divider(), "block_id": "a" * 256}], "/blocks/0/block_id"),
    "long button": (
        [{"type": "actions", "elements": [button(text=text("plain_text", 76))]}],
        "/blocks/0/elements/0/text",
    ),
    "long value": (
        [{"type": "actions", "elements": [button(value="x" * 2001)]}],
        "/blocks/0/elements/0/value",
    ),
    "long label": (
        [{"type": "actions", "elements": [button(accessibility_label="x" * 76)]}],
        "/blocks/0/elements/0/accessibility_label",
    ),
    "long question": (
        [{"type": "actions", "elements": [button(confirm=asking(text=301))]}],
        "/blocks/0/elements/0/confirm/text",
    ),
    "long yes": (
        [{"type": "actions", "elements": [button(confirm=asking(confirm=31))]}],
        "/blocks/0/elements/0/confirm/confirm",
    ),
    "no rich text": ([rich()], "/blocks/0/elements"),
    "empty rich text": ([rich(paragraph({"type": "text", "text": ""}))], "/blocks/0/elements/0/elements/0"),
    "code in code": (
        [rich({"type": "rich_text_preformatted", "elements": [{"type": "user", "user_id": "U1"}]})],
        "type",
    ),
    "too much together": ([section("x" * 3000)] * 5, "/blocks:"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    made, where = REFUSED[name]
    problems = check(Message(text="A sentence.", blocks=tuple(made)))
    assert problems
    assert all(where in problem for problem in problems), problems


def test_the_fallback_has_its_own_limits() -> None:
    assert check(Message(text=" ")) == [
        "/text: empty, so notifications and screen readers would have nothing"
    ]
    assert check(Message(text="x" * 301)) == ["/text: 301 characters, at most 300"]
    assert check(Message(text="x" * 300)) == []


def test_forms() -> None:
    form = buttons.reject_modal("op-1", "d" * 64, channel="C0OPS", title="Decommission BE on prod")
    assert check_form(form) == []
    assert check_form({**form, "title": text("plain_text", 25)}) == ["/title: 25 characters, at most 24"]
    assert check_form({**form, "blocks": [divider()] * 101}) == ["/blocks: 101 blocks, at most 100"]


def decisions(kind: DecisionKind = DecisionKind.PAUSE) -> dict[str, Any]:
    return buttons.actions(buttons.button(operation(OperationState.RUNNING), kind, "Pause"))


BLOCKS = st.one_of(
    st.integers(0, 9_000).map(lambda n: section("x" * n or "y")),
    st.integers(0, 20_000).map(lambda n: rich(preformatted("x " * (n // 2)))),
    st.integers(0, 9_000).map(lambda n: rich(paragraph(*words("`a` b " * (n // 6))))),
    st.integers(0, 5_000).map(lambda n: context("&amp;" * (n // 5) or "y")),
    st.just(divider()),
)


@settings(deadline=None, max_examples=60)
@given(middle=st.lists(BLOCKS, max_size=70))
def test_whatever_is_too_much_is_folded_and_the_decisions_stay(middle: list[dict[str, Any]]) -> None:
    title, state, last = header("Decommission"), section("⏳ *Waiting*"), context("Asked by …")
    message = fitted(Message(text="x" * 999, blocks=(title, state, *middle, decisions(), last)))
    assert check(message) == []
    assert message.blocks[:2] == (title, state)
    assert message.blocks[-2:] == (decisions(), last)
    assert len(message.blocks) <= MESSAGE_BLOCKS
    assert shown_characters(message.blocks) <= MESSAGE_CHARACTERS


def test_what_was_folded_is_said() -> None:
    middle = [section(f"part {number}") for number in range(60)]
    message = fitted(
        Message(text="Long.", blocks=(header("A"), section("B"), *middle, decisions(), context("C")))
    )
    shown = str(message.blocks[-3])
    assert "…and 15 more parts" in shown
    assert "part 44" in str(message.blocks[-4])


def test_what_fits_is_left_alone() -> None:
    message = Message(text="Short.", blocks=(header("A"), section("B"), decisions()))
    assert fitted(message) == message


def test_the_steps_are_on_the_card_that_is_approved_however_much_is_wrong() -> None:
    wordy = tuple(
        Finding(check=f"c{n}", verdict=Verdict.WARN, sentence="wrong " * 200, advice="do " * 300)
        for n in range(40)
    )
    nodes = tuple(Address(host=f"starrocks-be-{n}.prod.example.com", port=9050) for n in range(20))
    big = plan(*nodes, findings=wordy)
    message = card(snapshot(operation(OperationState.AWAITING_APPROVAL, big), big))
    shown = str(message.blocks)
    assert check(message) == []
    for node in nodes:
        assert f'ALTER SYSTEM DECOMMISSION BACKEND "{node}"' in shown
    assert "sr.op.approve" in shown


def test_a_thousand_nodes_are_a_whole_table() -> None:
    state = samples.cluster_state()
    many = tuple(
        state.backends[n % 5].with_(address=Address(host=f"10.84.{n // 250}.{n % 250}", port=9050))
        for n in range(1000)
    )
    message = nodes_message(state.with_(backends=many))
    assert check(message) == []
    assert "…and 960 more" in str(message.blocks[1])
