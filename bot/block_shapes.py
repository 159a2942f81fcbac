"""The shape of every block and element we send: what it must have, how long its texts and lists may be. Data only.

Sources: docs.slack.dev (Block Kit reference), slack_sdk models (the constants ending in `_max_length`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

IDENTIFIER = 255


@dataclass(frozen=True)
class Shape:
    """One kind of block or element: fields it must have, the longest texts, and how many parts each list may have."""

    required: tuple[str, ...] = ()
    longest: Mapping[str, int] = field(default_factory=dict)
    most: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, frozenset[str]] = field(default_factory=dict)


_TEXT = frozenset({"plain_text", "mrkdwn"})
_PLAIN = frozenset({"plain_text"})
_RICH = frozenset({"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"})
_INLINE = frozenset({"text", "link", "user", "usergroup", "emoji", "channel", "broadcast", "date"})
_ACTIONS = frozenset({"button", "static_select", "overflow"})
_INPUTS = frozenset({"plain_text_input", "static_select", "checkboxes", "radio_buttons"})

SHAPES: dict[str, Shape] = {
    "header": Shape(("text",), {"text": 150}, parts={"text": _PLAIN}),
    "section": Shape((), {"text": 3000, "fields": 2000}, {"fields": 10}, {"text": _TEXT, "fields": _TEXT}),
    "context": Shape(("elements",), {"elements": 2000}, {"elements": 10}, {"elements": _TEXT | {"image"}}),
    "divider": Shape(),
    "actions": Shape(("elements",), most={"elements": 25}, parts={"elements": _ACTIONS}),
    "image": Shape(("alt_text",), {"alt_text": 2000, "image_url": 3000, "title": 2000}),
    "rich_text": Shape(("elements",), parts={"elements": _RICH}),
    "input": Shape(
        ("label", "element"), {"label": 2000, "hint": 2000}, parts={"element": _INPUTS, "label": _PLAIN}
    ),
    "button": Shape(
        ("text", "action_id"),
        {"text": 75, "value": 2000, "url": 3000, "accessibility_label": 75},
        parts={"text": _PLAIN},
    ),
    "static_select": Shape(("action_id", "options"), {"placeholder": 150}, {"options": 100}),
    "overflow": Shape(("action_id", "options"), most={"options": 5}),
    "checkboxes": Shape(("action_id", "options"), most={"options": 10}),
    "radio_buttons": Shape(("action_id", "options"), most={"options": 10}),
    "option": Shape(("text", "value"), {"text": 75, "value": 150, "description": 75}),
    "plain_text_input": Shape(("action_id",), {"placeholder": 150, "initial_value": 3000}),
    "rich_text_section": Shape(("elements",), parts={"elements": _INLINE}),
    "rich_text_preformatted": Shape(("elements",), parts={"elements": frozenset({"text", "link"})}),
    "rich_text_quote": Shape(("elements",), parts={"elements": _INLINE}),
    "rich_text_list": Shape(("elements", "style"), parts={"elements": frozenset({"rich_text_section"})}),
    "text": Shape(("text",)),
    "link": Shape(("url",), {"url": 3000}),
    "user": Shape(("user_id",)),
    "usergroup": Shape(("usergroup_id",)),
    "emoji": Shape(("name",)),
    "channel": Shape(("channel_id",)),
    "broadcast": Shape(("range",)),
    "date": Shape(("timestamp", "format")),
    "plain_text": Shape(("text",)),
    "mrkdwn": Shape(("text",)),
    "confirm": Shape(
        ("title", "text", "confirm", "deny"), {"title": 100, "text": 300, "confirm": 30, "deny": 30}
    ),
    "modal": Shape(
        ("title", "blocks"),
        {"title": 24, "submit": 24, "close": 24, "private_metadata": 3000, "callback_id": IDENTIFIER},
    ),
}
