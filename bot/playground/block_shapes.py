"""Every block, element and object that Slack knows, as a table of rules. `validation` walks it.

Sources: docs.slack.dev (Block Kit reference; blocks.json for what goes on which surface), slack_sdk 3.47 models (the
constants ending in `_max_length`). Where we do not know all fields of a newer type, its shape is `loose`.
"""

from bot.playground.limits import (
    ACTION_ID_MOST,
    BLOCK_ID_MOST,
    MARKDOWN_TEXT_MOST,
    TOTAL_TEXT_MOST,
    Flag,
    Free,
    Many,
    Number,
    One,
    Rule,
    Shape,
    Str,
    Text,
)

PLAIN = ("plain_text",)

# -- which types go where

SELECTS = tuple(
    f"{many}{kind}_select" for many in ("", "multi_") for kind in ("static", "external", "users", "conversations", "channels")
)
PICKERS = ("datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons")
ACTION_ELEMENTS = ("button", "overflow", "workflow_button", *SELECTS, *PICKERS)
ACCESSORIES = ("image", *ACTION_ELEMENTS)
TYPED_INPUTS = ("plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input")
INPUT_ELEMENTS = (*TYPED_INPUTS, "file_input", *SELECTS, *PICKERS)
CLASSIC = ("section", "header", "context", "divider", "actions", "image", "rich_text", "input", "video")
MESSAGE_BLOCKS = (
    *CLASSIC, "file", "markdown", "table", "data_table", "data_visualization", "plan", "task_card",
    "card", "carousel", "container", "context_actions",
)  # fmt: skip
VIEW_BLOCKS = (*CLASSIC, "alert", "card")
RICH_INLINE = ("text", "link", "user", "usergroup", "emoji", "channel", "broadcast", "color", "date")
RICH_PARTS = ("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote")

# -- objects inside blocks

_ACTION: dict[str, Rule] = {"action_id": Str(ACTION_ID_MOST), "confirm": One(("confirm",))}
_FOCUS: dict[str, Rule] = {"focus_on_load": Flag(), "placeholder": Text(150, PLAIN)}
_OPTIONS: dict[str, Rule] = {
    "options": Many(("option",), 100),
    "option_groups": Many(("option_group",), 100),
    "initial_option": One(("option",)),
    "initial_options": Many(("option",), 100),
    "max_selected_items": Number(),
}
_IMAGE: dict[str, Rule] = {
    "alt_text": Str(2000),
    "image_url": Str(3000, url=True),
    "slack_file": One(("slack_file",)),
}
_TYPED: dict[str, Rule] = {
    **_ACTION, **_FOCUS, "initial_value": Str(3000, least=0), "dispatch_action_config": Free(),
}  # fmt: skip

PARTS: dict[str, Shape] = {
    "confirm": Shape(
        {
            "title": Text(100, PLAIN),
            "text": Text(300),
            "confirm": Text(30, PLAIN),
            "deny": Text(30, PLAIN),
            "style": Str(one_of=("primary", "danger")),
        },
        ("title", "text", "confirm", "deny"),
        typed=False,
    ),
    "option": Shape(
        {"text": Text(75), "value": Str(150), "description": Text(75), "url": Str(3000, url=True)},
        ("text", "value"),
        typed=False,
    ),
    "option_group": Shape({"label": Text(75, PLAIN), "options": Many(("option",), 100)}, ("label", "options"), typed=False),
    "slack_file": Shape({"id": Str(), "url": Str(3000, url=True)}, either=("id", "url"), typed=False),
    "button": Shape(
        {
            **_ACTION,
            "text": Text(75, PLAIN),
            "value": Str(2000),
            "url": Str(3000, url=True),
            "style": Str(one_of=("primary", "danger")),
            "accessibility_label": Str(75),
        },
        ("text",),
    ),
    "workflow_button": Shape({"text": Text(75, PLAIN), "workflow": Free()}, ("text", "workflow"), loose=True),
    "overflow": Shape({**_ACTION, "options": Many(("option",), 5)}, ("options",)),
    "static_select": Shape({**_ACTION, **_FOCUS, **_OPTIONS}, either=("options", "option_groups")),
    "multi_static_select": Shape({**_ACTION, **_FOCUS, **_OPTIONS}, either=("options", "option_groups")),
    "checkboxes": Shape(
        {**_ACTION, "focus_on_load": Flag(), "options": Many(("option",), 10), "initial_options": Free()}, ("options",)
    ),
    "radio_buttons": Shape(
        {**_ACTION, "focus_on_load": Flag(), "options": Many(("option",), 10), "initial_option": Free()}, ("options",)
    ),
    "plain_text_input": Shape(
        {**_TYPED, "multiline": Flag(), "min_length": Number(), "max_length": Number()},
    ),
    "number_input": Shape(
        {**_TYPED, "is_decimal_allowed": Flag(), "min_value": Free(), "max_value": Free()}, ("is_decimal_allowed",)
    ),
    **{name: Shape(_TYPED) for name in ("email_text_input", "url_text_input")},
    **{
        name: Shape({**_ACTION, **_FOCUS}, loose=True)
        for name in (*SELECTS, *PICKERS, "rich_text_input", "file_input")
        if name not in {"static_select", "multi_static_select", "checkboxes", "radio_buttons"}
    },
    "image": Shape({**_IMAGE}, ("alt_text",), either=("image_url", "slack_file")),
    "feedback_buttons": Shape(loose=True),
    "icon_button": Shape(loose=True),
}

# -- rich text (text elements are literal: nothing inside them is parsed)

_STYLED: dict[str, Rule] = {"style": Free()}
RICH: dict[str, Shape] = {
    "text": Shape({"text": Str(TOTAL_TEXT_MOST), **_STYLED}, ("text",)),
    "link": Shape({"url": Str(3000), "text": Str(3000), "unsafe": Flag(), **_STYLED}, ("url",)),
    "user": Shape({"user_id": Str(), **_STYLED}, ("user_id",)),
    "usergroup": Shape({"usergroup_id": Str(), **_STYLED}, ("usergroup_id",)),
    "emoji": Shape({"name": Str(), "unicode": Str(), "skin_tone": Number(), **_STYLED}, ("name",)),
    "channel": Shape({"channel_id": Str(), **_STYLED}, ("channel_id",)),
    "broadcast": Shape({"range": Str(one_of=("here", "channel", "everyone")), **_STYLED}, ("range",)),
    "color": Shape({"value": Str(), **_STYLED}, ("value",)),
    "date": Shape(
        {"timestamp": Number(), "format": Str(), "url": Str(3000), "fallback": Str(), **_STYLED},
        ("timestamp", "format"),
    ),
    "rich_text_section": Shape({"elements": Many(RICH_INLINE, 1000, least=0)}, ("elements",)),
    "rich_text_quote": Shape({"elements": Many(RICH_INLINE, 1000, least=0), "border": Number()}, ("elements",)),
    "rich_text_preformatted": Shape(
        {"elements": Many(("text", "link"), 1000, least=0), "border": Number(), "language": Str()}, ("elements",)
    ),
    "rich_text_list": Shape(
        {
            "style": Str(one_of=("bullet", "ordered")),
            "elements": Many(("rich_text_section",), 1000),
            "indent": Number(),
            "offset": Number(),
            "border": Number(),
        },
        ("style", "elements"),
    ),
}

# -- blocks

_BLOCK_ID: dict[str, Rule] = {"block_id": Str(BLOCK_ID_MOST)}
BLOCKS: dict[str, Shape] = {
    "section": Shape(
        {
            **_BLOCK_ID,
            "text": Text(3000),
            "fields": Many(("text_2000",), 10),
            "accessory": One(ACCESSORIES),
            "expand": Flag(),
        },
        either=("text", "fields"),
    ),
    "header": Shape({**_BLOCK_ID, "text": Text(150, PLAIN)}, ("text",)),
    "context": Shape({**_BLOCK_ID, "elements": Many(("image", "text_3000"), 10)}, ("elements",)),
    "divider": Shape({**_BLOCK_ID}),
    "actions": Shape({**_BLOCK_ID, "elements": Many(ACTION_ELEMENTS, 25)}, ("elements",)),
    "image": Shape({**_BLOCK_ID, **_IMAGE, "title": Text(2000, PLAIN)}, ("alt_text",), either=("image_url", "slack_file")),
    "rich_text": Shape({**_BLOCK_ID, "elements": Many(RICH_PARTS, 1000)}, ("elements",)),
    "input": Shape(
        {
            **_BLOCK_ID,
            "label": Text(2000, PLAIN),
            "hint": Text(2000, PLAIN),
            "element": One(INPUT_ELEMENTS),
            "optional": Flag(),
            "dispatch_action": Flag(),
        },
        ("label", "element"),
    ),
    "markdown": Shape({**_BLOCK_ID, "text": Str(MARKDOWN_TEXT_MOST)}, ("text",)),
    # The rows have rules of their own, see validation.
    "table": Shape({**_BLOCK_ID, "rows": Free(), "column_settings": Free()}, ("rows",)),
    "alert": Shape(
        {
            **_BLOCK_ID,
            "text": Text(3000),
            "level": Str(one_of=("default", "info", "warning", "error", "success")),
        },
        ("text",),
    ),
    "container": Shape(
        {
            **_BLOCK_ID,
            "title": Text(150, PLAIN),
            "rich_text_title": Free(),
            "subtitle": Text(150),
            "child_blocks": Many(MESSAGE_BLOCKS, 10),
            "width": Str(),
            "icon": Free(),
            "is_collapsible": Flag(),
            "default_collapsed": Flag(),
            "has_header_divider": Flag(),
        },
        ("child_blocks",),
    ),
    "task_card": Shape(
        {
            **_BLOCK_ID,
            "task_id": Str(),
            "title": Str(),
            "status": Str(one_of=("pending", "in_progress", "complete", "error")),
            "details": Free(),
            "output": Free(),
            "sources": Free(),
        },
        ("task_id", "title"),
    ),
    "plan": Shape({**_BLOCK_ID, "title": Str(), "tasks": Many(("task_card",), 100, least=0), "plan_id": Str()}, ("title",)),
    "card": Shape({**_BLOCK_ID, "title": Text(150), "subtitle": Text(150), "body": Text(200)}, loose=True),
    "carousel": Shape({**_BLOCK_ID, "elements": Many(("card",), 10)}, ("elements",)),
    "context_actions": Shape({**_BLOCK_ID, "elements": Many(("feedback_buttons", "icon_button"), 5)}, ("elements",)),
    **{name: Shape(_BLOCK_ID, loose=True) for name in ("video", "file", "data_table", "data_visualization")},
}

VIEW = Shape(
    {
        "title": Text(24, PLAIN),
        "submit": Text(24, PLAIN),
        "close": Text(24, PLAIN),
        "private_metadata": Str(3000, least=0),
        "callback_id": Str(255, least=0),
        "external_id": Str(255, least=0),
        "clear_on_close": Flag(),
        "notify_on_close": Flag(),
        "submit_disabled": Flag(),
        "blocks": Free(),
    },
    ("title", "blocks"),
)
