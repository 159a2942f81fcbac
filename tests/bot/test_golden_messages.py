"""Every message as people see it, kept as JSON: a change of words or layout shows up as a difference to read."""

import json
from pathlib import Path

import pytest
from slack_sdk.models.blocks import Block

from bot.blocks.layout import WIDEST
from bot.limits import check
from bot.message import Message
from bot.playground.validation import message_faults
from tests.bot.golden_messages import messages

GOLDEN = Path(__file__).parent / "golden"
MESSAGES = messages()
# What people copy stays on one line, however long.
COPIED = ("/sr ", "ALTER ", "CANCEL ", "server ")


def as_json(message: Message) -> str:
    return json.dumps(message.model_dump(), ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize("name", MESSAGES)
def test_message_is_as_it_was(name: str, update_golden: bool) -> None:
    path = GOLDEN / f"{name}.json"
    if update_golden:
        path.write_text(as_json(MESSAGES[name]), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == as_json(MESSAGES[name])


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(MESSAGES)


@pytest.mark.parametrize("name", MESSAGES)
def test_slack_takes_it(name: str) -> None:
    message = MESSAGES[name]
    assert check(message) == []
    for block in message.blocks:
        parsed = Block.parse(block)
        assert parsed is not None, f"slack_sdk does not know {block['type']}"
        parsed.to_dict()  # raises SlackObjectFormationError on what it validates
    # A checker that others wrote from the same documents.
    assert message_faults(list(message.blocks)) == []


@pytest.mark.parametrize("name", MESSAGES)
def test_preformatted_text_fits_a_phone(name: str) -> None:
    for block in MESSAGES[name].blocks:
        for part in block.get("elements", ()):  # type: ignore[attr-defined]
            if part["type"] == "rich_text_preformatted":
                for line in part["elements"][0]["text"].splitlines():
                    assert len(line) <= WIDEST or line.startswith(COPIED), line


@pytest.mark.parametrize("name", MESSAGES)
def test_fallback_is_a_sentence(name: str) -> None:
    text = MESSAGES[name].text
    assert len(text) > 10
    assert "\n" not in text
