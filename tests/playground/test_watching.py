"""What a persona, a page and a script see: visibility, events as they happen, the log, a fresh start."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.playground.playing import ALICE, BOB, GUS, OPS, OTHER, Played, bolt, card, connected, modal, served


@asynccontextmanager
async def watching(played: Played, user: str, last: str = "") -> AsyncIterator["asyncio.Queue[Any]"]:
    """The event stream of one persona, event by event: (id, body)."""
    events: asyncio.Queue[Any] = asyncio.Queue()
    url = f"{played.playground.control_url}/events?as={user}&token={played.playground.token}"
    headers = {"Last-Event-ID": last} if last else {}

    async with played.session.get(url, headers=headers) as stream:
        assert stream.content_type == "text/event-stream"

        async def read() -> None:
            number = ""
            async for line in stream.content:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "id":
                    number = value
                elif name == "data":
                    events.put_nowait((number, json.loads(value)))

        reader = asyncio.ensure_future(read())
        try:
            yield events
        finally:
            reader.cancel()


async def test_each_persona_hears_what_it_may_see_and_nothing_else() -> None:
    async with served() as played, watching(played, ALICE) as alice, watching(played, GUS) as gus:
        slack = played.slack
        await slack.chat_postMessage(channel=OTHER, text="staff only")
        await slack.chat_postEphemeral(channel=OPS, user=ALICE, text="alice only")
        ts = (await slack.chat_postMessage(channel=OPS, text="all"))["ts"]
        await slack.chat_update(channel=OPS, ts=ts, text="all!", blocks=card())
        await slack.chat_delete(channel=OPS, ts=ts)
        heard = [(await alice.get())[1] for _ in range(5)]
        assert [one.get("text") for one in heard] == ["staff only", "alice only", "all", "all!", None]
        assert [one["type"] for one in heard] == ["message", "message", "message", "update", "delete"]
        heard = [(await gus.get())[1] for _ in range(3)]
        assert [one.get("text") for one in heard] == ["all", "all!", None] and gus.empty()


async def test_a_page_that_comes_back_reads_on_where_it_left_off() -> None:
    async with served() as played:
        async with watching(played, ALICE) as events:
            for text in "abc":
                await played.slack.chat_postMessage(channel=OPS, text=text)
            first, _ = await events.get()
        async with watching(played, ALICE, last=first) as events:
            assert [(await events.get())[1]["text"] for _ in range(2)] == ["b", "c"]
        async with watching(played, ALICE, last="999999") as events:
            assert (await events.get())[1] == {"type": "reset"}


async def test_a_reply_also_moves_its_parent() -> None:
    async with served() as played:
        parent = (await played.slack.chat_postMessage(channel=OPS, text="card"))["ts"]
        async with watching(played, BOB) as events:
            reply = (await played.slack.chat_postMessage(channel=OPS, text="r", thread_ts=parent))["ts"]
            heard = [(await events.get())[1] for _ in range(2)]
            assert [(one["type"], one["ts"], one["reply_count"]) for one in heard] == [
                ("message", reply, 0),
                ("update", parent, 1),
            ]


async def test_modals_are_shown_to_their_person() -> None:
    async with served() as played:
        app = bolt(played)

        @app.command("/sr")
        async def answer(ack: Any, body: dict[str, Any], client: Any) -> None:
            await client.views_open(trigger_id=body["trigger_id"], view=modal())
            await ack()

        async with connected(played, app), watching(played, ALICE) as alice, watching(played, BOB) as bob:
            await played.command(ALICE, "/sr x")
            _, shown = await alice.get()
            assert (shown["type"], shown["view"]["title"]["text"]) == ("view", "Reject")
            await played.call("close", {"as": ALICE, "view_id": shown["view"]["id"]})
            assert (await alice.get())[1] == {"type": "view_closed", "user": ALICE, "view_id": shown["view"]["id"]}
            assert bob.empty()


async def test_the_page_learns_who_and_where_and_what_can_be_typed() -> None:
    completions = [{"text": "/sr help", "description": "what can be typed"}]
    async with served(completions=completions) as played:
        known = await played.call("workspace")
        assert [one["id"] for one in known["personas"]] == ["U0ALICE", "U0BOB", "U0CAROL", "U0DAVE", "U0MALLORY", "U0GUS"]
        assert {"id", "name", "real_name", "role", "team_id", "color"} == set(known["personas"][0])
        assert [(one["id"], one["name"]) for one in known["channels"]] == [
            ("C0OPS", "starrocks-ops"),
            ("C0OTHER", "other-team"),
            ("C0RANDOM", "random"),
        ]
        assert known["commands"][0]["completions"] == completions and known["team"]["id"] == "T0HOME"
        await played.slack.conversations_open(users=ALICE)
        assert [one["id"] for one in (await played.call(f"workspace?as={ALICE}"))["channels"]][-1] == "D0ALICE"
        assert len((await played.call("workspace"))["channels"]) == 3


async def test_people_write_with_their_characters_escaped_and_names_turned_into_mentions() -> None:
    async with served() as played:
        words = {"as": BOB, "channel": OPS, "text": "see <!channel> & ask @alice"}
        ts = (await played.call("message", words))["ts"]
        await played.call("message", {"as": ALICE, "channel": OPS, "text": "yes", "thread_ts": ts})
        first, second = await played.seen()
        assert first["text"] == "see &lt;!channel&gt; &amp; ask <@U0ALICE|alice>"
        assert (second["thread_ts"], first["reply_count"]) == (ts, 1)
        outside = await played.call("message", {"as": GUS, "channel": OTHER, "text": "x"})
        assert outside["error"] == "not_in_channel"
        missing = await played.call("message", {"as": GUS, "channel": OPS})
        assert (missing["error"], missing["missing"]) == ("invalid_arguments", "text")


async def test_everything_at_once_for_scripts_and_a_fresh_start() -> None:
    async with served() as played, watching(played, ALICE) as events:
        await played.slack.chat_postMessage(channel=OPS, text="a")
        await played.slack.chat_postMessage(channel=OTHER, text="b")
        await played.fault("429")
        found = (await played.call(f"channels?as={ALICE}"))["channels"]
        assert {id: [one["text"] for one in messages] for id, messages in found.items()} == {
            "C0OPS": ["a"],
            "C0OTHER": ["b"],
            "C0RANDOM": [],
        }
        assert (await played.call("reset", {}))["ok"]
        assert await played.seen() == [] and (await played.call("faults"))["faults"] == []
        assert [(await events.get())[1]["type"] for _ in range(3)] == ["message", "message", "reset"]


async def test_the_log_tells_each_call_and_each_envelope_once() -> None:
    async with served() as played:
        app = bolt(played)

        @app.command("/sr")
        async def answer(ack: Any) -> None:
            await ack("fine")

        async with connected(played, app):
            await played.slack.chat_postMessage(channel=OPS, text="x")
            before = (await played.call("log"))["last"]
            await played.command(ALICE, "/sr x")
        new = (await played.call(f"log?since={before}"))["entries"]
        (envelope,) = [one for one in new if one["kind"] == "envelope"]
        assert (envelope["type"], envelope["payload"]["text"], envelope["ack"]) == ("slash_commands", "x", {"text": "fine"})
        assert envelope["connection"] == 1 and envelope["ack_ms"] > 0
        (call,) = [one for one in await played.log("api") if one["method"] == "chat.postMessage"]
        assert call["arguments"] == {"channel": OPS, "text": "x"} and call["answer"]["ok"] and call["ms"] >= 0
