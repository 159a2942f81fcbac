"""Forms that the app opens: filled in, refused field by field, updated in place, closed, one upon the other."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.playground_page.cards import ABORT, FULL_FORM, REASON, button, card, form, input_block, mrkdwn
from tests.playground_page.stage import Json, Stage

pytestmark = pytest.mark.browser


def opening(stage: Stage, view: Json, then: Any = None) -> None:
    """From now on the app opens `view` at each click; `then(payload)` answers submissions."""

    def answer(envelope: Json) -> Json | None:
        payload = envelope["payload"]
        if payload["type"] == "block_actions" and not payload.get("view"):
            stage.slack("views.open", trigger_id=payload["trigger_id"], view=view)
        return then(payload) if then and payload["type"] == "view_submission" else None

    stage.answer = answer
    stage.post("plan", card(ABORT))


def submitted(stage: Stage) -> list[Json]:
    return [one["payload"]["view"]["state"]["values"] for one in stage.gestures if one["payload"].get("type") == "view_submission"]


def test_a_form_sends_what_was_filled_in_and_goes(page: Page, stage: Stage) -> None:
    opening(stage, FULL_FORM)
    page.get_by_test_id("action-abort").click()
    modal = page.get_by_test_id("modal")
    expect(modal.get_by_role("heading", name="Reject")).to_be_visible()
    expect(modal.get_by_label("The reason")).to_be_focused()
    modal.get_by_label("The reason").fill("not <tonight> & not *bold*")
    modal.get_by_label("The choice").select_option("b")
    modal.get_by_label("Second").check()
    modal.get_by_label("This").check()
    modal.get_by_label("Those").check()
    modal.get_by_test_id("modal-submit").click()
    expect(modal).to_be_hidden()
    values = submitted(stage)[0]
    assert values["reason"]["it"]["value"] == "not <tonight> & not *bold*"
    assert values["name"]["it"]["value"] == "prod"
    assert values["choice"]["it"]["selected_option"]["value"] == "b"
    assert values["one"]["it"]["selected_option"]["value"] == "r2"
    assert [one["value"] for one in values["some"]["it"]["selected_options"]] == ["c1", "c3"]


def test_refusals_stand_at_their_fields_and_keep_what_was_typed(page: Page, stage: Stage) -> None:
    answers = iter([{"response_action": "errors", "errors": {"reason": "Say more than that."}}, None])
    opening(stage, form(REASON, input_block("name", {"type": "plain_text_input"})), lambda payload: next(answers))
    page.get_by_test_id("action-abort").click()
    modal = page.get_by_test_id("modal")
    modal.get_by_test_id("modal-submit").click()
    expect(modal.locator("[data-error='reason']")).to_have_text("Please complete this required field.")
    expect(modal.locator("[data-error='name']")).to_have_text("Please complete this required field.")
    modal.get_by_label("The reason").fill("no")
    modal.get_by_label("The name").fill("prod")
    modal.get_by_test_id("modal-submit").click()
    expect(modal.locator("[data-error='reason']")).to_have_text("Say more than that.")
    expect(modal.locator("[data-error='name']")).to_be_hidden()
    expect(modal.get_by_label("The reason")).to_be_focused()
    expect(modal.get_by_label("The reason")).to_have_attribute("aria-invalid", "true")
    expect(modal.get_by_label("The name")).to_have_value("prod")
    modal.get_by_test_id("modal-submit").click()
    expect(modal).to_be_hidden()


def test_a_form_is_updated_in_place_and_keeps_what_was_typed(page: Page, stage: Stage) -> None:
    opening(stage, form({"type": "section", "text": mrkdwn("Looking at the cluster…")}, REASON))
    page.get_by_test_id("action-abort").click()
    modal = page.get_by_test_id("modal")
    modal.get_by_label("The reason").fill("half a sen")
    view = stage.playground.state.views.stack("U0ALICE")[-1]
    stage.slack("views.update", view_id=view.id, view=form({"type": "section", "text": mrkdwn("12 nodes")}, REASON))
    expect(modal).to_contain_text("12 nodes")
    expect(modal.get_by_label("The reason")).to_have_value("half a sen")
    expect(modal.get_by_label("The reason")).to_be_focused()


def test_a_button_in_a_form_reaches_the_app(page: Page, stage: Stage) -> None:
    opening(stage, form(*card(button("look", "Look again"))))
    page.get_by_test_id("action-abort").click()
    page.get_by_test_id("modal").get_by_test_id("action-look").click()
    expect(page.get_by_test_id("action-look")).not_to_have_attribute("aria-busy", "true")
    payload = stage.gestures[-1]["payload"]
    assert (payload["actions"][0]["action_id"], payload["view"]["callback_id"]) == ("look", "f")


@pytest.mark.parametrize("way", ["button", "escape"])
def test_a_form_that_is_left_tells_the_app_if_it_wants_to_know(page: Page, stage: Stage, way: str) -> None:
    opening(stage, form(REASON, notify_on_close=True))
    page.get_by_test_id("action-abort").click()
    modal = page.get_by_test_id("modal")
    expect(modal).to_be_visible()
    if way == "button":
        modal.get_by_test_id("modal-close").click()
    else:
        page.keyboard.press("Escape")
    expect(modal).to_be_hidden()
    page.wait_for_function("() => fetch('/control/views?as=U0ALICE&token=' + new URLSearchParams(location.search).get('token')).then((r) => r.json()).then((a) => a.views.length === 0)")
    assert [one["payload"]["type"] for one in stage.gestures][-1] == "view_closed"


def test_the_form_below_shows_again(page: Page, stage: Stage) -> None:
    above = {"response_action": "push", "view": form({"type": "section", "text": mrkdwn("Second")}, title={"type": "plain_text", "text": "Sure?"})}
    opening(stage, form({"type": "section", "text": mrkdwn("First")}), lambda payload: above)
    page.get_by_test_id("action-abort").click()
    modal = page.get_by_test_id("modal")
    modal.get_by_test_id("modal-submit").click()
    expect(modal).to_contain_text("Second")
    modal.get_by_test_id("modal-close").click()
    expect(modal).to_contain_text("First")


def test_a_form_belongs_to_the_person_who_opened_it(page: Page, stage: Stage) -> None:
    opening(stage, form(REASON))
    page.get_by_test_id("action-abort").click()
    modal = page.get_by_test_id("modal")
    expect(modal).to_be_visible()
    page.evaluate("document.querySelector('[data-testid=persona-U0BOB]').click()")
    expect(page.get_by_test_id("posting-as")).to_contain_text("Bob")
    expect(modal).to_be_hidden()
    page.get_by_test_id("persona-U0ALICE").click()
    expect(modal).to_be_visible()
