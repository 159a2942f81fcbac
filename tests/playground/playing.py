"""A playground with a real slack_sdk client, a real Bolt app on its sockets, and persons to drive it."""

import asyncio
import json
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground

ALICE, BOB, CAROL, DAVE, MALLORY, GUS = "U0ALICE", "U0BOB", "U0CAROL", "U0DAVE", "U0MALLORY", "U0GUS"
OPS, OTHER, RANDOM = "C0OPS", "C0OTHER", "C0RANDOM"
ALL_SCOPES = [
    "commands",
    "chat:write",
    "files:write",
    "usergroups:read",
    "users:read",
    "users:read.email",
    "channels:history",
    "channels:read",
    "im:write",
    "reactions:write",
    "team:read",
]


class Played:
    """A running playground and one session to its control API."""

    def __init__(self, playground: Playground, session: aiohttp.ClientSession, bot_token: str, app_token: str):
        self.playground = playground
        self.session = session
        self.bot_token = bot_token
        self.app_token = app_token
        self.slack = self.client(bot_token)

    def client(self, token: str) -> AsyncWebClient:
        return AsyncWebClient(token=token, base_url=self.playground.api_url, retry_handlers=[])

    async def call(self, path: str, body: dict[str, Any] | None = None, method: str = "") -> Any:
        async with self.session.request(
            method or ("GET" if body is None else "POST"),
            f"{self.playground.control_url}/{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.playground.token}"},
        ) as answer:
            return await answer.json()

    async def command(self, user: str, text: str, channel: str = OPS) -> Any:
        return await self.call("command", {"as": user, "channel": channel, "text": text})

    async def click(self, user: str, ts: str, action_id: str, **more: Any) -> Any:
        return await self.call("click", {"channel": OPS, "ts": ts, "action_id": action_id, **more, "as": user})

    async def seen(self, user: str = ALICE, channel: str = OPS) -> list[Any]:
        return list((await self.call(f"messages?channel={channel}&as={user}"))["messages"])

    async def texts(self, user: str = ALICE, channel: str = OPS) -> list[str]:
        return [message["text"] for message in await self.seen(user, channel)]

    async def views(self, user: str = ALICE) -> list[Any]:
        return list((await self.call(f"views?as={user}"))["views"])

    async def log(self, kind: str) -> list[Any]:
        return [entry for entry in (await self.call("log"))["entries"] if entry["kind"] == kind]

    async def fault(self, kind: str, **more: Any) -> Any:
        return await self.call("faults", {"kind": kind, "count": 1, **more})


@asynccontextmanager
async def served(**options: Any) -> AsyncIterator[Played]:
    """A fresh playground on a free port."""
    bot_token, app_token = f"xoxb-{secrets.token_hex(8)}", f"xapp-{secrets.token_hex(8)}"
    made = {"scopes": ALL_SCOPES, **options}
    async with (
        Playground(bot_token=bot_token, app_token=app_token, token=secrets.token_hex(8), **made) as playground,
        aiohttp.ClientSession() as session,
    ):
        yield Played(playground, session, bot_token, app_token)


def bolt(played: Played) -> AsyncApp:
    """A Bolt app that talks to the playground; the test adds listeners."""
    return AsyncApp(client=played.client(played.bot_token), logger=quiet())


@asynccontextmanager
async def connected(played: Played, *apps: AsyncApp) -> AsyncIterator[None]:
    """Each app on a socket of its own, all open."""
    handlers = [
        AsyncSocketModeHandler(app, played.app_token, logger=quiet(), web_client=played.client(played.app_token), ping_interval=0.2)
        for app in apps
    ]
    try:
        for handler in handlers:
            await handler.connect_async()  # type: ignore[no-untyped-call]
        await until(lambda: len(played.playground.sockets_open) >= len(apps))
        yield
    finally:
        for handler in handlers:
            await handler.close_async()  # type: ignore[no-untyped-call]


async def until(true: Callable[[], bool], seconds: float = 5.0) -> None:
    """Look until it is so; AssertionError if it does not become so in time."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not true():
        assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)


async def refusal(call: Any) -> dict[str, Any]:
    """What Slack said no with."""
    try:
        await call
    except SlackApiError as error:
        body = error.response.data
        return body if isinstance(body, dict) else json.loads(body)
    raise AssertionError("it was accepted")


def button(action_id: str = "go", value: str = "v1", label: str = "Go") -> dict[str, Any]:
    return {
        "type": "button",
        "action_id": action_id,
        "value": value,
        "text": {"type": "plain_text", "text": label},
    }


def card(*buttons: dict[str, Any], text: str = "a plan") -> list[dict[str, Any]]:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    return [section, {"type": "actions", "block_id": "choices", "elements": list(buttons or (button(),))}]


def modal(**more: Any) -> dict[str, Any]:
    reason = {
        "type": "input",
        "block_id": "why",
        "label": {"type": "plain_text", "text": "Reason"},
        "element": {"type": "plain_text_input", "action_id": "text", "max_length": 50},
    }
    return {
        "type": "modal",
        "callback_id": "reject",
        "title": {"type": "plain_text", "text": "Reject"},
        "submit": {"type": "plain_text", "text": "Reject"},
        "blocks": [reason],
        **more,
    }


def quiet() -> logging.Logger:
    logger = logging.getLogger("tests.playground")
    logger.setLevel(logging.CRITICAL)
    return logger
