"""The Web API methods we use, strict: scopes, membership, limits, Slack's own words for refusals."""

from collections.abc import Callable

from bot.miniground.files import FileStore
from bot.miniground.messages import as_slack
from bot.miniground.people import APP_ID, BOT_ID, BOT_NAME, BOT_USER_ID, TEAM, TEAM_ID, Channel
from bot.miniground.validation import message_faults, text_length, view_faults
from bot.miniground.views import Views
from bot.miniground.wire import Args, Json, SlackError, refused
from bot.miniground.workspace import Workspace

SCOPES: dict[str, str] = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "chat.postEphemeral": "chat:write",
    "conversations.history": "channels:history",
    "conversations.replies": "channels:history",
    "conversations.info": "channels:read",
    "conversations.members": "channels:read",
    "users.info": "users:read",
    "usergroups.users.list": "usergroups:read",
    "usergroups.list": "usergroups:read",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "reactions.add": "reactions:write",
}
"""Which scope a method needs; methods not listed need none (Slack docs, each method's page)."""
LONGEST_TEXT = 40_000
LONGEST_EDIT_BYTES = 4_000
MOST_BLOCK_TEXT = 13_200


class Methods:
    """Answers calls of the app."""

    def __init__(self, workspace: Workspace, files: FileStore, views: Views, scopes: frozenset[str], origin: str) -> None:
        self.workspace = workspace
        self.files = files
        self.views = views
        self.scopes = scopes
        self.origin = origin
        self.table: dict[str, Callable[[Args], Json]] = {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "chat.postEphemeral": self._ephemeral,
            "chat.getPermalink": self._permalink,
            "conversations.info": lambda a: {"channel": self._channel(a).info()},
            "conversations.members": lambda a: {"members": self._channel(a).members},
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "conversations.open": lambda a: {"channel": self.workspace.direct(a.need("users")).info()},
            "users.info": self._user,
            "usergroups.list": self._groups,
            "usergroups.users.list": self._group_users,
            "team.info": lambda a: {"team": TEAM},
            "views.open": lambda a: {"view": self.views.open(a.need("trigger_id"), self._view(a))},
            "views.push": lambda a: {"view": self.views.open(a.need("trigger_id"), self._view(a))},
            "views.update": lambda a: {"view": self.views.update(a.need("view_id"), self._view(a))},
            "reactions.add": self._react,
            "files.getUploadURLExternal": self._upload_url,
            "files.completeUploadExternal": self._complete,
        }

    def call(self, method: str, arguments: Args) -> Json:
        """Answer one call. Raises SlackError."""
        if method not in self.table:
            raise SlackError("unknown_method")
        needed = SCOPES.get(method)
        if needed and needed not in self.scopes:
            raise SlackError("missing_scope", needed=needed, provided=",".join(sorted(self.scopes)))
        return {"ok": True, **self.table[method](arguments)}

    def _auth_test(self, _: Args) -> Json:
        return {"team_id": TEAM_ID, "team": TEAM["name"], "user_id": BOT_USER_ID, "user": BOT_NAME, "bot_id": BOT_ID, "app_id": APP_ID}

    def _channel(self, arguments: Args) -> Channel:
        channel = self.workspace.channels.get(arguments.need("channel"))
        if channel is None:
            raise SlackError("channel_not_found")
        return channel

    def _home(self, arguments: Args) -> Channel:
        channel = self._channel(arguments)
        if BOT_USER_ID not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def _said(self, arguments: Args, *, edit: bool = False) -> tuple[str, list[Json]]:
        text, blocks = arguments.get("text"), arguments.listing("blocks", "invalid_blocks_format")
        if not text and not blocks:
            raise SlackError("no_text")
        if edit and len(text.encode()) > LONGEST_EDIT_BYTES or len(text) > LONGEST_TEXT:
            raise SlackError("msg_too_long")
        if faults := message_faults(blocks):
            raise refused("invalid_blocks", faults)
        if text_length(blocks) > MOST_BLOCK_TEXT:
            raise SlackError("msg_blocks_too_long")
        return text, blocks

    def _post(self, arguments: Args) -> Json:
        channel = self._home(arguments)
        text, blocks = self._said(arguments)
        thread = arguments.get("thread_ts") or None
        if thread and self.workspace.find(channel.id, thread) is None:
            raise SlackError("thread_not_found")
        metadata = arguments.mapping("metadata", "invalid_metadata_format")
        message = self.workspace.post(
            channel.id, BOT_USER_ID, text, blocks, thread_ts=thread, metadata=metadata, broadcast=arguments.flag("reply_broadcast")
        )
        return {"channel": channel.id, "ts": message.ts, "message": as_slack(message, metadata=True)}

    def _mine(self, arguments: Args, refusal: str) -> "tuple[Channel, str]":
        channel = self._channel(arguments)
        message = self.workspace.find(channel.id, arguments.need("ts"))
        if message is None or message.ephemeral_for:
            raise SlackError("message_not_found")
        if not message.by_app:
            raise SlackError(refusal)
        return channel, message.ts

    def _update(self, arguments: Args) -> Json:
        channel, ts = self._mine(arguments, "cant_update_message")
        text, blocks = self._said(arguments, edit=True)
        message = self.workspace.find(channel.id, ts)
        assert message is not None  # _mine found it
        self.workspace.edit(message, text, blocks, arguments.mapping("metadata", "invalid_metadata_format"))
        return {"channel": channel.id, "ts": ts, "text": text, "message": as_slack(message, metadata=True)}

    def _delete(self, arguments: Args) -> Json:
        channel, ts = self._mine(arguments, "cant_delete_message")
        message = self.workspace.find(channel.id, ts)
        assert message is not None  # _mine found it
        self.workspace.delete(message)
        return {"channel": channel.id, "ts": ts}

    def _ephemeral(self, arguments: Args) -> Json:
        channel, user = self._home(arguments), arguments.need("user")
        if user not in channel.members:
            raise SlackError("user_not_in_channel")
        text, blocks = self._said(arguments)
        thread = arguments.get("thread_ts") or None
        message = self.workspace.post(channel.id, BOT_USER_ID, text, blocks, thread_ts=thread, ephemeral_for=user)
        return {"message_ts": message.ts}

    def _permalink(self, arguments: Args) -> Json:
        channel, ts = self._channel(arguments), arguments.need("message_ts")
        if self.workspace.find(channel.id, ts) is None:
            raise SlackError("message_not_found")
        return {"channel": channel.id, "permalink": f"{self.origin}/archives/{channel.id}/p{ts.replace('.', '')}"}

    def _history(self, arguments: Args) -> Json:
        channel, most = self._home(arguments), arguments.number("limit", 100, 999)
        found = [m for m in self.workspace.public(channel.id) if not m.is_reply][-most:]
        metadata = arguments.flag("include_all_metadata")
        shaped = [as_slack(m, metadata=metadata, thread=self.workspace.thread(m)) for m in reversed(found)]
        return {"messages": shaped, "has_more": False}

    def _replies(self, arguments: Args) -> Json:
        channel, parent = self._home(arguments), self.workspace.find(arguments.need("channel"), arguments.need("ts"))
        if parent is None:
            raise SlackError("thread_not_found")
        metadata, thread = arguments.flag("include_all_metadata"), self.workspace.thread(parent)
        most = arguments.number("limit", 1000, 1000)
        head = as_slack(parent, metadata=metadata, thread=thread)
        rest = [as_slack(m, metadata=metadata) for m in thread.replies if m.channel == channel.id]
        return {"messages": [head, *rest][:most], "has_more": len(rest) + 1 > most}

    def _user(self, arguments: Args) -> Json:
        person = self.workspace.people.get(arguments.need("user"))
        if person is None:
            raise SlackError("user_not_found")
        return {"user": person.profile(with_email="users:read.email" in self.scopes)}

    def _groups(self, arguments: Args) -> Json:
        groups = self.workspace.groups.values()
        return {"usergroups": [g.info(with_users=arguments.flag("include_users"), with_count=True) for g in groups]}

    def _group_users(self, arguments: Args) -> Json:
        group = self.workspace.groups.get(arguments.need("usergroup"))
        if group is None:
            raise SlackError("no_such_subteam")
        return {"users": list(group.users)}

    def _view(self, arguments: Args) -> Json:
        view = arguments.mapping("view", "invalid_arguments")
        if view is None:
            raise refused("invalid_arguments", ["missing required field: view"])
        if faults := view_faults(view):
            raise refused("invalid_arguments", faults)
        return view

    def _react(self, arguments: Args) -> Json:
        channel = self._channel(arguments)
        message = self.workspace.find(channel.id, arguments.need("timestamp"))
        if message is None:
            raise SlackError("message_not_found")
        if not self.workspace.react(message, arguments.need("name"), BOT_USER_ID, add=True):
            raise SlackError("already_reacted")
        return {}

    def _upload_url(self, arguments: Args) -> Json:
        length = arguments.number("length", 0, 10**9)
        file, path = self.files.announce(arguments.need("filename"), length, self.origin, arguments.get("alt_txt"))
        return {"upload_url": f"{self.origin}{path}", "file_id": file.id}

    def _complete(self, arguments: Args) -> Json:
        listed = arguments.listing("files", "invalid_arguments")
        files = [self.files.complete(str(one.get("id")), str(one.get("title", ""))) for one in listed]
        if arguments.get("channel_id"):
            channel = self._home(Args({"channel": arguments.get("channel_id")}))
            thread = arguments.get("thread_ts") or None
            self.workspace.post(channel.id, BOT_USER_ID, arguments.get("initial_comment"), [], thread_ts=thread, files=files)
        return {"files": [file.info() for file in files]}
