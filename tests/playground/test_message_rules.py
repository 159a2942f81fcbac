"""What Slack would not take: one row per rule. Each payload breaks exactly one, at the limit plus one."""

from typing import Any

import pytest

from bot.playground.validation import message_faults, text_length, view_faults
from tests.playground.playing import OPS, button, card, modal, refusal, served


def plain(length: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": "x" * length}


def section(**more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": "t"}, **more}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def confirm(**more: Any) -> dict[str, Any]:
    return {"title": plain(5), "text": plain(5), "confirm": plain(5), "deny": plain(5), **more}


def options(count: int, text: int = 3, value: int = 3) -> list[dict[str, Any]]:
    return [{"text": plain(text), "value": f"{n:0{value}d}"} for n in range(count)]


def select(**more: Any) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "s", "options": options(2), **more}


def table(rows: int = 1, columns: int = 1, text: str = "x") -> dict[str, Any]:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": text}] * columns] * rows}


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


# (name, blocks, the fault that must be found)
ROWS: list[tuple[str, list[Any], str]] = [
    ("51 blocks", [{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    ("unknown type", [{"type": "nonsense"}], "unsupported type: nonsense [json-pointer:/blocks/0/type]"),
    ("no type", [{}], "unsupported type: None [json-pointer:/blocks/0/type]"),
    ("alert in a message", [{"type": "alert", "text": plain(3)}], "unsupported type: alert [json-pointer:/blocks/0/type]"),
    ("not an object", ["x"], "must provide an object [json-pointer:/blocks/0]"),
    (
        "section text",
        [section(text={"type": "mrkdwn", "text": "x" * 3001})],
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    (
        "empty text",
        [section(text={"type": "mrkdwn", "text": ""})],
        "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
    ),
    ("section without content", [{"type": "section"}], "missing required field: text or fields [json-pointer:/blocks/0]"),
    ("11 fields", [section(fields=[plain(1)] * 11)], "no more than 10 items allowed [json-pointer:/blocks/0/fields]"),
    ("field text", [section(fields=[plain(2001)])], "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]"),
    ("header", [{"type": "header", "text": plain(151)}], "must be less than 151 characters [json-pointer:/blocks/0/text/text]"),
    (
        "mrkdwn header",
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
    ),
    (
        "11 context elements",
        [{"type": "context", "elements": [plain(1)] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (
        "button in a context",
        [{"type": "context", "elements": [button()]}],
        "unsupported type: button [json-pointer:/blocks/0/elements/0/type]",
    ),
    (
        "26 buttons",
        [actions(*(button(f"a{n}") for n in range(26)))],
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    ("no buttons", [actions()], "must have at least 1 items [json-pointer:/blocks/0/elements]"),
    (
        "button text",
        [actions(button(label="x" * 76))],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    (
        "button value",
        [actions(button(value="x" * 2001))],
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    (
        "button style",
        [actions({**button(), "style": "loud"})],
        "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]",
    ),
    ("button url", [actions({**button(), "url": "ftp://x"})], "invalid url [json-pointer:/blocks/0/elements/0/url]"),
    (
        "accessibility label",
        [actions({**button(), "accessibility_label": "x" * 76})],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/accessibility_label]",
    ),
    ("action_id", [actions(button("x" * 256))], "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]"),
    (
        "unknown key",
        [actions({**button(), "colour": "red"})],
        "invalid additional property: colour [json-pointer:/blocks/0/elements/0]",
    ),
    (
        "same action twice",
        [actions(button("a"), button("a"))],
        "`action_id` 'a' already exists [json-pointer:/blocks/0/elements/1/action_id]",
    ),
    (
        "same block twice",
        [section(block_id="b"), section(block_id="b")],
        "`block_id` 'b' already exists [json-pointer:/blocks/1/block_id]",
    ),
    ("block_id", [section(block_id="x" * 256)], "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
    (
        "confirm title",
        [actions({**button(), "confirm": confirm(title=plain(101))})],
        "must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]",
    ),
    (
        "confirm text",
        [actions({**button(), "confirm": confirm(text=plain(301))})],
        "must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]",
    ),
    (
        "confirm deny",
        [actions({**button(), "confirm": confirm(deny=plain(31))})],
        "must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/deny/text]",
    ),
    (
        "101 options",
        [actions(select(options=options(101)))],
        "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        "option text",
        [actions(select(options=options(1, text=76)))],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
    ),
    (
        "option value",
        [actions(select(options=options(1, value=151)))],
        "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]",
    ),
    (
        "6 overflow options",
        [actions({"type": "overflow", "action_id": "o", "options": options(6)})],
        "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    ("image without alt text", [{"type": "image", "image_url": "https://x/y.png"}], "missing required field: alt_text"),
    (
        "image without source",
        [{"type": "image", "alt_text": "x"}],
        "missing required field: image_url or slack_file [json-pointer:/blocks/0]",
    ),
    (
        "image title",
        [{"type": "image", "alt_text": "x", "image_url": "https://x/y.png", "title": plain(2001)}],
        "must be less than 2001 characters [json-pointer:/blocks/0/title/text]",
    ),
    (
        "markdown together",
        [{"type": "markdown", "text": "x" * 7000}, {"type": "markdown", "text": "x" * 5001}],
        "markdown text must be less than 12001 characters [json-pointer:/blocks]",
    ),
    ("101 rows", [table(rows=101)], "must have between 1 and 100 items [json-pointer:/blocks/0/rows]"),
    ("21 columns", [table(columns=21)], "must have between 1 and 20 items [json-pointer:/blocks/0/rows/0]"),
    ("empty cell", [table(text="")], "must be more than 0 characters [json-pointer:/blocks/0/rows/0/0/text]"),
    (
        "cells together",
        [table(rows=2, columns=10, text="x" * 501)],
        "must be less than 10001 characters [json-pointer:/blocks/0/rows]",
    ),
    ("two tables", [table(), table()], "only one table allowed per message [json-pointer:/blocks/1]"),
    (
        "rich text element",
        [rich({"type": "bold", "text": "x"})],
        "unsupported type: bold [json-pointer:/blocks/0/elements/0/elements/0/type]",
    ),
    (
        "empty rich text",
        [rich({"type": "text", "text": ""})],
        "must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]",
    ),
    (
        "11 blocks in a container",
        [{"type": "container", "child_blocks": [{"type": "divider"}] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/child_blocks]",
    ),
    (
        "status of a task",
        [{"type": "plan", "title": "p", "tasks": [{"type": "task_card", "task_id": "1", "title": "t", "status": "odd"}]}],
        "must be one of: pending, in_progress, complete, error [json-pointer:/blocks/0/tasks/0/status]",
    ),
]

VIEW_ROWS: list[tuple[str, dict[str, Any], str]] = [
    ("title", modal(title=plain(25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
    ("submit", modal(submit=plain(25)), "must be less than 25 characters [json-pointer:/view/submit/text]"),
    (
        "private_metadata",
        modal(private_metadata="x" * 3001),
        "must be less than 3001 characters [json-pointer:/view/private_metadata]",
    ),
    ("callback_id", modal(callback_id="x" * 256), "must be less than 256 characters [json-pointer:/view/callback_id]"),
    ("101 blocks", modal(blocks=[{"type": "divider"}] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
    ("input without submit", modal(submit=None), "missing required field: submit [json-pointer:/view]"),
    ("table in a modal", modal(blocks=[table()]), "unsupported type: table [json-pointer:/view/blocks/0/type]"),
    ("no modal", modal(type="home"), "unsupported type: home [json-pointer:/view/type]"),
]


@pytest.mark.parametrize(("name", "blocks", "fault"), ROWS, ids=[row[0] for row in ROWS])
def test_what_slack_refuses(name: str, blocks: list[Any], fault: str) -> None:
    faults = message_faults(blocks)
    assert [one for one in faults if one.startswith(fault)] == faults != []


@pytest.mark.parametrize(("name", "view", "fault"), VIEW_ROWS, ids=[row[0] for row in VIEW_ROWS])
def test_what_slack_refuses_of_a_modal(name: str, view: dict[str, Any], fault: str) -> None:
    given = {key: value for key, value in view.items() if value is not None}
    assert view_faults(given) == [fault]


def test_everything_at_its_limit_is_taken() -> None:
    message = [
        section(text={"type": "mrkdwn", "text": "x" * 3000}, fields=[plain(20)] * 10, accessory=button()),
        {"type": "header", "text": plain(150)},
        actions(*(button(f"a{n}", "x" * 2000, "x" * 75) for n in range(25))),
        {"type": "context", "elements": [plain(1), {"type": "image", "image_url": "https://x/y.png", "alt_text": "x"}]},
        table(rows=100, columns=5),
        rich({"type": "text", "text": "<!channel>"}, {"type": "user", "user_id": "U0BOB"}, {"type": "emoji", "name": "eyes"}),
        {"type": "input", "label": plain(5), "element": {"type": "plain_text_input", "action_id": "i"}},
        *[{"type": "divider"}] * 43,
    ]
    assert message_faults(message) == []
    assert view_faults(modal(title=plain(24), private_metadata="x" * 3000)) == []


async def test_one_bad_block_refuses_the_whole_message_and_names_the_place() -> None:
    async with served() as played:
        bad = [*card(), {"type": "header", "text": plain(151)}]
        said = await refusal(played.slack.chat_postMessage(channel=OPS, text="x", blocks=bad))
        assert said["error"] == "invalid_blocks"
        place = "must be less than 151 characters [json-pointer:/blocks/2/text/text]"
        assert said["errors"] == [place] and said["response_metadata"]["messages"] == [f"[ERROR] {place}"]
        assert await played.seen() == []
        garbled = await refusal(played.slack.api_call("chat.postMessage", params={"channel": OPS, "blocks": "[{"}))
        assert garbled["error"] == "invalid_blocks_format"


async def test_a_message_too_long_as_a_whole() -> None:
    async with served() as played:
        long = [section(text={"type": "mrkdwn", "text": "x" * 2650})] * 5
        assert text_length(long) == 13_250
        said = await refusal(played.slack.chat_postMessage(channel=OPS, text="x", blocks=long))
        assert said["error"] == "msg_blocks_too_long"
        ts = (await played.slack.chat_postMessage(channel=OPS, text="x", blocks=long[:4]))["ts"]
        # Four thousand bytes, not characters: "é" takes two.
        said = await refusal(played.slack.chat_update(channel=OPS, ts=ts, text="é" * 2001))
        assert said["error"] == "msg_too_long"
        await played.slack.chat_update(channel=OPS, ts=ts, text="é" * 2000)
        cut = await played.slack.chat_postMessage(channel=OPS, text="x" * 40_001)
        assert len(cut["message"]["text"]) == 40_000 and cut["warning"] == "message_truncated"


async def test_a_length_over_the_safe_one_is_noted_in_the_log() -> None:
    async with served() as played:
        near = [section(text={"type": "mrkdwn", "text": "x" * 2600})] * 5
        await played.slack.chat_postMessage(channel=OPS, text="x", blocks=near)
        assert "13000 characters" in (await played.log("api"))[-1]["note"]
