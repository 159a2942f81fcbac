"""Posts to a response_url: the app's direct answer to one gesture. Private unless it says otherwise.

Source: docs.slack.dev, "Handling user interaction": five uses in thirty minutes; response_type, replace_original,
delete_original.
"""

import json

from aiohttp import web

from bot.playground.chat_methods import content, metadata
from bot.playground.messages import Message
from bot.playground.people import BOT_USER_ID
from bot.playground.state import State
from bot.playground.triggers import ResponseUrl
from bot.playground.weather import Weather
from bot.playground.wire import Args, Json, SlackError


class ResponseHook:
    """POST /{commands|actions}/{team}/{key}."""

    def __init__(self, state: State, weather: Weather):
        self._state = state
        self._weather = weather

    async def serve(self, request: web.Request) -> web.StreamResponse:
        text = await request.text()
        try:
            body = json.loads(text)
        except ValueError:
            body = None
        entry = self._state.journal.write("response_url", arguments=body)
        key = request.match_info["key"]
        answer = await self._weather.answer(request, "response_url", lambda: self._accept(key, body), entry)
        # Slack answers a good post with the bare word.
        return answer if answer.status != 200 else web.Response(text="ok")

    def _accept(self, key: str, body: object) -> Json:
        if not isinstance(body, dict):
            raise SlackError("invalid_payload", status=400)
        given = self._state.response_urls.use(key)
        try:
            given.last = answer_gesture(self._state, given, body)
        except SlackError as error:
            error.status = max(error.status, 400)
            raise
        return {}


def answer_gesture(state: State, given: ResponseUrl, body: Json) -> Message | None:
    """Carry out one answer: delete or replace the message it belongs to, or add one. SlackError as for a post.

    The message it belongs to is the one that was clicked; after a command, the last one posted this way.
    """
    args = Args(body)
    target = given.origin or given.last
    if args.flag("delete_original"):
        _standing(state, target, delete=True)
        return None
    text, blocks = content(args)
    if args.flag("replace_original") and target is not None:
        standing = _standing(state, target)
        if standing is not None:
            state.workspace.edit(standing, text, blocks, metadata(args))
            return standing
    public = args.get("response_type", "ephemeral") == "in_channel"
    return state.workspace.post(
        given.channel,
        BOT_USER_ID,
        text,
        blocks,
        thread_ts=args.get("thread_ts") or (given.origin.thread_ts if given.origin and given.origin.is_reply else None),
        metadata=metadata(args),
        ephemeral_for=None if public else given.user,
    )


def _standing(state: State, message: Message | None, *, delete: bool = False) -> Message | None:
    """The message if it still stands in its channel, deleted on request."""
    if message is None or state.workspace.find(message.channel, message.ts) is not message:
        return None
    if delete:
        state.workspace.delete(message)
    return message
