"""Payloads as Slack sends them to an app: slash commands, clicks, submitted and closed modals.

Source: docs.slack.dev, "Interactivity payloads" and "Enabling interactivity with slash commands". The deprecated
verification `token` is left out on purpose: an app must not rely on it.
"""

import re
from typing import Any

from bot.playground.messages import Message, Revision, as_slack
from bot.playground.people import APP_ID, GROUPS, TEAM, TEAM_DOMAINS, TEAM_ID, Channel, Person
from bot.playground.views import View
from bot.playground.wire import Json
from bot.playground.workspace import Workspace

_NAME = re.compile(r"(?<![\w.@/])([@#])([\w-]+(?:\.[\w-]+)*)")
_LOUD = ("here", "channel", "everyone")


def escape(text: str) -> str:
    """The three characters Slack escapes in everything a person types."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def typed(workspace: Workspace, text: str) -> str:
    """What a person typed, as Slack passes it on (for a command: with `should_escape` in the manifest): special
    characters escaped, known @names and #channels turned into mentions."""

    def mention(match: re.Match[str]) -> str:
        sign, name = match.groups()
        if sign == "#":
            channel = next((one for one in workspace.channels.values() if one.name == name and not one.im_user), None)
            return f"<#{channel.id}|{name}>" if channel else match.group()
        if name in _LOUD:
            return f"<!{name}>"
        person = next((one for one in workspace.people.values() if one.name == name), None)
        group = next((one for one in GROUPS if one.handle == name), None)
        if person:
            return f"<@{person.id}|{person.name}>"
        return f"<!subteam^{group.id}|@{group.handle}>" if group else match.group()

    return _NAME.sub(mention, escape(text))


def slash_command(
    person: Person, channel: Channel, command: str, text: str, *, trigger_id: str, response_url: str
) -> dict[str, str]:
    return {
        "command": command,
        "text": text,
        "user_id": person.id,
        "user_name": person.name,
        "team_id": person.team_id,
        "team_domain": TEAM_DOMAINS[person.team_id],
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.im_user else channel.name,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def message_action(
    person: Person,
    channel: Channel,
    message: Message,
    seen: Revision,
    action: Json,
    *,
    trigger_id: str,
    response_url: str,
) -> Json:
    """A click in a message. `seen` is the revision on the person's screen, which may be an old one.

    `team` is the workspace where the app is installed, even when the person belongs to another one: then only
    `user.team_id` gives that away.
    """
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": bool(message.ephemeral_for),
    }
    if message.is_reply:
        container["thread_ts"] = message.thread_ts
    payload = _payload("block_actions", person, trigger_id) | {
        "container": container,
        "channel": {"id": channel.id, "name": "directmessage" if channel.im_user else channel.name},
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [action],
    }
    if not message.ephemeral_for:
        # Slack keeps no copy of an ephemeral message, so it cannot send one along.
        payload["message"] = as_slack(message, metadata=True, at=seen)
    return payload


def view_action(person: Person, view: View, action: Json, *, trigger_id: str) -> Json:
    """A click inside a modal."""
    return _payload("block_actions", person, trigger_id) | {
        "container": {"type": "view", "view_id": view.id},
        "view": view.shape(),
        "actions": [action],
    }


def view_submission(person: Person, view: View, *, trigger_id: str) -> Json:
    return _payload("view_submission", person, trigger_id) | {"view": view.shape(), "response_urls": []}


def view_closed(person: Person, view: View, *, is_cleared: bool) -> Json:
    payload = _payload("view_closed", person, "") | {"view": view.shape(), "is_cleared": is_cleared}
    del payload["trigger_id"]
    return payload


def action(element: Json, block_id: str, chosen: dict[str, Any], action_ts: str) -> Json:
    """The `actions[0]` of a click: who was clicked, and what that carries (`chosen`)."""
    shape: Json = {
        "type": element["type"],
        "action_id": element.get("action_id", ""),
        "block_id": block_id,
        "action_ts": action_ts,
    }
    if "text" in element:
        shape["text"] = element["text"]
    if "style" in element:
        shape["style"] = element["style"]
    return shape | chosen


def _payload(kind: str, person: Person, trigger_id: str) -> Json:
    return {
        "type": kind,
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team_id},
        "api_app_id": APP_ID,
        "team": {"id": TEAM_ID, "domain": TEAM["domain"]},
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": trigger_id,
    }
