"""chat.*, reactions.* with the real client: what is kept, what is refused, and with which word."""

from tests.playground.playing import ALICE, BOB, GUS, OPS, OTHER, RANDOM, button, card, refusal, served


async def test_a_post_is_seen_by_every_member_and_read_back_by_the_app() -> None:
    async with served() as played:
        metadata = {"event_type": "card", "event_payload": {"op": "sr-1"}}
        posted = await played.slack.chat_postMessage(channel=OPS, text="hello", blocks=card(), metadata=metadata)
        for person in (ALICE, GUS):
            (message,) = await played.seen(person)
            assert (message["text"], message["user"], message["ephemeral_for"]) == ("hello", "U0SRBOT", None)
        history = await played.slack.conversations_history(channel=OPS, include_all_metadata=True)
        assert history["messages"][0]["ts"] == posted["ts"]
        assert history["messages"][0]["metadata"] == metadata
        bare = await played.slack.conversations_history(channel=OPS)
        assert "metadata" not in bare["messages"][0]


async def test_timestamps_always_grow_even_if_the_clock_stands_still() -> None:
    async with served(clock=lambda: 1_800_000_000.0) as played:
        stamps = [(await played.slack.chat_postMessage(channel=OPS, text=str(n)))["ts"] for n in range(5)]
        assert stamps == sorted(set(stamps)) and stamps[0] == "1800000000.000000"


async def test_an_update_without_blocks_takes_the_blocks_away_and_keeps_the_metadata() -> None:
    async with served() as played:
        metadata = {"event_type": "card", "event_payload": {"op": "sr-1"}}
        ts = (await played.slack.chat_postMessage(channel=OPS, text="a", blocks=card(), metadata=metadata))["ts"]
        await played.slack.chat_update(channel=OPS, ts=ts, text="b", blocks=card(button("other")))
        (message,) = await played.seen()
        assert not message["edited"] and message["blocks"][1]["elements"][0]["action_id"] == "other"
        await played.slack.chat_update(channel=OPS, ts=ts, text="c")
        (message,) = await played.seen()
        assert (message["text"], message["blocks"], message["edited"]) == ("c", [], True)
        assert message["metadata"] == metadata and message["ts"] == ts


async def test_the_app_edits_and_deletes_only_its_own_messages() -> None:
    async with served() as played:
        human = (await played.call("message", {"as": ALICE, "channel": OPS, "text": "hi"}))["ts"]
        slack = played.slack
        assert (await refusal(slack.chat_update(channel=OPS, ts=human, text="x")))["error"] == "cant_update_message"
        assert (await refusal(slack.chat_delete(channel=OPS, ts=human)))["error"] == "cant_delete_message"
        assert (await refusal(slack.chat_update(channel=OPS, ts="1.000000", text="x")))["error"] == "message_not_found"
        mine = (await slack.chat_postMessage(channel=OPS, text="mine"))["ts"]
        await slack.chat_delete(channel=OPS, ts=mine)
        assert await played.texts() == ["hi"]


async def test_where_the_app_may_write() -> None:
    async with served() as played:
        slack = played.slack
        assert (await refusal(slack.chat_postMessage(channel=RANDOM, text="x")))["error"] == "not_in_channel"
        assert (await refusal(slack.chat_postMessage(channel="C0NONE", text="x")))["error"] == "channel_not_found"
        assert (await refusal(slack.api_call("chat.postMessage", json={"channel": OPS})))["error"] == "no_text"
        direct = await slack.chat_postMessage(channel=BOB, text="psst")
        assert await played.texts(BOB, direct["channel"]) == ["psst"]
        stranger = await played.call(f"messages?channel={direct['channel']}&as={ALICE}")
        assert stranger["error"] == "channel_not_found"


async def test_ephemerals_are_for_one_person_and_exist_nowhere_else() -> None:
    async with served() as played:
        slack = played.slack
        sent = await slack.chat_postEphemeral(channel=OPS, user=ALICE, text="only you", blocks=card())
        assert await played.texts(ALICE) == ["only you"] and await played.texts(BOB) == []
        assert (await slack.conversations_history(channel=OPS))["messages"] == []
        gone = await refusal(slack.chat_update(channel=OPS, ts=sent["message_ts"], text="x"))
        assert gone["error"] == "message_not_found"
        outside = await refusal(slack.chat_postEphemeral(channel=OTHER, user=GUS, text="x"))
        assert outside["error"] == "user_not_in_channel"


async def test_a_thread_is_counted_read_and_followed() -> None:
    async with served() as played:
        slack = played.slack
        parent = (await slack.chat_postMessage(channel=OPS, text="card"))["ts"]
        replies = [(await slack.chat_postMessage(channel=OPS, thread_ts=parent, text=f"r{n}"))["ts"] for n in range(3)]
        # A reply to a reply lands in the same thread.
        replies.append((await slack.chat_postMessage(channel=OPS, thread_ts=replies[0], text="r3"))["ts"])
        top = (await played.seen())[0]
        assert (top["reply_count"], top["latest_reply"]) == (4, replies[-1])
        first = await slack.conversations_replies(channel=OPS, ts=parent, limit=3)
        assert [one["text"] for one in first["messages"]] == ["card", "r0", "r1"] and first["has_more"]
        cursor = first["response_metadata"]["next_cursor"]
        rest = await slack.conversations_replies(channel=OPS, ts=parent, limit=3, cursor=cursor)
        assert [one["text"] for one in rest["messages"]] == ["r2", "r3"] and not rest["has_more"]
        assert [one["text"] for one in (await slack.conversations_history(channel=OPS))["messages"]] == ["card"]
        lost = await refusal(slack.chat_postMessage(channel=OPS, thread_ts="1.0", text="x"))
        assert lost["error"] == "thread_not_found"


async def test_only_a_broadcast_reply_shows_in_the_channel_as_well() -> None:
    async with served() as played:
        slack = played.slack
        parent = (await slack.chat_postMessage(channel=OPS, text="card"))["ts"]
        await slack.chat_postMessage(channel=OPS, thread_ts=parent, text="quiet")
        await slack.chat_postMessage(channel=OPS, thread_ts=parent, text="loud", reply_broadcast=True)
        history = (await slack.conversations_history(channel=OPS))["messages"]
        assert [one["text"] for one in history] == ["loud", "card"]
        assert [one["broadcast"] for one in await played.seen()] == [False, False, True]


async def test_reactions_come_once_and_go_once() -> None:
    async with served() as played:
        slack = played.slack
        ts = (await slack.chat_postMessage(channel=OPS, text="x"))["ts"]
        await slack.reactions_add(channel=OPS, timestamp=ts, name="eyes")
        assert (await played.seen())[0]["reactions"] == [{"name": "eyes", "users": ["U0SRBOT"], "count": 1}]
        again = await refusal(slack.reactions_add(channel=OPS, timestamp=ts, name="eyes"))
        assert again["error"] == "already_reacted"
        await slack.reactions_remove(channel=OPS, timestamp=ts, name="eyes")
        none = await refusal(slack.reactions_remove(channel=OPS, timestamp=ts, name="eyes"))
        assert none["error"] == "no_reaction"


async def test_a_permalink_names_the_message_and_its_thread() -> None:
    async with served() as played:
        slack = played.slack
        parent = (await slack.chat_postMessage(channel=OPS, text="card"))["ts"]
        reply = (await slack.chat_postMessage(channel=OPS, thread_ts=parent, text="r"))["ts"]
        link = (await slack.chat_getPermalink(channel=OPS, message_ts=reply))["permalink"]
        assert f"/archives/{OPS}/p{reply.replace('.', '')}" in link and f"thread_ts={parent}" in link
