"""views.* and files.*: modals, and the upload in two steps."""

from typing import Any

from bot.playground import limits
from bot.playground.chat_methods import content
from bot.playground.people import BOT_USER_ID
from bot.playground.state import State
from bot.playground.wire import Args, Json, SlackError, refused


def open_view(state: State, args: Args) -> Json:
    """A gesture outside a modal opens a first one; a gesture inside a modal puts another on top."""
    trigger = state.triggers.use(args.need("trigger_id"))
    body = args.mapping("view", "invalid_arguments")
    opener = state.views.push if trigger.view_id else state.views.open
    return {"view": opener(trigger.user, body).shape()}


def push_view(state: State, args: Args) -> Json:
    trigger = state.triggers.use(args.need("trigger_id"))
    return {"view": state.views.push(trigger.user, args.mapping("view", "invalid_arguments")).shape()}


def update_view(state: State, args: Args) -> Json:
    view = state.views.find(id=args.get("view_id"), external_id=args.get("external_id"))
    if view is None:
        raise SlackError("not_found")
    return {"view": state.views.update(view, args.mapping("view", "invalid_arguments"), args.get("hash")).shape()}


def upload_url(state: State, args: Args) -> Json:
    length = args.get("length")
    if not length.isdigit() or int(length) < 1:
        raise refused("invalid_arguments", ["missing required field: length"])
    file, path = state.files.announce(args.need("filename"), int(length), state.origin, args.get("alt_txt"))
    return {"upload_url": f"{state.origin}{path}", "file_id": file.id}


def complete_upload(state: State, args: Args) -> Json:
    """Show the files in a channel, or keep them unshared. Slack takes no blocks next to files."""
    wanted = args.listing("files", "invalid_arguments")
    if not wanted:
        raise refused("invalid_arguments", ["missing required field: files"])
    destination = args.get("channel_id") or args.get("channels")
    channels = [state.channel_for_app(id) for id in destination.split(",") if id]
    comment = args.get("initial_comment")
    if "blocks" in args:
        comment, _ = content(args)
    thread_ts = args.get("thread_ts") or None
    if thread_ts and any(state.workspace.find(channel.id, thread_ts) is None for channel in channels):
        raise SlackError("thread_not_found")
    files = [state.files.complete(str(one.get("id", "")), str(one.get("title") or "")) for one in wanted]
    for channel in channels:
        text = comment[: limits.POST_TEXT_CUT]
        state.workspace.post(channel.id, BOT_USER_ID, text, [], thread_ts=thread_ts, files=files)
    return {"files": [file.info() for file in files]}


FORM_METHODS: dict[str, Any] = {
    "views.open": open_view,
    "views.push": push_view,
    "views.update": update_view,
    "files.getUploadURLExternal": upload_url,
    "files.completeUploadExternal": complete_upload,
}
