"""A slash command through a real Bolt app on Socket Mode: payload, answer, deadlines, connections."""

import asyncio
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp

from tests.playground.playing import ALICE, BOB, GUS, MALLORY, OPS, OTHER, RANDOM, bolt, card, connected, served


async def test_from_keystroke_to_a_private_answer() -> None:
    async with served() as played:
        app, heard = bolt(played), []

        @app.command("/sr")
        async def answer(ack: Any, body: dict[str, Any], respond: Any, client: Any) -> None:
            await ack()
            heard.append(body)
            await respond("only you see this")
            await client.chat_postMessage(channel=body["channel_id"], text="all see this")

        async with connected(played, app):
            done = await played.command(ALICE, "/sr status <now> @bob in #other-team, @dba-oncall & @channel, x@bob")
            assert done["ok"] and 0 < done["ack_ms"] < 3000
            assert sorted(await _settled(played, ALICE, 2)) == ["all see this", "only you see this"]
            assert await played.texts(BOB) == ["all see this"]
        (body,) = heard
        assert body["text"] == (
            "status &lt;now&gt; <@U0BOB|bob> in <#C0OTHER|other-team>, <!subteam^S0DBA|@dba-oncall> &amp; <!channel>, x@bob"
        )
        expected = {
            "command": "/sr",
            "user_id": ALICE,
            "user_name": "alice",
            "team_id": "T0HOME",
            "team_domain": "home",
            "channel_id": OPS,
            "channel_name": "starrocks-ops",
            "api_app_id": "A0SR",
        }
        assert expected.items() <= body.items() and "token" not in body
        assert body["response_url"].startswith(played.playground.origin)


async def test_an_acknowledgement_with_words_is_a_private_answer_unless_it_says_otherwise() -> None:
    async with served() as played:
        app = bolt(played)

        @app.command("/sr")
        async def answer(ack: Any, body: dict[str, Any]) -> None:
            if body["text"] == "loud":
                await ack(text="for all", blocks=card(), response_type="in_channel")
            else:
                await ack("for you")

        async with connected(played, app):
            await played.command(ALICE, "/sr quiet")
            await played.command(ALICE, "/sr loud", RANDOM)
            assert await played.texts(BOB) == [] and await played.texts(ALICE) == ["for you"]
            assert await played.texts(BOB, RANDOM) == ["for all"]


async def test_nobody_connected_is_told_to_the_person_alone() -> None:
    async with served() as played:
        done = await played.command(ALICE, "/sr status")
        assert (done["ok"], done["error"]) == (False, "dispatch_failed")
        (told,) = await played.seen(ALICE)
        assert "dispatch_failed" in told["text"] and told["ephemeral_for"] == ALICE
        assert await played.seen(BOB) == []


async def test_a_late_acknowledgement_is_a_timeout_for_the_person_and_logged_as_late() -> None:
    async with served(ack_seconds=0.2) as played:
        app, worked = bolt(played), asyncio.Event()

        @app.command("/sr")
        async def answer(ack: Any) -> None:
            await asyncio.sleep(0.4)
            await ack()
            worked.set()

        async with connected(played, app):
            done = await played.command(ALICE, "/sr status")
            assert done["error"] == "operation_timeout"
            assert "operation_timeout" in (await played.texts(ALICE))[0]
            await worked.wait()
            await _until_logged(played, "answered_ms")


async def test_each_payload_goes_to_one_connection_in_turn() -> None:
    async with served() as played:
        apps, heard = [bolt(played), bolt(played), bolt(played)], []

        def listen(app: AsyncApp, number: int) -> None:
            @app.command("/sr")
            async def answer(ack: Any) -> None:
                await ack()
                heard.append(number)

        for number, app in enumerate(apps):
            listen(app, number)
        async with connected(played, *apps):
            for _ in range(6):
                assert (await played.command(ALICE, "/sr status"))["ok"]
            assert sorted(heard) == [0, 0, 1, 1, 2, 2]


async def test_a_ticket_opens_one_connection_once_and_ten_is_the_most() -> None:
    async with served() as played:
        client = played.client(played.app_token)

        async def link() -> str:
            return str((await client.apps_connections_open(app_token=played.app_token))["url"])

        used = await link()
        sockets = [await played.session.ws_connect(used)]
        assert (await sockets[0].receive_json())["type"] == "hello"
        with pytest.raises(Exception, match="403"):
            await played.session.ws_connect(used)
        for _ in range(9):
            sockets.append(await played.session.ws_connect(await link()))
            assert (await sockets[-1].receive_json())["type"] == "hello"
        eleventh = await played.session.ws_connect(await link())
        assert (await eleventh.receive_json())["reason"] == "too_many_websockets"
        for socket in (*sockets, eleventh):
            await socket.close()


async def test_who_may_type_where() -> None:
    async with served() as played:
        app, heard = bolt(played), []

        @app.command("/sr")
        async def answer(ack: Any, body: dict[str, Any]) -> None:
            await ack()
            heard.append((body["user_id"], body["team_id"]))

        async with connected(played, app):
            assert (await played.command(GUS, "/sr help", OTHER))["error"] == "not_in_channel"
            assert (await played.command("U0NOBODY", "/sr help"))["error"] == "no_such_person"
            unknown = await played.command(ALICE, "/rs help")
            assert unknown["error"] == "no_such_command" and "/rs" in (await played.texts(ALICE))[0]
            threaded = {"as": ALICE, "channel": OPS, "text": "/sr help", "thread_ts": "1.0"}
            assert (await played.call("command", threaded))["error"] == "no_commands_in_threads"
            await played.command(MALLORY, "/sr help")
        assert heard == [(MALLORY, "T0OTHER")]


async def _settled(played: Any, person: str, count: int) -> list[str]:
    for _ in range(500):
        texts = await played.texts(person)
        if len(texts) >= count:
            return list(texts)
        await asyncio.sleep(0.01)
    raise AssertionError("too few messages came")


async def _until_logged(played: Any, key: str) -> None:
    for _ in range(500):
        if any(key in entry for entry in await played.log("envelope")):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it was never logged")
