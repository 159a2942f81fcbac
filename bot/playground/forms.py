"""What a person may enter in a modal: turning typed values into `state.values`, and the client's own refusals."""

from typing import Any

from bot.playground.block_shapes import INPUT_ELEMENTS
from bot.playground.views import View
from bot.playground.wire import Json

REQUIRED = "Please complete this required field."
# Element types whose value is one chosen option, several, or a plain string under another name.
_ONE_OPTION = frozenset({"static_select", "radio_buttons", "external_select", "overflow"})
_MANY_OPTIONS = frozenset({"checkboxes", "multi_static_select", "multi_external_select"})
_NAMED = {
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}


def elements(block: Json) -> list[Json]:
    """Interactive elements of one block that was checked, wherever its type keeps them."""
    match block["type"]:
        case "actions":
            return list(block["elements"])
        case "section" if block.get("accessory"):
            return [block["accessory"]]
        case "input":
            return [block["element"]]
        case "container":
            return [one for child in block["child_blocks"] for one in elements(child)]
        case _:
            return []


def state_values(view: View, typed: Json) -> tuple[dict[str, Json], dict[str, str]]:
    """`state.values` for what was typed ({block_id: {action_id: value}}), and the refusals by block_id.

    Refusals are the ones that Slack's own client makes before anything reaches the app: a required field left empty,
    a text too short or too long, an option that is not offered.
    """
    values: dict[str, Json] = {}
    errors: dict[str, str] = {}
    for block in view.body["blocks"]:
        given = typed.get(block["block_id"]) or {}
        for element in elements(block):
            if element["type"] not in INPUT_ELEMENTS:
                continue
            action_id = element.get("action_id", "")
            raw = given.get(action_id, _initial(element))
            value = element_value(element, raw)
            values.setdefault(block["block_id"], {})[action_id] = value
            refusal = _refusal(block, element, raw, value)
            if refusal:
                errors[block["block_id"]] = refusal
    return values, errors


def element_value(element: Json, raw: Any) -> Json:
    """One entry of `state.values` (or the like part of an action) for a raw value such as "text" or ["a", "b"]."""
    kind = element["type"]
    if kind in _ONE_OPTION:
        return {"type": kind, "selected_option": _options(element, [raw])[0] if _options(element, [raw]) else None}
    if kind in _MANY_OPTIONS:
        return {"type": kind, "selected_options": _options(element, raw if isinstance(raw, list) else [raw])}
    if kind in _NAMED:
        return {"type": kind, _NAMED[kind]: raw}
    return {"type": kind, "value": None if raw in (None, "") else str(raw)}


def _initial(element: Json) -> Any:
    """What the form shows before the person touches it."""
    if element["type"] in _ONE_OPTION:
        return (element.get("initial_option") or {}).get("value")
    if element["type"] in _MANY_OPTIONS:
        return [option.get("value") for option in element.get("initial_options") or []]
    return element.get("initial_value")


def _options(element: Json, wanted: list[Any]) -> list[Json]:
    groups = [group.get("options") or [] for group in element.get("option_groups") or []]
    offered = [option for options in (element.get("options") or [], *groups) for option in options]
    # A script may name an option by its value, or hand over the whole option as the page does.
    names = [one.get("value") if isinstance(one, dict) else one for one in wanted]
    return [option for option in offered if option.get("value") in names]


def _refusal(block: Json, element: Json, raw: Any, value: Json) -> str | None:
    content = next((item for key, item in value.items() if key != "type"), None)
    if not content:
        if raw not in (None, "", []):
            return "That choice is not offered."
        return REQUIRED if block["type"] == "input" and not block.get("optional") else None
    least, most = element.get("min_length"), element.get("max_length", 3000)
    if element["type"] == "plain_text_input" and least and len(content) < int(least):
        return f"Please enter at least {least} characters."
    if element["type"] == "plain_text_input" and len(content) > int(most):
        return f"Please enter at most {most} characters."
    return None
