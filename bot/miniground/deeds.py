"""What a person does: a command, a click, a form, a message; with the payloads that Slack sends for them."""

import re
import secrets
import time
from typing import Any

from bot.miniground.link import Link
from bot.miniground.messages import Message, as_slack
from bot.miniground.people import APP_ID, COMMAND, SLACKBOT_ID, TEAM_DOMAINS, TEAM_ID, Person
from bot.miniground.views import Views
from bot.miniground.wire import Json, SlackError
from bot.miniground.workspace import Workspace

TROUBLE = {
    "dispatch_failed": f"{COMMAND} failed because the app did not respond: it is not connected.",
    "operation_timeout": f"{COMMAND} failed with the error “operation_timeout”: the app did not acknowledge in 3 seconds.",
}
HOOK_LIFE_S, HOOK_USES = 1800.0, 5


class Deeds:
    """Carries out what personas do."""

    def __init__(self, workspace: Workspace, link: Link, views: Views, origin: str) -> None:
        self.workspace = workspace
        self.link = link
        self.views = views
        self.origin = origin
        self.copies = 1
        self.hooks: dict[str, dict[str, Any]] = {}

    def _person(self, user: str) -> Person:
        person = self.workspace.people.get(user)
        if person is None:
            raise SlackError("no_such_person")
        return person

    def _hook(self, channel: str, user: str, ts: str = "") -> str:
        name = secrets.token_urlsafe(16)
        self.hooks[name] = {"channel": channel, "user": user, "ts": ts, "until": time.time() + HOOK_LIFE_S, "left": HOOK_USES}
        return f"{self.origin}/hook/{name}"

    def answer_hook(self, name: str, body: Json) -> None:
        """A post to a response_url: five uses, half an hour, private unless it says otherwise."""
        hook = self.hooks.get(name)
        if hook is None or hook["left"] <= 0 or time.time() > hook["until"]:
            raise SlackError("expired_url", status=404)
        hook["left"] -= 1
        self._show(hook["channel"], hook["user"], body)

    def _show(self, channel: str, user: str, body: Json) -> None:
        public = body.get("response_type") == "in_channel"
        text, blocks = str(body.get("text", "")), list(body.get("blocks") or [])
        if text or blocks:
            self.workspace.post(channel, "U0SRBOT", text, blocks, ephemeral_for=None if public else user)

    def _say_privately(self, channel: str, user: str, text: str) -> None:
        self.workspace.post(channel, SLACKBOT_ID, text, [], ephemeral_for=user)

    async def _deliver(self, kind: str, payload: Json, channel: str, user: str) -> Json:
        began = time.monotonic()
        try:
            answer = await self.link.send(kind, payload, copies=self.copies)
        except SlackError as error:
            self._say_privately(channel, user, TROUBLE.get(error.code, error.code))
            raise
        return {"ok": True, "ack_ms": round((time.monotonic() - began) * 1000, 1), "response": answer}

    async def command(self, user: str, channel: str, text: str) -> Json:
        """Type a slash command."""
        person = self._person(user)
        if channel not in self.workspace.channels:
            raise SlackError("channel_not_found")
        command, _, rest = text.strip().partition(" ")
        if command != COMMAND:
            self._say_privately(channel, user, f"{command} is not a command here. Try {COMMAND} help.")
            raise SlackError("no_such_command")
        payload = {
            "command": command, "text": self._escaped(rest.strip()), "user_id": user, "user_name": person.name,
            "team_id": person.team_id, "team_domain": TEAM_DOMAINS[person.team_id], "channel_id": channel,
            "channel_name": self.workspace.channels[channel].name, "response_url": self._hook(channel, user),
            "trigger_id": self.views.trigger(user), "api_app_id": APP_ID,
        }  # fmt: skip
        done = await self._deliver("slash_commands", payload, channel, user)
        self._show(channel, user, done["response"])
        return done

    def _escaped(self, text: str) -> str:
        """should_escape: @name arrives as <@U…|name>."""
        names = {person.name: person.id for person in self.workspace.people.values()}
        return re.sub(r"@(\w+)", lambda m: f"<@{names[m[1]]}|{m[1]}>" if m[1] in names else m[0], text)

    def _message(self, user: str, channel: str, ts: str) -> Message:
        message = self.workspace.find(channel, ts)
        if message is None or not message.visible_to(user):
            raise SlackError("message_not_found")
        return message

    async def click(self, user: str, channel: str, ts: str, action_id: str, *, value: str | None = None,
                    revision: int | None = None, force: bool = False) -> Json:  # fmt: skip
        """Press a button of a message as it is now, or (a stale client) as it was at a revision."""
        person, message = self._person(user), self._message(user, channel, ts)
        shown = message.revision(revision) if revision is not None else message.now
        if shown is None:
            raise SlackError("no_such_revision")
        element = next((e for e in _elements(shown.blocks) if e.get("action_id") == action_id), None)
        if element is None and not force:
            raise SlackError("no_such_button")
        action = {
            "type": "button", "action_id": action_id, "block_id": (element or {}).get("_block", ""),
            "value": value if value is not None else (element or {}).get("value", ""), "action_ts": f"{time.time():.6f}",
            "text": (element or {}).get("text", {}),
        }  # fmt: skip
        payload: Json = {
            "type": "block_actions", "user": self._user(person), "api_app_id": APP_ID, "team": self._team(person),
            "container": {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": bool(message.ephemeral_for)},
            "trigger_id": self.views.trigger(user), "enterprise": None, "is_enterprise_install": False,
            "channel": {"id": channel, "name": self.workspace.channels[channel].name}, "state": {"values": {}},
            "message": as_slack(message, metadata=True, at=shown), "response_url": self._hook(channel, user, ts), "actions": [action],
        }  # fmt: skip
        return await self._deliver("interactive", payload, channel, user)

    async def submit(self, user: str, view_id: str, values: Json) -> Json:
        """Send a form."""
        view = self.views.find(user, view_id)
        if view is None:
            raise SlackError("no_such_view")
        payload = self._view_payload("view_submission", user, {**view, "state": {"values": _typed(view, values)}})
        channel = next(iter(self.workspace.channels))
        done = await self._deliver("interactive", payload, channel, user)
        answer = done["response"]
        if answer.get("response_action") == "errors":
            return {"ok": False, "errors": answer.get("errors", {})}
        if answer.get("response_action") == "update":
            self.views.update(view_id, answer["view"])
        else:
            self.views.close(user, view_id)
        return done

    async def close(self, user: str, view_id: str) -> Json:
        view = self.views.find(user, view_id)
        if view is None:
            raise SlackError("no_such_view")
        self.views.close(user, view_id)
        return {"ok": True}

    def _view_payload(self, kind: str, user: str, view: Json) -> Json:
        person = self._person(user)
        return {"type": kind, "user": self._user(person), "team": self._team(person), "api_app_id": APP_ID,
                "view": {**view, "team_id": TEAM_ID, "app_id": APP_ID}, "response_urls": [], "enterprise": None,
                "is_enterprise_install": False, "trigger_id": self.views.trigger(user)}  # fmt: skip

    def _user(self, person: Person) -> Json:
        return {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team_id}

    def _team(self, person: Person) -> Json:
        """The workspace the click comes from: the outsider's own, in a shared channel."""
        return {"id": person.team_id, "domain": TEAM_DOMAINS[person.team_id]}

    def message(self, user: str, channel: str, text: str, thread_ts: str | None) -> Json:
        """Write an ordinary message."""
        message = self.workspace.post(channel, self._person(user).id, text, [], thread_ts=thread_ts)
        return {"ok": True, "ts": message.ts}


def _elements(blocks: list[Json]) -> list[Json]:
    found = []
    for block in blocks:
        inside = [*block.get("elements", []), block.get("accessory") or {}]
        found += [{**e, "_block": block.get("block_id", "")} for e in inside if isinstance(e, dict) and "action_id" in e]
    return found


def _typed(view: Json, values: Json) -> Json:
    kinds = {b.get("block_id"): b.get("element", {}).get("type", "") for b in view.get("blocks", [])}
    return {
        block: {action: {"type": kinds.get(block, ""), "value": value} for action, value in actions.items()}
        for block, actions in values.items()
    }
