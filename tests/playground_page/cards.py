"""Messages and forms for the tests: one block of each type, a card to decide on, forms."""

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def option(value: str, text: str) -> Json:
    return {"text": plain(text), "value": value}


def button(action_id: str, label: str, **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(label), "value": f"value-of-{action_id}", **more}


def card(*elements: Json, words: str = "Waiting for approval") -> list[Json]:
    return [
        {"type": "section", "text": mrkdwn(words)},
        {"type": "actions", "block_id": "decisions", "elements": list(elements)},
    ]


QUESTION = {
    "title": plain("Approve this plan?"),
    "text": mrkdwn("It starts *at once*."),
    "confirm": plain("Approve it"),
    "deny": plain("Not yet"),
    "style": "danger",
}
APPROVE = button("approve", "Approve decommission", style="primary", confirm=QUESTION)
ABORT = button("abort", "Abort…", style="danger")

_SECTION = {"type": "rich_text_section", "elements": [{"type": "text", "text": "said", "style": {"bold": True, "code": True}}]}
# type -> (a block of it, words that must be seen)
MESSAGE_BLOCKS: dict[str, tuple[Json, list[str]]] = {
    "header": ({"text": plain("Decommission :warning:")}, ["Decommission ⚠️"]),
    "section": ({"text": mrkdwn("a *b*"), "fields": [mrkdwn("*Nodes*\n12"), plain("plain *field*")]}, ["a b", "12", "plain *field*"]),
    "context": ({"elements": [mrkdwn("asked by <@U0ALICE>"), plain("rev 1")]}, ["asked by @alice", "rev 1"]),
    "divider": ({}, []),
    "actions": ({"elements": [button("go", "Go on"), button("away", "Runbook", url="https://a.example/")]}, ["Go on", "Runbook"]),
    "image": ({"image_url": "https://elsewhere.example/x.png", "alt_text": "a chart"}, ["a chart"]),
    "rich_text": (
        rich(
            _SECTION,
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "quoted <!channel>"}]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "SELECT  1"}]},
            {"type": "rich_text_list", "style": "ordered", "indent": 1, "offset": 2, "elements": [_SECTION]},
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "user", "user_id": "U0BOB"},
                    {"type": "usergroup", "usergroup_id": "S0DBA"},
                    {"type": "channel", "channel_id": "C0OPS"},
                    {"type": "broadcast", "range": "here"},
                    {"type": "emoji", "name": "x", "unicode": "274c"},
                    {"type": "link", "url": "https://a.example/", "text": "linked"},
                    {"type": "date", "timestamp": 1795295109, "format": "{date_num}", "fallback": "f"},
                ],
            },
        ),
        ["said", "quoted <!channel>", "SELECT  1", "@bob", "@dba-oncall", "#starrocks-ops", "@HERE", "❌", "linked", "2026-11-21"],
    ),
    "table": (
        {
            "rows": [[{"type": "raw_text", "text": "node"}, {"type": "raw_text", "text": "tablets"}], [rich(_SECTION), {"type": "raw_text", "text": "118"}]],
            "column_settings": [{"is_wrapped": True}, {"align": "right"}],
        },
        ["node", "tablets", "said", "118"],
    ),
    "markdown": ({"text": "**bold** and `code`\n- item"}, ["bold and code", "item"]),
    "container": (
        {"title": plain("All steps"), "is_collapsible": True, "child_blocks": [{"type": "section", "text": mrkdwn("inside")}]},
        ["All steps", "inside"],
    ),
    "task_card": ({"task_id": "t", "title": "Drain be-1", "status": "in_progress"}, ["Drain be-1", "in progress"]),
    "plan": ({"title": "Plan P-1", "tasks": [{"type": "task_card", "task_id": "t", "title": "Drain be-2"}]}, ["Plan P-1"]),
    "card": ({"title": mrkdwn("A tile"), "body": mrkdwn("its body")}, ["A tile", "its body"]),
}


def input_block(name: str, element: Json, **more: Any) -> Json:
    return {"type": "input", "block_id": name, "label": plain(f"The {name}"), "element": {"action_id": "it", **element}, **more}


def form(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "callback_id": "f", "title": plain("Reject"), "submit": plain("Send"), "close": plain("Back"), "blocks": list(blocks), **more}


REASON = input_block("reason", {"type": "plain_text_input", "multiline": True}, hint=plain("Everyone reads it."))
FULL_FORM = form(
    {"type": "section", "text": mrkdwn("*Read* this")},
    {"type": "alert", "level": "warning", "text": mrkdwn("take care")},
    REASON,
    input_block("name", {"type": "plain_text_input", "initial_value": "prod"}),
    input_block("choice", {"type": "static_select", "options": [option("a", "Again"), option("b", "Never")]}),
    input_block("one", {"type": "radio_buttons", "options": [option("r1", "First"), option("r2", "Second")]}),
    input_block("some", {"type": "checkboxes", "options": [option("c1", "This"), option("c2", "That"), option("c3", "Those")]}, optional=True),
)
