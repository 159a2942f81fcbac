"""Buttons, and what a click or a submitted form says: what they look like, what they carry, and how a click is read again.

A button carries the operation's id, the digest of the plan on its card and the kind of decision, nothing else; none of
it is trusted: the worker looks everything up and judges again (Slack payloads can be replayed within five minutes).
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from bot.blocks.layout import Block, Element, header
from bot.escape import clip, plain
from policies.operation import Decision, DecisionKind, Operation
from policies.record import Record
from policies.request import Person

D = DecisionKind
ACTIONS: dict[DecisionKind, str] = {kind: f"sr.op.{kind}" for kind in DecisionKind}
REJECT, SIGN = ACTIONS[D.REJECT], ACTIONS[D.SIGN]
"""Each opens a form; every other button decides at once."""
DECISIONS: tuple[str, ...] = tuple(action for action in ACTIONS.values() if action not in {REJECT, SIGN})
REJECT_FORM, SIGN_FORM = f"{REJECT}.form", f"{SIGN}.form"
FORMS = {REJECT_FORM: D.REJECT, SIGN_FORM: D.SIGN}
REASON_BLOCK, REASON_INPUT = "reason", "text"
LONGEST_REASON = 300
MOST_ID = 40
_LONGEST_VALUE = 2_000


class Value(Record):
    """What a button or a form carries."""

    op: str
    digest: str = ""
    kind: DecisionKind
    channel: str = ""

    def text(self) -> str:
        return json.dumps(self.model_dump(mode="json", exclude_defaults=True), separators=(",", ":"))

    @classmethod
    def read(cls, text: object) -> "Value | None":
        """A value as we wrote it, or None: anything else is not ours."""
        if not isinstance(text, str) or len(text) > _LONGEST_VALUE:
            return None
        try:
            return cls.model_validate_json(text)
        except ValidationError:
            return None


def button(
    operation: Operation,
    kind: DecisionKind,
    label: str,
    *,
    style: str = "",
    confirm: Element | None = None,
    spoken: str = "",
) -> Element:
    """A button for one decision on one digest; `spoken` is what a screen reader says instead of the label."""
    value = Value(op=operation.id, digest=operation.digest, kind=kind)
    element: Element = {
        "type": "button",
        "action_id": ACTIONS[kind],
        "text": {"type": "plain_text", "text": clip(plain(label), 75), "emoji": False},
        "value": value.text(),
        "accessibility_label": clip(plain(spoken or f"{label} of operation {operation.id}"), 75),
    }
    if style:
        element["style"] = style
    if confirm:
        element["confirm"] = confirm
    return element


def confirm(title: str, text: str, yes: str, no: str = "Not now", *, danger: bool = False) -> Element:
    """A question before a click counts; all parts are plain text."""
    return {
        "title": {"type": "plain_text", "text": clip(plain(title), 100)},
        "text": {"type": "plain_text", "text": clip(plain(text), 300)},
        "confirm": {"type": "plain_text", "text": clip(plain(yes), 30)},
        "deny": {"type": "plain_text", "text": clip(plain(no), 30)},
        **({"style": "danger"} if danger else {}),
    }


def actions(*elements: Element, name: str = "decisions") -> Block:
    return {"type": "actions", "block_id": name, "elements": list(elements)}


def reject_modal(op_id: str, digest: str, *, channel: str = "", title: str = "") -> dict[str, object]:
    """The form that asks why; `channel` is where the card is, so that a private answer can be given there."""
    value = Value(op=op_id, digest=digest, kind=D.REJECT, channel=channel)
    about = [header(title)] if title else []
    reason: Block = {
        "type": "input",
        "block_id": REASON_BLOCK,
        "label": {"type": "plain_text", "text": "Why not?"},
        "hint": {
            "type": "plain_text",
            "text": "Everyone in the thread reads it. The requester learns what to change.",
        },
        "element": {
            "type": "plain_text_input",
            "action_id": REASON_INPUT,
            "multiline": True,
            "min_length": 3,
            "max_length": LONGEST_REASON,
        },
    }
    return {
        "type": "modal",
        "callback_id": REJECT_FORM,
        "private_metadata": value.text(),
        "title": {"type": "plain_text", "text": "Reject the plan"},
        "submit": {"type": "plain_text", "text": "Reject"},
        "close": {"type": "plain_text", "text": "Back"},
        "blocks": [*about, reason],
    }


def decision_from_action(payload: Mapping[str, Any], at: datetime) -> Decision | None:
    """The decision of a `block_actions` payload, or None when it is not a whole and honest click on one of our buttons.

    The token makes a re-delivered click recognisable; a second click of the same person is another decision.
    """
    action = _first(payload.get("actions"))
    value = Value.read(action.get("value"))
    person = person_of(payload)
    if value is None or person is None or action.get("action_id") != ACTIONS[value.kind]:
        return None
    channel = text_of(mapping(payload.get("channel")).get("id"))
    stamp = text_of(action.get("action_ts"))
    if not channel or not stamp:
        return None
    return Decision(
        token=f"{value.op}:{value.kind}:{person.id}:{stamp}",
        operation=value.op,
        kind=value.kind,
        person=person,
        channel=channel,
        at=at,
        digest=value.digest,
    )


def decision_from_submission(payload: Mapping[str, Any], at: datetime) -> Decision | None:
    """The decision of a submitted form, or None when it is not ours. The same form sent twice has the same token."""
    view = mapping(payload.get("view"))
    value = Value.read(view.get("private_metadata"))
    person = person_of(payload)
    if value is None or person is None or FORMS.get(text_of(view.get("callback_id"))) is not value.kind:
        return None
    values = mapping(mapping(view.get("state")).get("values"))
    typed = text_of(mapping(mapping(values.get(REASON_BLOCK)).get(REASON_INPUT)).get("value"))
    return Decision(
        token=f"{value.op}:{value.kind}:{person.id}:{text_of(view.get('id')) or at.isoformat()}",
        operation=value.op,
        kind=value.kind,
        person=person,
        channel=value.channel,
        at=at,
        digest=value.digest,
        reason=clip(plain(typed), LONGEST_REASON),
        items=ticked(values),
    )


def ticked(values: Mapping[str, Any]) -> tuple[str, ...]:
    """The values of all checkboxes that are ticked, in `state.values` of a form."""
    elements = [element for block in values.values() for element in mapping(block).values()]
    chosen = [option for element in elements for option in listed(mapping(element).get("selected_options"))]
    return tuple(dict.fromkeys(text_of(mapping(option).get("value"))[:MOST_ID] for option in chosen))


def person_of(payload: Mapping[str, Any]) -> Person | None:
    """Who clicked. The team is the person's own: the payload's team may be the one that hosts a shared channel."""
    user = mapping(payload.get("user"))
    identity, team = text_of(user.get("id")), text_of(user.get("team_id"))
    if not identity:
        return None
    name = text_of(user.get("username")) or text_of(user.get("name"))
    enterprise = text_of(mapping(user.get("enterprise_user")).get("enterprise_id"))
    return Person(id=identity, team=team, name=clip(plain(name), 80), enterprise=enterprise)


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _first(value: object) -> Mapping[str, Any]:
    return mapping(value[0]) if isinstance(value, list) and value else {}


def text_of(value: object) -> str:
    return value if isinstance(value, str) else ""
