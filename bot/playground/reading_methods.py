"""conversations.*, users.*, usergroups.*, team.*, bots.*, auth.test: what the app reads."""

import base64
from collections.abc import Sequence
from typing import Any, TypeVar

from bot.playground.messages import Message, as_slack
from bot.playground.people import APP_ID, BOT_ID, BOT_NAME, BOT_USER_ID, TEAM, TEAM_ID
from bot.playground.state import State
from bot.playground.wire import Args, Json, SlackError

Item = TypeVar("Item")


def auth_test(state: State, args: Args) -> Json:
    return {
        "url": f"{state.origin}/",
        "team": TEAM["name"],
        "user": BOT_NAME,
        "team_id": TEAM_ID,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def conversation_info(state: State, args: Args) -> Json:
    return {"channel": state.channel_for_app(args.need("channel"), member=False).info()}


def conversation_list(state: State, args: Args) -> Json:
    wanted = args.get("types", "public_channel").split(",")
    found = [
        channel.info() for channel in state.workspace.channels.values() if ("im" if channel.im_user else "public_channel") in wanted
    ]
    page, cursor = _page(found, args, 100, 1000)
    return {"channels": page, "response_metadata": {"next_cursor": cursor}}


def conversation_members(state: State, args: Args) -> Json:
    channel = state.channel_for_app(args.need("channel"), member=False)
    page, cursor = _page(channel.members, args, 100, 1000)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def conversation_open(state: State, args: Args) -> Json:
    """One person only: group conversations are not part of the playground."""
    user = args.get("users")
    if user not in state.workspace.people:
        raise SlackError("user_not_found")
    channel = state.workspace.direct(user)
    return {"channel": channel.info() if args.flag("return_im") else {"id": channel.id}}


def history(state: State, args: Args) -> Json:
    channel = state.channel_for_app(args.need("channel"))
    messages = [one for one in state.workspace.public(channel.id) if not one.is_reply or one.broadcast]
    return _messages(state, list(reversed(_between(messages, args))), args, 100, 999)


def replies(state: State, args: Args) -> Json:
    """The parent first, then its replies, oldest first; asked for a reply, Slack answers with that reply alone."""
    channel = state.channel_for_app(args.need("channel"))
    head = state.workspace.find(channel.id, args.need("ts"))
    if head is None or head.ephemeral_for:
        raise SlackError("thread_not_found")
    return _messages(state, [head, *_between(list(state.workspace.thread(head).replies), args)], args, 1000, 1000)


def _between(messages: list[Message], args: Args) -> list[Message]:
    """Those after `oldest` and before `latest`, which are timestamps and not included unless `inclusive`."""
    try:
        oldest = float(args.get("oldest") or 0)
        latest = float(args.get("latest") or "inf")
    except ValueError:
        raise SlackError("invalid_ts_oldest") from None
    if args.flag("inclusive"):
        return [one for one in messages if oldest <= float(one.ts) <= latest]
    return [one for one in messages if oldest < float(one.ts) < latest]


def _messages(state: State, messages: list[Message], args: Args, default: int, most: int) -> Json:
    page, cursor = _page(messages, args, default, most)
    with_metadata = args.flag("include_all_metadata")
    shapes = [as_slack(one, metadata=with_metadata, thread=state.workspace.thread(one)) for one in page]
    return {"messages": shapes, "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}


def _page(items: Sequence[Item], args: Args, default: int, most: int) -> tuple[Sequence[Item], str]:
    """One page and the cursor to the next, empty at the end. A cursor is the position, made opaque."""
    limit = args.number("limit", default, most)
    start = 0
    if args.get("cursor"):
        try:
            start = int(base64.b64decode(args.get("cursor"), validate=True))
        except ValueError:
            raise SlackError("invalid_cursor") from None
    end = start + limit
    return items[start:end], base64.b64encode(str(end).encode()).decode() if end < len(items) else ""


def user_info(state: State, args: Args) -> Json:
    person = state.workspace.people.get(args.need("user"))
    if person is None:
        raise SlackError("user_not_found")
    return {"user": person.profile(with_email="users:read.email" in state.scopes)}


def user_by_email(state: State, args: Args) -> Json:
    email = args.need("email").lower()
    people = (one for one in state.workspace.people.values() if not one.is_bot and one.team_id == TEAM_ID)
    person = next((one for one in people if one.email == email), None)
    if person is None:
        raise SlackError("users_not_found")
    return {"user": person.profile(with_email=True)}


def group_list(state: State, args: Args) -> Json:
    users, count = args.flag("include_users"), args.flag("include_count")
    groups = [one.info(with_users=users, with_count=count) for one in state.workspace.groups.values()]
    return {"usergroups": groups}


def group_users(state: State, args: Args) -> Json:
    group = state.workspace.groups.get(args.need("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


def team_info(state: State, args: Args) -> Json:
    return {"team": {**TEAM, "email_domain": "home.example", "icon": {"image_default": True}}}


def bot_info(state: State, args: Args) -> Json:
    if args.get("bot", BOT_ID) != BOT_ID:
        raise SlackError("bot_not_found")
    bot = {"id": BOT_ID, "app_id": APP_ID, "user_id": BOT_USER_ID, "name": BOT_NAME, "deleted": False, "icons": {}}
    return {"bot": bot}


READING_METHODS: dict[str, Any] = {
    "auth.test": auth_test,
    "conversations.info": conversation_info,
    "conversations.list": conversation_list,
    "conversations.members": conversation_members,
    "conversations.open": conversation_open,
    "conversations.history": history,
    "conversations.replies": replies,
    "users.info": user_info,
    "users.lookupByEmail": user_by_email,
    "usergroups.list": group_list,
    "usergroups.users.list": group_users,
    "team.info": team_info,
    "bots.info": bot_info,
}
