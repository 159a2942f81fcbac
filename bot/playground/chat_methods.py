"""chat.* and reactions.*: what the app writes into channels."""

from typing import Any

from bot.playground import limits
from bot.playground.messages import Message, as_slack
from bot.playground.people import BOT_USER_ID, Channel
from bot.playground.state import State
from bot.playground.validation import message_faults, text_length
from bot.playground.wire import Args, Json, SlackError, refused


def content(args: Args) -> tuple[str, list[Json]]:
    """Text and blocks of a message, checked. SlackError no_text, invalid_blocks, msg_blocks_too_long."""
    if "attachments" in args and args.listing("attachments", "invalid_attachments"):
        # Not shown by the page and not needed by us; better to hear it here than to lose something silently.
        raise SlackError("playground_unsupported", needed="attachments")
    blocks = args.listing("blocks", "invalid_blocks_format")
    text = args.get("text")
    if not text and not blocks:
        raise SlackError("no_text")
    faults = message_faults(blocks)
    if faults:
        raise refused("invalid_blocks", faults)
    if text_length(blocks) > limits.TOTAL_TEXT_MOST:
        raise SlackError("msg_blocks_too_long")
    return text, blocks


def metadata(args: Args) -> Json | None:
    given = args.mapping("metadata", "invalid_metadata_format")
    if not given:
        return None
    if not isinstance(given.get("event_type"), str) or not isinstance(given.get("event_payload"), dict):
        raise SlackError("invalid_metadata_schema")
    return given


def _parent(state: State, channel: Channel, args: Args) -> str | None:
    """The thread to answer in. A reply's ts stands for its parent; an unknown one is refused."""
    thread_ts = args.get("thread_ts")
    if not thread_ts:
        return None
    message = state.workspace.find(channel.id, thread_ts)
    if message is None or message.ephemeral_for:
        raise SlackError("thread_not_found")
    return message.thread_ts if message.is_reply else message.ts


def post_message(state: State, args: Args) -> Json:
    channel = state.channel_for_app(args.need("channel"))
    text, blocks = content(args)
    thread_ts = _parent(state, channel, args)
    message = state.workspace.post(
        channel.id,
        BOT_USER_ID,
        text[: limits.POST_TEXT_CUT],
        blocks,
        thread_ts=thread_ts,
        metadata=metadata(args),
        broadcast=thread_ts is not None and args.flag("reply_broadcast"),
    )
    answer: Json = {"channel": channel.id, "ts": message.ts, "message": as_slack(message, metadata=True)}
    if len(text) > limits.POST_TEXT_CUT:
        answer["warning"] = "message_truncated"
    return answer


def update(state: State, args: Args) -> Json:
    """Text without blocks takes the blocks away, as in Slack: an app sends both every time."""
    message = _own(state, args.need("channel"), args.need("ts"), "cant_update_message")
    text, blocks = content(args)
    if len(text.encode()) > limits.UPDATE_TEXT_BYTES_MOST:
        raise SlackError("msg_too_long")
    state.workspace.edit(message, text, blocks, metadata(args))
    shape = as_slack(message, metadata=True)
    return {"channel": message.channel, "ts": message.ts, "text": text, "message": shape}


def delete(state: State, args: Args) -> Json:
    message = _own(state, args.need("channel"), args.need("ts"), "cant_delete_message")
    state.workspace.delete(message)
    return {"channel": message.channel, "ts": message.ts}


def post_ephemeral(state: State, args: Args) -> Json:
    channel = state.channel_for_app(args.need("channel"))
    user = args.need("user")
    if user not in state.workspace.people:
        raise SlackError("user_not_found")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    text, blocks = content(args)
    message = state.workspace.post(
        channel.id,
        BOT_USER_ID,
        text[: limits.POST_TEXT_CUT],
        blocks,
        thread_ts=_parent(state, channel, args),
        ephemeral_for=user,
    )
    return {"message_ts": message.ts}


def permalink(state: State, args: Args) -> Json:
    channel = state.channel_for_app(args.need("channel"), member=False)
    message = state.workspace.find(channel.id, args.need("message_ts"))
    if message is None or message.ephemeral_for:
        raise SlackError("message_not_found")
    link = f"{state.origin}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def add_reaction(state: State, args: Args) -> Json:
    return _react(state, args, add=True)


def remove_reaction(state: State, args: Args) -> Json:
    return _react(state, args, add=False)


def _react(state: State, args: Args, *, add: bool) -> Json:
    message = _readable(state, args.need("channel"), args.need("timestamp"))
    if not state.workspace.react(message, args.need("name").strip(":"), BOT_USER_ID, add=add):
        raise SlackError("already_reacted" if add else "no_reaction")
    return {}


def _readable(state: State, channel: str, ts: str) -> Message:
    message = state.workspace.find(state.channel_for_app(channel).id, ts)
    # An ephemeral message is stored nowhere: for the Web API it does not exist.
    if message is None or message.ephemeral_for:
        raise SlackError("message_not_found")
    return message


def _own(state: State, channel: str, ts: str, otherwise: str) -> Message:
    message = _readable(state, channel, ts)
    if not message.by_app:
        raise SlackError(otherwise)
    return message


CHAT_METHODS: dict[str, Any] = {
    "chat.postMessage": post_message,
    "chat.update": update,
    "chat.delete": delete,
    "chat.postEphemeral": post_ephemeral,
    "chat.getPermalink": permalink,
    "reactions.add": add_reaction,
    "reactions.remove": remove_reaction,
}
