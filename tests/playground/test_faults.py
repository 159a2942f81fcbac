"""Bad weather on order: what the app sees of it, and what really happened behind it."""

import asyncio
import time
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from tests.playground.playing import ALICE, OPS, Played, bolt, button, card, connected, modal, refusal, served, until


async def post(played: Played, text: str = "x") -> Any:
    return await played.slack.chat_postMessage(channel=OPS, text=text)


async def test_429_says_when_to_come_back_and_does_nothing() -> None:
    async with served() as played:
        await played.fault("429", method="chat.postMessage", retry_after=7)
        with pytest.raises(SlackApiError) as refused:
            await post(played)
        response = refused.value.response
        assert (response.status_code, response.headers["Retry-After"], response["error"]) == (429, "7", "ratelimited")
        assert await played.texts() == []
        await post(played)
        assert await played.texts() == ["x"]


async def test_500_and_refused_blocks() -> None:
    async with served() as played:
        await played.fault("500")
        with pytest.raises(SlackApiError) as broken:
            await post(played)
        assert broken.value.response.status_code == 500
        await played.fault("invalid_blocks", method="chat.postMessage")
        assert (await refusal(post(played)))["error"] == "invalid_blocks"
        assert await played.texts() == []


@pytest.mark.parametrize(("kind", "left"), [("reset", []), ("reset_after", ["x"])])
async def test_a_lost_answer_looks_the_same_whether_it_was_done_or_not(kind: str, left: list[str]) -> None:
    async with served() as played:
        await played.fault(kind, method="chat.postMessage")
        with pytest.raises(aiohttp.ClientError):
            await post(played)
        assert await played.texts() == left
        (entry,) = await played.log("api")
        assert entry["fault"] == kind and ("answer" in entry) == bool(left)


async def test_slow_waits_and_does_it_and_hang_never_does() -> None:
    async with served() as played:
        await played.fault("slow", seconds=0.2)
        began = time.monotonic()
        await post(played, "slow")
        assert time.monotonic() - began >= 0.2
        await played.fault("hang", seconds=0.2)
        with pytest.raises(aiohttp.ClientError):
            await post(played, "hung")
        assert await played.texts() == ["slow"]


async def test_a_hanging_call_does_not_keep_the_server_from_stopping() -> None:
    async with served() as played:
        await played.fault("hang", seconds=60)
        hanging = asyncio.ensure_future(post(played))
        await until(lambda: bool(played.playground.state.journal.since(0)[1:]))
        began = time.monotonic()
    assert time.monotonic() - began < 5
    with pytest.raises(aiohttp.ClientError):
        await hanging


async def test_a_fault_ends_by_count_by_time_or_on_request() -> None:
    now = [1_800_000_000.0]
    async with served(clock=lambda: now[0]) as played:
        await played.fault("429", count=2, method="chat.postMessage")
        await refusal(post(played))
        assert (await played.call("faults"))["faults"][0]["count"] == 1
        await refusal(post(played))
        await post(played)
        await played.fault("429", count=None, seconds=30)
        await refusal(post(played))
        now[0] += 30
        await post(played)
        await played.fault("429", count=None)
        await refusal(post(played))
        await played.call("faults", method="DELETE")
        await post(played)
        assert await played.texts() == ["x"] * 3
        assert (await played.fault("sunshine"))["error"] == "no_such_fault"
        assert (await played.fault("429", count="many"))["error"] == "invalid_arguments"


async def test_a_response_url_has_weather_of_its_own() -> None:
    async with served() as played:
        app, urls = bolt(played), []

        @app.command("/sr")
        async def answer(ack: Any, body: dict[str, Any]) -> None:
            await ack()
            urls.append(body["response_url"])

        async with connected(played, app):
            await played.command(ALICE, "/sr x")
        await played.fault("429", method="response_url")
        async with played.session.post(urls[0], json={"text": "x"}) as refused:
            assert refused.status == 429
        async with played.session.post(urls[0], json={"text": "x"}) as done:
            assert done.status == 200


async def test_a_delivery_may_come_twice_in_two_envelopes_with_one_meaning() -> None:
    async with served() as played:
        app, heard = bolt(played), []

        @app.action("go")
        async def pressed(ack: Any, body: dict[str, Any]) -> None:
            await ack()
            heard.append(body)

        ts = (await played.slack.chat_postMessage(channel=OPS, text="x", blocks=card()))["ts"]
        async with connected(played, app):
            await played.fault("duplicate_delivery")
            assert (await played.click(ALICE, ts, "go"))["ok"]
            await until(lambda: len(heard) == 2)
            await played.click(ALICE, ts, "go")
        assert heard[0] == heard[1] and len(heard) == 3
        envelopes = [entry["envelope_id"] for entry in await played.log("envelope")]
        assert len(set(envelopes)) == 3


async def test_a_delivery_may_be_overtaken_by_the_next() -> None:
    async with served() as played:
        app, heard = bolt(played), []

        @app.command("/sr")
        async def answer(ack: Any, body: dict[str, Any]) -> None:
            await ack()
            heard.append(body["text"])

        async with connected(played, app):
            await played.command(ALICE, "/sr before")
            await played.fault("reorder", seconds=5)
            first = asyncio.ensure_future(played.command(ALICE, "/sr first"))
            await until(lambda: not played.playground.state.faults.listed())
            second = await played.command(ALICE, "/sr second")
            assert second["ok"] and (await first)["ok"]
        assert heard == ["before", "second", "first"]


async def test_an_acknowledgement_held_back_is_a_timeout_although_the_work_was_done() -> None:
    async with served(ack_seconds=0.2) as played:
        app, heard = bolt(played), []

        @app.command("/sr")
        async def answer(ack: Any) -> None:
            heard.append(1)
            await ack("done")

        async with connected(played, app):
            await played.fault("slow_ack")
            assert (await played.command(ALICE, "/sr x"))["error"] == "operation_timeout"
            assert heard == [1] and "operation_timeout" in (await played.texts())[0]


async def test_a_trigger_that_is_too_old_on_arrival() -> None:
    async with served() as played:
        app, said = bolt(played), []

        @app.action("open")
        async def open_it(ack: Any, body: dict[str, Any], client: Any) -> None:
            await ack()
            said.append((await refusal(client.views_open(trigger_id=body["trigger_id"], view=modal())))["error"])

        ts = (await played.slack.chat_postMessage(channel=OPS, text="x", blocks=card(button("open"))))["ts"]
        async with connected(played, app):
            await played.fault("expired_trigger")
            await played.click(ALICE, ts, "open")
            await until(lambda: bool(said))
        assert said == ["expired_trigger_id"]


@pytest.mark.parametrize("kind", ["drop_socket", "refresh_socket"])
async def test_the_app_comes_back_after_its_connection_was_cut_or_refreshed(kind: str) -> None:
    async with served() as played:
        app = bolt(played)

        @app.command("/sr")
        async def answer(ack: Any) -> None:
            await ack()

        async with connected(played, app):
            await played.fault(kind)
            await until(lambda: played.playground.sockets_open == [2], seconds=8)
            assert (await played.command(ALICE, "/sr x"))["ok"]


async def test_sockets_that_may_not_stay_open_leave_nobody_to_hear() -> None:
    async with served() as played:
        app = bolt(played)
        async with connected(played, app):
            await played.fault("drop_socket", count=None, seconds=600)
            assert played.playground.sockets_open == []
            assert (await played.command(ALICE, "/sr x"))["error"] == "dispatch_failed"
            await until(lambda: len(played.playground.state.journal.since(0)) > 5)
            assert played.playground.sockets_open == []
