"""Modals: triggers that run out, the stack, what a form sends, and what the app may answer."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp

from bot.playground.validation import view_faults
from tests.playground.playing import ALICE, BOB, OPS, Played, bolt, button, card, connected, modal, refusal, served


async def opened(played: Played, app: AsyncApp, user: str = ALICE, **more: Any) -> str:
    """A modal opened by a click on a card; its id."""

    @app.action("open")
    async def open_it(ack: Any, body: dict[str, Any], client: Any) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=modal(**more))
        await ack()

    ts = (await played.slack.chat_postMessage(channel=OPS, text="x", blocks=card(button("open"))))["ts"]
    assert (await played.click(user, ts, "open"))["ok"]
    return str((await played.views(user))[-1]["id"])


async def submit(played: Played, view_id: str, text: Any = "too risky", user: str = ALICE) -> Any:
    body = {"as": user, "view_id": view_id, "values": {"why": {"text": text}}}
    return await played.call("submit", body)


async def test_a_form_is_opened_filled_in_and_closed() -> None:
    async with served() as played:
        app, heard = bolt(played), []

        @app.view("reject")
        async def rejected(ack: Any, body: dict[str, Any]) -> None:
            await ack()
            heard.append(body)

        async with connected(played, app):
            view_id = await opened(played, app, private_metadata="sr-1:abc")
            assert await played.views(BOB) == []
            assert (await submit(played, view_id))["ok"]
            assert await played.views() == []
        (body,) = heard
        view = body["view"]
        assert (body["type"], body["user"]["id"], view["private_metadata"]) == ("view_submission", ALICE, "sr-1:abc")
        assert view["state"] == {"values": {"why": {"text": {"type": "plain_text_input", "value": "too risky"}}}}
        assert (view["id"], view["callback_id"], view["app_installed_team_id"]) == (view_id, "reject", "T0HOME")


@pytest.mark.parametrize(
    ("typed", "words"),
    [("", "Please complete this required field."), ("x" * 51, "Please enter at most 50 characters.")],
)
async def test_the_client_refuses_before_the_app_hears_of_it(typed: str, words: str) -> None:
    async with served() as played:
        app = bolt(played)
        async with connected(played, app):
            view_id = await opened(played, app)
            before = len(await played.log("envelope"))
            assert await submit(played, view_id, typed) == {"ok": False, "errors": {"why": words}}
            assert len(await played.log("envelope")) == before and len(await played.views()) == 1


def boxes(count: int, text: str = "Done") -> dict[str, Any]:
    options = [{"text": {"type": "plain_text", "text": text}, "value": f"v{number}"} for number in range(count)]
    return {
        "type": "input",
        "block_id": "list",
        "label": {"type": "plain_text", "text": "Checklist"},
        "element": {"type": "checkboxes", "action_id": "ticks", "options": options},
    }


async def test_a_checklist_comes_back_with_what_was_ticked() -> None:
    async with served() as played:
        app, heard = bolt(played), []

        @app.view("reject")
        async def sent(ack: Any, body: dict[str, Any]) -> None:
            left = len(body["view"]["state"]["values"]["list"]["ticks"]["selected_options"]) < 3
            heard.append(body["view"]["state"]["values"])
            await (ack(response_action="errors", errors={"list": "Tick them all."}) if left else ack())

        async with connected(played, app):
            view_id = await opened(played, app, blocks=[boxes(3)])

            async def ticked(*names: str) -> Any:
                return await played.call("submit", {"as": ALICE, "view_id": view_id, "values": {"list": {"ticks": list(names)}}})

            assert (await ticked())["errors"] == {"list": "Please complete this required field."} and heard == []
            assert (await ticked("v0", "v2"))["errors"] == {"list": "Tick them all."}
            assert (await ticked("v0", "v1", "v2"))["ok"] and await played.views() == []
        chosen = [[option["value"] for option in values["list"]["ticks"]["selected_options"]] for values in heard]
        assert chosen == [["v0", "v2"], ["v0", "v1", "v2"]]


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (boxes(11), "no more than 10 items allowed [json-pointer:/view/blocks/0/element/options]"),
        (boxes(1, "x" * 76), "must be less than 76 characters [json-pointer:/view/blocks/0/element/options/0/text/text]"),
        (boxes(0), "must have at least 1 items [json-pointer:/view/blocks/0/element/options]"),
    ],
)
def test_a_checklist_has_slacks_limits(block: dict[str, Any], words: str) -> None:
    assert view_faults(modal(blocks=[block])) == [words]


Answer = Callable[[Any], Awaitable[None]]


async def errors(ack: Any) -> None:
    await ack(response_action="errors", errors={"why": "say more"})


async def updated(ack: Any) -> None:
    await ack(response_action="update", view=modal(title={"type": "plain_text", "text": "Updated"}))


async def pushed(ack: Any) -> None:
    await ack(response_action="push", view=modal(title={"type": "plain_text", "text": "Pushed"}))


async def cleared(ack: Any) -> None:
    await ack(response_action="clear")


@pytest.mark.parametrize(
    ("answer", "titles", "words"),
    [
        (errors, ["Reject"], {"why": "say more"}),
        (updated, ["Updated"], {}),
        (pushed, ["Reject", "Pushed"], {}),
        (cleared, [], {}),
    ],
)
async def test_what_the_app_may_answer(answer: Answer, titles: list[str], words: dict[str, str]) -> None:
    async with served() as played:
        app = bolt(played)
        app.view("reject")(answer)
        async with connected(played, app):
            done = await submit(played, await opened(played, app))
            assert (done["ok"], done["errors"]) == (not words, words)
            assert [view["title"]["text"] for view in await played.views()] == titles


async def test_a_trigger_works_once_and_for_three_seconds() -> None:
    now = [1_800_000_000.0]
    async with served(clock=lambda: now[0]) as played:
        app, triggers = bolt(played), []

        @app.command("/sr")
        async def answer(ack: Any, body: dict[str, Any]) -> None:
            await ack()
            triggers.append(body["trigger_id"])

        async with connected(played, app):
            for _ in range(3):
                await played.command(ALICE, "/sr x")
        slack = played.slack
        await slack.views_open(trigger_id=triggers[0], view=modal())
        again = await refusal(slack.views_open(trigger_id=triggers[0], view=modal()))
        assert again["error"] == "exchanged_trigger_id"
        now[0] += 2.9
        await slack.views_open(trigger_id=triggers[1], view=modal())
        now[0] += 0.2
        late = await refusal(slack.views_open(trigger_id=triggers[2], view=modal()))
        assert late["error"] == "expired_trigger_id"
        unknown = await refusal(slack.views_open(trigger_id="1.2.3", view=modal()))
        assert unknown["error"] == "invalid_trigger_id"


async def test_a_bad_view_is_refused_with_pointers() -> None:
    async with served() as played:
        app, refusals = bolt(played), []

        @app.command("/sr")
        async def answer(ack: Any, body: dict[str, Any], client: Any) -> None:
            long = modal(title={"type": "plain_text", "text": "x" * 25})
            refusals.append(await refusal(client.views_open(trigger_id=body["trigger_id"], view=long)))
            await ack()

        async with connected(played, app):
            await played.command(ALICE, "/sr x")
        assert refusals[0]["error"] == "invalid_arguments"
        assert refusals[0]["errors"] == ["must be less than 25 characters [json-pointer:/view/title/text]"]


async def test_an_update_finds_its_view_and_notices_that_it_was_overtaken() -> None:
    async with served() as played:
        app = bolt(played)
        async with connected(played, app):
            view_id = await opened(played, app, external_id="mine")
            slack, (view,) = played.slack, await played.views()
            loaded = modal(title={"type": "plain_text", "text": "Loaded"})
            await slack.views_update(view_id=view_id, hash=view["hash"], view=loaded)
            late = await refusal(slack.views_update(view_id=view_id, hash=view["hash"], view=loaded))
            assert late["error"] == "hash_conflict"
            gone = await refusal(slack.views_update(external_id="mine", view=loaded))
            assert gone["error"] == "not_found", "the update took the external_id away"
            await played.call("close", {"as": ALICE, "view_id": view_id})
            closed = await refusal(slack.views_update(view_id=view_id, view=loaded))
            assert closed["error"] == "not_found"


async def test_closing_is_told_only_to_an_app_that_asked_and_three_is_the_most() -> None:
    async with served() as played:
        app, closed = bolt(played), []
        app.view("reject")(pushed)

        @app.view_closed("reject")
        async def gone(ack: Any, body: dict[str, Any]) -> None:
            await ack()
            closed.append(body["view"]["id"])

        async with connected(played, app):
            first = await opened(played, app, notify_on_close=True)
            second = (await submit(played, first), (await played.views())[-1]["id"])[1]
            third = (await submit(played, second), (await played.views())[-1]["id"])[1]
            assert (await submit(played, third))["error"] == "push_limit_reached"
            assert (await submit(played, first))["error"] == "no_such_view", "only the top one can be sent"
            for view_id in (third, second, first):
                assert (await played.call("close", {"as": ALICE, "view_id": view_id}))["ok"]
            assert await played.views() == [] and closed == [first]


async def test_a_button_inside_a_modal_may_push_another() -> None:
    async with served() as played:
        app = bolt(played)

        @app.action("more")
        async def more(ack: Any, body: dict[str, Any], client: Any) -> None:
            await client.views_push(trigger_id=body["trigger_id"], view=modal(title={"type": "plain_text", "text": "More"}))
            await ack()

        async with connected(played, app):
            view_id = await opened(played, app, blocks=card(button("more")))
            done = await played.call("click", {"as": ALICE, "view_id": view_id, "action_id": "more"})
            assert done["ok"]
            stack = await played.views()
            assert [view["previous_view_id"] for view in stack] == [None, view_id]
