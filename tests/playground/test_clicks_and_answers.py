"""Buttons and response URLs: the payload of a click, stale cards, and the rules of the direct answer."""

from typing import Any

import aiohttp

from tests.playground.playing import ALICE, BOB, MALLORY, OPS, bolt, button, card, connected, served


class Heard(list[dict[str, Any]]):
    """An app that acknowledges every click and keeps its payload."""

    def __init__(self, app: Any, *action_ids: str):
        for action_id in action_ids:

            async def listen(ack: Any, body: dict[str, Any]) -> None:
                await ack()
                self.append(body)

            app.action(action_id)(listen)


async def test_a_click_carries_who_where_what_and_the_message() -> None:
    async with served() as played:
        app = bolt(played)
        heard = Heard(app, "approve")
        metadata = {"event_type": "card", "event_payload": {"op": "sr-1"}}
        blocks = card(button("approve", "sr-1:abc", "Approve"))
        ts = (await played.slack.chat_postMessage(channel=OPS, text="plan", blocks=blocks, metadata=metadata))["ts"]
        async with connected(played, app):
            assert (await played.click(BOB, ts, "approve"))["ok"]
        (body,) = heard
        assert body["user"] == {"id": BOB, "username": "bob", "name": "bob", "team_id": "T0HOME"}
        assert (body["type"], body["team"], body["api_app_id"]) == ("block_actions", {"id": "T0HOME", "domain": "home"}, "A0SR")
        assert body["container"] == {"type": "message", "message_ts": ts, "channel_id": OPS, "is_ephemeral": False}
        assert body["channel"] == {"id": OPS, "name": "starrocks-ops"}
        assert (body["message"]["ts"], body["message"]["metadata"]) == (ts, metadata)
        (action,) = body["actions"]
        wanted = {"action_id": "approve", "block_id": "choices", "value": "sr-1:abc", "type": "button"}
        assert wanted.items() <= action.items() and action["action_ts"] > ts
        assert body["trigger_id"] and body["response_url"] and body["state"] == {"values": {}}


async def test_an_outsider_gives_himself_away_only_by_his_own_team() -> None:
    async with served() as played:
        app = bolt(played)
        heard = Heard(app, "go")
        ts = (await played.slack.chat_postMessage(channel=OPS, text="plan", blocks=card()))["ts"]
        async with connected(played, app):
            await played.click(MALLORY, ts, "go")
        assert heard[0]["user"]["team_id"] == "T0OTHER" and heard[0]["team"]["id"] == "T0HOME"
        profile = (await played.slack.users_info(user=MALLORY))["user"]
        assert profile["is_stranger"] and profile["team_id"] == "T0OTHER"
        assert (await played.slack.conversations_info(channel=OPS))["channel"]["is_ext_shared"]


async def test_only_what_is_on_the_screen_can_be_clicked() -> None:
    async with served() as played:
        app = bolt(played)
        heard = Heard(app, "go", "stop")
        ts = (await played.slack.chat_postMessage(channel=OPS, text="plan", blocks=card()))["ts"]
        await played.slack.chat_update(channel=OPS, ts=ts, text="running", blocks=card(button("stop", "v2")))
        secret = await played.slack.chat_postEphemeral(channel=OPS, user=ALICE, text="x", blocks=card())
        async with connected(played, app):
            assert (await played.click(BOB, ts, "go"))["error"] == "no_such_button"
            assert (await played.click(BOB, ts, "go", revision=0))["error"] == "no_such_button"
            assert (await played.click(BOB, secret["message_ts"], "go"))["error"] == "message_not_found"
            assert (await played.click(BOB, ts, "stop", block_id="elsewhere"))["error"] == "no_such_button"
            assert heard == []
            assert (await played.click(ALICE, secret["message_ts"], "go"))["ok"]
        assert heard[0]["container"]["is_ephemeral"] and "message" not in heard[0]


async def test_a_stale_client_clicks_the_old_card_and_sends_it_along() -> None:
    async with served() as played:
        app = bolt(played)
        heard = Heard(app, "go")
        ts = (await played.slack.chat_postMessage(channel=OPS, text="rev 0", blocks=card(button(value="d0"))))["ts"]
        await played.slack.chat_update(channel=OPS, ts=ts, text="rev 1", blocks=card(button(value="d1")))
        await played.slack.chat_update(channel=OPS, ts=ts, text="decided", blocks=card(button("stop")))
        async with connected(played, app):
            await played.click(BOB, ts, "go", force=True)
            await played.click(BOB, ts, "go", force=True, revision=0)
            await played.click(BOB, ts, "go", force=True, value="forged")
        seen = [(body["message"]["text"], body["actions"][0]["value"]) for body in heard]
        assert seen == [("rev 1", "d1"), ("rev 0", "d0"), ("rev 1", "forged")]


async def test_a_select_sends_the_chosen_option() -> None:
    async with served() as played:
        app = bolt(played)
        heard = Heard(app, "pick")
        options = [{"text": {"type": "plain_text", "text": name}, "value": name} for name in ("a", "b")]
        select = {"type": "static_select", "action_id": "pick", "options": options}
        ts = (await played.slack.chat_postMessage(channel=OPS, text="x", blocks=card(select)))["ts"]
        async with connected(played, app):
            assert (await played.click(ALICE, ts, "pick", value="c"))["error"] == "no_such_option"
            assert (await played.click(ALICE, ts, "pick", value="b"))["ok"]
        assert heard[0]["actions"][0]["selected_option"] == options[1]


async def test_a_response_url_answers_privately_replaces_and_deletes() -> None:
    async with served() as played:
        app = bolt(played)
        heard = Heard(app, "go")
        ts = (await played.slack.chat_postMessage(channel=OPS, text="plan", blocks=card()))["ts"]
        async with connected(played, app):
            await played.click(BOB, ts, "go")
        url = heard[0]["response_url"]
        assert await _post(played.session, url, text="private") == (200, "ok")
        assert await played.texts(ALICE) == ["plan"] and await played.texts(BOB) == ["plan", "private"]
        assert (await _post(played.session, url, text="public", response_type="in_channel"))[0] == 200
        assert await played.texts(ALICE) == ["plan", "public"]
        assert (await _post(played.session, url, text="decided", replace_original=True))[0] == 200
        assert await played.texts(ALICE) == ["decided", "public"]
        status, said = await _post(played.session, url, text="x", blocks=[{"type": "nonsense"}])
        assert status == 400 and "unsupported type" in said
        assert (await _post(played.session, url, delete_original=True))[0] == 200
        assert await played.texts(ALICE) == ["public"]


async def test_a_response_url_lives_for_five_uses_and_half_an_hour() -> None:
    now = [1_800_000_000.0]
    async with served(clock=lambda: now[0]) as played:
        app, urls = bolt(played), []

        @app.command("/sr")
        async def answer(ack: Any, body: dict[str, Any]) -> None:
            await ack()
            urls.append(body["response_url"])

        async with connected(played, app):
            await played.command(ALICE, "/sr a")
            await played.command(ALICE, "/sr b")
        for _ in range(5):
            assert (await _post(played.session, urls[0], text="x"))[0] == 200
        assert await _post(played.session, urls[0], text="x") == (404, '{"ok": false, "error": "used_url"}')
        now[0] += 1799.0
        assert (await _post(played.session, urls[1], text="x"))[0] == 200
        now[0] += 2.0
        assert await _post(played.session, urls[1], text="x") == (404, '{"ok": false, "error": "expired_url"}')
        assert (await _post(played.session, urls[1] + "x", text="x"))[0] == 404


async def _post(session: aiohttp.ClientSession, url: str, **body: Any) -> tuple[int, str]:
    async with session.post(url, json=body) as answer:
        return answer.status, await answer.text()
