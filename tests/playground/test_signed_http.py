"""The other way to the app: signed HTTP, accepted by Bolt's own verification and refused with a wrong secret."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from bot.playground import Playground
from tests.playground.playing import ALICE, OPS, Played, card, modal, quiet, served


@asynccontextmanager
async def http_mode(secret: str, app_secret: str = "") -> AsyncIterator[tuple[Played, AsyncApp]]:
    """A playground that delivers by HTTP, and the Bolt app behind that address (its server comes up first)."""
    apps: list[AsyncApp] = []

    async def events(request: web.Request) -> web.StreamResponse:
        bolt_request = await to_bolt_request(request)
        return await to_aiohttp_response(await apps[0].async_dispatch(bolt_request))

    server = web.Application()
    server.router.add_post("/slack/events", events)
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        async with served(request_url=url, signing_secret=secret) as played:
            client = played.client(played.bot_token)
            apps.append(AsyncApp(client=client, signing_secret=app_secret or secret, logger=quiet()))
            yield played, apps[0]
    finally:
        await runner.cleanup()


async def test_commands_clicks_and_forms_over_signed_http() -> None:
    async with http_mode(secrets.token_hex(16)) as (played, app):
        heard: list[str] = []

        @app.command("/sr")
        async def answer(ack: Any, body: dict[str, Any]) -> None:
            await ack(f"heard {body['text']}")

        @app.action("go")
        async def pressed(ack: Any, body: dict[str, Any], client: Any) -> None:
            await client.views_open(trigger_id=body["trigger_id"], view=modal())
            await ack()

        @app.view("reject")
        async def sent(ack: Any, body: dict[str, Any]) -> None:
            heard.append(body["view"]["state"]["values"]["why"]["text"]["value"])
            await ack()

        assert (await played.command(ALICE, "/sr status <x>"))["ok"]
        assert await played.texts() == ["heard status &lt;x&gt;"]
        ts = (await played.slack.chat_postMessage(channel=OPS, text="x", blocks=card()))["ts"]
        assert (await played.click(ALICE, ts, "go"))["ok"]
        (view,) = await played.views()
        values = {"why": {"text": "no & <never>"}}
        assert (await played.call("submit", {"as": ALICE, "view_id": view["id"], "values": values}))["ok"]
        assert heard == ["no & <never>"]


async def test_a_wrong_secret_is_refused_by_bolt_and_told_to_the_person() -> None:
    async with http_mode(secrets.token_hex(16), app_secret=secrets.token_hex(16)) as (played, _):
        assert (await played.command(ALICE, "/sr status"))["error"] == "http_client_error"
        assert "http_client_error" in (await played.texts())[0]


async def test_nobody_listens() -> None:
    async with served(request_url="http://127.0.0.1:9/slack/events", signing_secret="s") as played:
        assert (await played.command(ALICE, "/sr status"))["error"] == "dispatch_failed"


async def test_requests_stay_on_this_machine() -> None:
    playground = Playground(bot_token="b", app_token="a", token="t", request_url="http://198.51.100.7/slack")
    with pytest.raises(ValueError, match=r"127\.0\.0\.1"):
        await playground.start()
