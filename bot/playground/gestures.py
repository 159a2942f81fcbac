"""What a person does, from the keystroke to the app's acknowledgement: commands, clicks, modals, plain messages."""

from typing import Any

from bot.playground import interactions
from bot.playground.delivery import Ack, Delivery, Kind
from bot.playground.forms import element_value, elements, state_values
from bot.playground.messages import Message, Revision
from bot.playground.people import COMMAND, SLACKBOT_ID, Channel, Person
from bot.playground.response_hook import answer_gesture
from bot.playground.state import State
from bot.playground.triggers import ResponseUrl
from bot.playground.views import View
from bot.playground.wire import Json, SlackError


class Gestures:
    """Personas at work. Each method returns {"ok", "ack_ms", "response", …} or raises SlackError."""

    def __init__(self, state: State, delivery: Delivery):
        self._state = state
        self._delivery = delivery

    def channel_of(self, person: Person, id: str) -> Channel:
        """A channel the person is in. SlackError channel_not_found or not_in_channel."""
        channel = self._state.workspace.channels.get(id)
        if channel is None:
            raise SlackError("channel_not_found")
        if person.id not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    # -- typing

    async def command(self, user: str, channel_id: str, text: str) -> Json:
        """Type a slash command into a channel's composer."""
        state, person = self._state, self._state.person(user)
        channel = self.channel_of(person, channel_id)
        name, _, rest = text.strip().partition(" ")
        if name != COMMAND:
            self._whisper(person, channel, f"{name} is not a valid command here. Try {COMMAND} help.")
            raise SlackError("no_such_command")
        payload = interactions.slash_command(
            person,
            channel,
            name,
            interactions.typed(state.workspace, rest.strip()),
            trigger_id=self._trigger("slash_commands", person),
            response_url=state.response_urls.give("commands", person.id, channel.id),
        )
        ack = await self._delivery.deliver("slash_commands", payload)
        self._told_if_lost(ack, person, channel, f"{name} failed with the error “{ack.error}”.")
        if ack.payload and (ack.payload.get("text") or ack.payload.get("blocks")):
            # An acknowledgement may carry the answer itself, under the rules of a response_url.
            answer_gesture(state, ResponseUrl(person.id, channel.id, 0.0), ack.payload)
        return _outcome(ack)

    def message(self, user: str, channel_id: str, text: str, thread_ts: str | None) -> Json:
        """Write an ordinary message; the app is not told (it subscribes to no events)."""
        workspace, person = self._state.workspace, self._state.person(user)
        channel = self.channel_of(person, channel_id)
        if not text.strip():
            raise SlackError("no_text")
        if thread_ts and workspace.find(channel.id, thread_ts) is None:
            raise SlackError("thread_not_found")
        words = interactions.typed(workspace, text)
        return {"ok": True, "ts": workspace.post(channel.id, person.id, words, [], thread_ts=thread_ts).ts}

    # -- clicking

    async def click(
        self,
        user: str,
        channel_id: str,
        ts: str,
        action_id: str,
        *,
        block_id: str | None = None,
        value: Any = None,
        revision: int | None = None,
        force: bool = False,
    ) -> Json:
        """Press a button (or choose from a select: `value` names the option) of a message.

        It must be in the message as it is now, unless `force`: then it may be any older `revision` (the newest that
        has the button, if none is named), and `value` replaces what the button carries, as a stale or tampered
        client would send it.
        """
        state, person = self._state, self._state.person(user)
        channel = self.channel_of(person, channel_id)
        message = state.workspace.find(channel.id, ts)
        if message is None or not message.visible_to(person.id):
            raise SlackError("message_not_found")
        seen = self._revision(message, action_id, revision, force=force)
        found, element = self._element(seen, action_id, block_id, value, force=force)
        payload = interactions.message_action(
            person,
            channel,
            message,
            seen,
            interactions.action(element, found, _chosen(element, value, force=force), state.workspace.next_ts()),
            trigger_id=self._trigger("interactive", person),
            response_url=state.response_urls.give("actions", person.id, channel.id, message),
        )
        ack = await self._delivery.deliver("interactive", payload)
        self._told_if_lost(ack, person, channel, f"That did not work: “{ack.error}”. Try again.")
        return _outcome(ack)

    def _revision(self, message: Message, action_id: str, number: int | None, *, force: bool) -> Revision:
        if number is None:
            shown = (one for one in reversed(message.revisions) if _find(one.blocks, action_id, None))
            return next(shown, message.now) if force else message.now
        revision = message.revision(number)
        if revision is None:
            raise SlackError("no_such_revision")
        if revision is not message.now and not force:
            raise SlackError("no_such_button", hint="that revision is not on the screen any more; use force")
        return revision

    def _element(self, seen: Revision, action_id: str, block_id: str | None, value: Any, *, force: bool) -> tuple[str, Json]:
        found = _find(seen.blocks, action_id, block_id)
        if not found and force and value is not None:
            return block_id or "", {"type": "button", "action_id": action_id}
        if not found:
            raise SlackError("no_such_button")
        same_value = [one for one in found if one[1].get("value") == value]
        return (same_value or found)[0]

    # -- modals

    async def click_in_view(self, user: str, view_id: str, action_id: str, value: Any) -> Json:
        """Press a button, or choose, inside the topmost modal."""
        person, view = self._top(user, view_id)
        found = _find(view.body["blocks"], action_id, None)
        if not found:
            raise SlackError("no_such_button")
        block_id, element = found[0]
        action = interactions.action(element, block_id, _chosen(element, value), self._state.workspace.next_ts())
        trigger_id = self._trigger("interactive", person, view.id)
        ack = await self._delivery.deliver("interactive", interactions.view_action(person, view, action, trigger_id=trigger_id))
        return _outcome(ack)

    async def submit(self, user: str, view_id: str, typed: Json) -> Json:
        """Send the topmost modal, then do what the app answers: close, errors, update, push or clear."""
        person, view = self._top(user, view_id)
        view.values, errors = state_values(view, typed)
        if errors:
            return {"ok": False, "errors": errors}
        trigger_id = self._trigger("interactive", person, view.id)
        ack = await self._delivery.deliver("interactive", interactions.view_submission(person, view, trigger_id=trigger_id))
        if ack.error:
            return _outcome(ack) | {"errors": {}}
        return self._answered(view, ack)

    def _answered(self, view: View, ack: Ack) -> Json:
        answer, views = ack.payload or {}, self._state.views
        match answer.get("response_action"):
            case None:
                views.close(view)
            case "clear":
                views.close_all(view.user)
            case "errors":
                known = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
                errors = {str(block): str(words) for block, words in dict(answer.get("errors") or {}).items()}
                if not errors or not set(errors) <= known:
                    raise SlackError("invalid_response_action", unknown=sorted(set(errors) - known))
                return _outcome(ack) | {"ok": False, "errors": errors}
            case "update":
                views.update(view, answer.get("view"))
            case "push":
                views.push(view.user, answer.get("view"))
            case other:
                raise SlackError("invalid_response_action", unknown=[other])
        return _outcome(ack) | {"errors": {}}

    async def close(self, user: str, view_id: str) -> Json:
        """Close the topmost modal (all of them, if it says clear_on_close); tell the app if it asked for that."""
        person, view = self._top(user, view_id)
        cleared = bool(view.body.get("clear_on_close"))
        if cleared:
            self._state.views.close_all(user)
        else:
            self._state.views.close(view)
        if not view.body.get("notify_on_close"):
            return {"ok": True, "ack_ms": None, "response": None}
        payload = interactions.view_closed(person, view, is_cleared=cleared)
        return _outcome(await self._delivery.deliver("interactive", payload))

    def _top(self, user: str, view_id: str) -> tuple[Person, View]:
        person, stack = self._state.person(user), self._state.views.stack(user)
        if not stack or stack[-1].id != view_id:
            raise SlackError("no_such_view")
        return person, stack[-1]

    # -- inside

    def _trigger(self, kind: Kind, person: Person, view_id: str | None = None) -> str:
        expired = self._state.faults.strikes("expired_trigger", kind) is not None
        return self._state.triggers.give(person.id, view_id, expired=expired)

    def _told_if_lost(self, ack: Ack, person: Person, channel: Channel, words: str) -> None:
        if ack.error:
            self._whisper(person, channel, words)

    def _whisper(self, person: Person, channel: Channel, words: str) -> None:
        """Slack itself speaks to one person."""
        self._state.workspace.post(channel.id, SLACKBOT_ID, interactions.escape(words), [], ephemeral_for=person.id)


def _outcome(ack: Ack) -> Json:
    if ack.error:
        return {"ok": False, "error": ack.error, "ack_ms": ack.ms, "response": None}
    return {"ok": True, "ack_ms": ack.ms, "response": ack.payload}


def _find(blocks: list[Json], action_id: str, block_id: str | None) -> list[tuple[str, Json]]:
    """Interactive elements by action_id, each with the id of its block."""
    return [
        (block["block_id"], element)
        for block in blocks
        for element in elements(block)
        if element.get("action_id") == action_id and block_id in (None, block["block_id"])
    ]


def _chosen(element: Json, value: Any, *, force: bool = False) -> Json:
    """What the click carries besides its name: a button's value, or the chosen option."""
    if element["type"] in {"button", "workflow_button"}:
        carried = value if force and value is not None else element.get("value")
        return {} if carried is None else {"value": carried}
    chosen = {key: item for key, item in element_value(element, value).items() if key != "type"}
    if not any(chosen.values()):
        raise SlackError("no_such_option")
    return chosen
