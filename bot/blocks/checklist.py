"""The checklist: on the card, as a form to sign, and what a form that is not ticked all over is answered."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.blocks.buttons import LONGEST_REASON, REASON_BLOCK, REASON_INPUT, SIGN_FORM, Value, listed, mapping, text_of, ticked
from bot.blocks.layout import Block, Element, bullets, context, mention, paragraph, rich, section, space, when, words
from bot.blocks.phrases import title_of
from bot.escape import clip, mrkdwn, plain
from policies.checklist import LONGEST_ITEM, MOST_OWN
from policies.operation import DecisionKind, Operation, OperationState
from policies.plan import ChecklistItem, Plan

BLOCK = "checklist"
_MOST_BOXES = MOST_OWN
_LONGEST_ERROR = 300


def checklist_blocks(plan: Plan) -> list[Block]:
    """What is signed, as it stands on the card."""
    if not plan.checklist:
        return []
    title = paragraph(*words("Checklist", bold=True), space("  What no machine can see: signed before anybody approves."))
    return [rich(title, bullets([_line(item) for item in plan.checklist]))]


def _line(item: ChecklistItem) -> list[Element]:
    line = words(clip(item.words, LONGEST_ITEM))
    return [*line, space(), *words(f"({clip(item.hint, LONGEST_ITEM)})", italic=True)] if item.hint else line


def signature_words(operation: Operation) -> str:
    """The line that stays on the card for ever; empty without a checklist."""
    if not operation.checklist:
        return ""
    if operation.signed is not None:
        return f"Checklist signed by {mention(operation.signed.person)} {when(operation.signed.at)}"
    return "Checklist: not signed yet" if operation.state is OperationState.AWAITING_APPROVAL else "Checklist: not signed"


def sign_modal(operation: Operation, channel: str) -> dict[str, object]:
    """The form: one checkbox for each item, and room for a note; `channel` is where a private answer can be given."""
    value = Value(op=operation.id, digest=operation.digest, kind=DecisionKind.SIGN, channel=channel)
    note: Block = {
        "type": "input",
        "block_id": REASON_BLOCK,
        "optional": True,
        "label": {"type": "plain_text", "text": "Note"},
        "hint": {"type": "plain_text", "text": "Everyone in the thread reads it, and the audit keeps it."},
        "element": {
            "type": "plain_text_input", "action_id": REASON_INPUT, "multiline": True, "max_length": LONGEST_REASON,
        },
    }  # fmt: skip
    return {
        "type": "modal",
        "callback_id": SIGN_FORM,
        "private_metadata": value.text(),
        "title": {"type": "plain_text", "text": "Sign the checklist"},
        "submit": {"type": "plain_text", "text": "Sign"},
        "close": {"type": "plain_text", "text": "Back"},
        "blocks": [
            section(f"*{mrkdwn(clip(title_of(operation), 300))}*"),
            *_boxes(operation.checklist),
            note,
            context("With your name you say that all of this is so, or does not apply. The plan still needs its approvals."),
        ],
    }


def _boxes(items: Sequence[ChecklistItem]) -> Iterator[Block]:
    """Slack takes ten checkboxes in one element."""
    for start in range(0, len(items), _MOST_BOXES):
        label = "I have seen to it:" if start == 0 else "And:"
        options = [_box(item) for item in items[start : start + _MOST_BOXES]]
        yield {
            "type": "input",
            "block_id": f"{BLOCK}-{start}",
            "label": {"type": "plain_text", "text": label},
            "element": {"type": "checkboxes", "action_id": BLOCK, "options": options},
        }


def _box(item: ChecklistItem) -> dict[str, object]:
    box: dict[str, object] = {"text": _text(item.words), "value": item.id}
    return {**box, "description": _text(item.hint)} if item.hint else box


def _text(words: str) -> dict[str, object]:
    return {"type": "plain_text", "text": clip(plain(words), LONGEST_ITEM), "emoji": False}


def boxes_left(payload: Mapping[str, Any]) -> dict[str, str]:
    """What the form is answered at its fields: each group of boxes that is not ticked all over, naming what is open.

    Read from the form itself, for a quick and kind answer; what counts is what the worker judges.
    """
    view = mapping(payload.get("view"))
    chosen = ticked(mapping(mapping(view.get("state")).get("values")))
    errors = {}
    for block in map(mapping, listed(view.get("blocks"))):
        options = [mapping(option) for option in listed(mapping(block.get("element")).get("options"))]
        open_ones = [option for option in options if text_of(option.get("value")) not in chosen]
        if open_ones:
            left = "; ".join(text_of(mapping(option.get("text")).get("text")) for option in open_ones)
            said = f"A checklist is signed as a whole. Still open: {left}."
            errors[text_of(block.get("block_id"))] = clip(said, _LONGEST_ERROR)
    return errors
