"""Forms (modals): trigger ids that work once and for 3 seconds, and the stack of forms each person has open."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bot.miniground.events import Feed
from bot.miniground.wire import Json, SlackError

TRIGGER_LIFE_S = 3.0
STACK = 3


@dataclass
class OpenView:
    """A form somebody has open."""

    user: str
    view: Json


class Views:
    """Open forms by id."""

    def __init__(self, clock: Callable[[], float], feed: Feed) -> None:
        self.clock = clock
        self.feed = feed
        self.triggers: dict[str, tuple[str, float]] = {}
        self.stacks: dict[str, list[Json]] = {}

    def trigger(self, user: str) -> str:
        """A fresh trigger id for something a person did."""
        name = secrets.token_hex(12)
        self.triggers[name] = (user, self.clock())
        return name

    def open(self, trigger: str, view: Json) -> Json:
        """Show a form to the person behind the trigger. Raises SlackError."""
        found = self.triggers.pop(trigger, None)
        if found is None:
            raise SlackError("exchanged_trigger_id")
        user, at = found
        if self.clock() - at > TRIGGER_LIFE_S:
            raise SlackError("expired_trigger_id")
        stack = self.stacks.setdefault(user, [])
        if len(stack) >= STACK:
            raise SlackError("push_limit_reached")
        shown = {**view, "id": f"V{secrets.token_hex(6).upper()}", "hash": secrets.token_hex(6)}
        stack.append(shown)
        self._told(user, shown)
        return shown

    def update(self, view_id: str, view: Json) -> Json:
        """Replace an open form."""
        for user, stack in self.stacks.items():
            for index, shown in enumerate(stack):
                if shown["id"] == view_id:
                    stack[index] = {**view, "id": view_id, "hash": secrets.token_hex(6)}
                    self._told(user, stack[index])
                    return stack[index]
        raise SlackError("not_found")

    def of(self, user: str) -> list[Json]:
        return self.stacks.get(user, [])

    def find(self, user: str, view_id: str) -> Json | None:
        return next((view for view in self.of(user) if view["id"] == view_id), None)

    def close(self, user: str, view_id: str) -> None:
        self.stacks[user] = [view for view in self.of(user) if view["id"] != view_id]
        self.feed.publish({"type": "view_closed", "view_id": view_id}, frozenset({user}))

    def clear(self) -> None:
        self.stacks.clear()
        self.triggers.clear()

    def _told(self, user: str, view: Json) -> None:
        self.feed.publish({"type": "view", "view": view}, frozenset({user}))
