"""Modals: each person has a stack of at most three; the app opens, updates, pushes; the person submits or closes."""

import secrets
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from bot.playground.events import Feed
from bot.playground.limits import VIEW_STACK_MOST
from bot.playground.people import APP_ID, BOT_ID, TEAM_ID
from bot.playground.validation import view_faults
from bot.playground.wire import Json, SlackError, refused

# What Slack adds to a view that it sends out; an app may send a received view back, these included.
_ADDED = frozenset(
    {"id", "team_id", "state", "hash", "previous_view_id", "root_view_id", "app_id", "app_installed_team_id", "bot_id"}
)
_UNSAID: Json = {
    "submit": None,
    "close": None,
    "private_metadata": "",
    "callback_id": "",
    "external_id": "",
    "clear_on_close": False,
    "notify_on_close": False,
}


@dataclass
class View:
    """An open modal. `hash` changes with each update, so that an app can notice that it was overtaken."""

    id: str
    user: str
    root_id: str
    previous_id: str | None
    body: Json
    hash: str
    # What the person entered: block_id -> action_id -> value, as in `state.values`.
    values: dict[str, Json] = field(default_factory=dict)

    def shape(self) -> Json:
        """As Slack sends a view to the app, and as the page reads it."""
        return {
            "id": self.id,
            "team_id": TEAM_ID,
            **_UNSAID,
            **self.body,
            "state": {"values": self.values},
            "hash": self.hash,
            "previous_view_id": self.previous_id,
            "root_view_id": self.root_id,
            "app_id": APP_ID,
            "app_installed_team_id": TEAM_ID,
            "bot_id": BOT_ID,
        }


class Views:
    """All open modals, person by person, the topmost last."""

    def __init__(self, feed: Feed):
        self._feed = feed
        self._stacks: dict[str, list[View]] = {}
        self._numbers = count(1)

    def stack(self, user: str) -> list[View]:
        return list(self._stacks.get(user, []))

    def find(self, *, id: str = "", external_id: str = "") -> View | None:
        """An open modal by Slack's name for it, or by the app's own."""
        for view in (view for stack in self._stacks.values() for view in stack):
            if (id and view.id == id) or (external_id and view.body.get("external_id") == external_id):
                return view
        return None

    def open(self, user: str, body: Any) -> View:
        """A first modal; one that was open before goes: a trigger from outside a modal starts anew."""
        checked = self._checked(body)
        self.close_all(user)
        return self._put(user, checked, None)

    def push(self, user: str, body: Any) -> View:
        """One more on top of the open one. SlackError push_limit_reached beyond three."""
        checked = self._checked(body)
        stack = self._stacks.get(user, [])
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= VIEW_STACK_MOST:
            raise SlackError("push_limit_reached")
        return self._put(user, checked, stack[-1])

    def update(self, view: View, body: Any, hash: str = "") -> View:
        """Replace a modal's contents in place; with a `hash`, only if nobody was faster."""
        checked = self._checked(body, but=view)
        if hash and hash != view.hash:
            raise SlackError("hash_conflict")
        kept = {block["block_id"] for block in checked["blocks"]}
        view.values = {block: values for block, values in view.values.items() if block in kept}
        view.body, view.hash = checked, self._hash()
        self._tell(view)
        return view

    def close(self, view: View) -> None:
        """Take one modal away; the one below it shows again."""
        stack = self._stacks.get(view.user, [])
        if view not in stack:
            return
        stack.remove(view)
        self._gone(view)
        if stack:
            self._tell(stack[-1])

    def close_all(self, user: str) -> None:
        for view in reversed(self._stacks.pop(user, [])):
            self._gone(view)

    def clear(self) -> None:
        for user in list(self._stacks):
            self.close_all(user)

    def _checked(self, body: Any, but: View | None = None) -> Json:
        if not isinstance(body, dict):
            raise refused("invalid_arguments", ["missing required field: view"])
        said = {key: value for key, value in body.items() if value is not None and key not in _ADDED}
        faults = view_faults(said)
        if faults:
            raise refused("invalid_arguments", faults)
        other = self.find(external_id=str(said.get("external_id", "")))
        if other is not None and other is not but:
            raise SlackError("duplicate_external_id")
        named = [{**block, "block_id": block.get("block_id") or f"v{next(self._numbers)}"} for block in said["blocks"]]
        return said | {"blocks": named}

    def _put(self, user: str, body: Json, below: View | None) -> View:
        id = f"V{next(self._numbers):08d}"
        view = View(id, user, below.root_id if below else id, below.id if below else None, body, self._hash())
        self._stacks.setdefault(user, []).append(view)
        self._tell(view)
        return view

    def _tell(self, view: View) -> None:
        self._feed.publish({"type": "view", "user": view.user, "view": view.shape()}, frozenset({view.user}))

    def _gone(self, view: View) -> None:
        body = {"type": "view_closed", "user": view.user, "view_id": view.id}
        self._feed.publish(body, frozenset({view.user}))

    def _hash(self) -> str:
        return f"{next(self._numbers)}.{secrets.token_hex(4)}"
