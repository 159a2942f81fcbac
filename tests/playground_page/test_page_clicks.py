"""Buttons, questions before them, choices, and what happens while the app thinks or the message changes."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.playground_page.cards import ABORT, APPROVE, button, card, mrkdwn, option
from tests.playground_page.stage import BOB, OPS, Stage

pytestmark = pytest.mark.browser


def until_clicked(page: Page, stage: Stage, number: int = 1) -> dict[str, Any]:
    """The last of so many actions that reached the app."""
    for _ in range(200):
        if len(stage.clicks()) >= number:
            return stage.clicks()[-1]
        page.wait_for_timeout(10)
    raise AssertionError(stage.clicks())


def test_a_click_with_a_question_sends_exactly_that_action_once_it_is_answered(window: Any, stage: Stage) -> None:
    page = window(BOB)
    ts = stage.post("plan", card(APPROVE, ABORT))
    page.get_by_test_id("action-approve").click()
    question = page.get_by_test_id("confirm")
    expect(question).to_contain_text("Approve this plan?")
    expect(question.locator("strong")).to_have_text("at once")
    expect(question.get_by_test_id("confirm-ok")).to_have_text("Approve it")
    expect(question.get_by_test_id("confirm-ok")).to_have_class("button danger")
    assert stage.clicks() == []
    question.get_by_test_id("confirm-ok").click()
    action = until_clicked(page, stage)
    assert {key: action[key] for key in ("type", "action_id", "block_id", "value")} == {
        "type": "button",
        "action_id": "approve",
        "block_id": "decisions",
        "value": "value-of-approve",
    }
    payload = stage.gestures[-1]["payload"]
    assert (payload["user"]["id"], payload["channel"]["id"], payload["message"]["ts"]) == (BOB, OPS, ts)


@pytest.mark.parametrize("way", ["deny", "escape"])
def test_a_question_that_is_declined_sends_nothing(page: Page, stage: Stage, way: str) -> None:
    stage.post("plan", card(APPROVE, ABORT))
    page.get_by_test_id("action-approve").click()
    if way == "deny":
        page.get_by_test_id("confirm-cancel").click()
    else:
        page.keyboard.press("Escape")
    expect(page.get_by_test_id("confirm")).to_be_hidden()
    page.get_by_test_id("action-abort").click()
    assert until_clicked(page, stage)["action_id"] == "abort"
    assert len(stage.clicks()) == 1


def test_a_button_is_pending_until_the_app_acknowledged_and_counts_once(page: Page, stage: Stage) -> None:
    stage.open_gate.clear()
    stage.post("plan", card(ABORT))
    pressed = page.get_by_test_id("action-abort")
    pressed.click()
    expect(pressed).to_have_attribute("aria-busy", "true")
    pressed.dispatch_event("click")
    stage.open_gate.set()
    expect(pressed).not_to_have_attribute("aria-busy", "true")
    assert len(stage.clicks()) == 1


def test_a_button_stays_pending_while_its_message_is_edited(page: Page, stage: Stage) -> None:
    stage.open_gate.clear()
    ts = stage.post("plan", card(ABORT, words="1 of 12"))
    pressed = page.get_by_test_id("action-abort")
    pressed.click()
    stage.edit(ts, "plan", card(ABORT, words="2 of 12"))
    expect(page.get_by_test_id(f"message-{ts}")).to_contain_text("2 of 12")
    expect(pressed).to_have_attribute("aria-busy", "true")
    stage.open_gate.set()
    expect(pressed).not_to_have_attribute("aria-busy", "true")


def test_who_answers_a_question_about_a_message_that_changed_meanwhile_is_taken_at_his_word(page: Page, stage: Stage) -> None:
    """As in Slack: the app is told what the person saw, not what the button says by now."""
    ts = stage.post("plan", card(APPROVE))
    page.get_by_test_id("action-approve").click()
    stage.edit(ts, "plan", card({**APPROVE, "value": "another plan"}, words="Another plan"))
    expect(page.get_by_test_id(f"message-{ts}")).to_contain_text("Another plan")
    page.get_by_test_id("confirm-ok").click()
    assert until_clicked(page, stage)["value"] == "value-of-approve"


def test_an_app_that_does_not_answer_in_time_is_told_in_words(window: Any, browser: Any) -> None:
    with Stage(ack_seconds=0.2) as slow:
        page = browser.new_page()
        page.goto(slow.url)
        expect(page.get_by_test_id("posting-as")).to_contain_text("Alice")
        slow.open_gate.clear()
        slow.post("plan", card(ABORT))
        page.get_by_test_id("action-abort").click()
        expect(page.get_by_test_id("toast")).to_contain_text("did not answer within three seconds")
        expect(page.locator(".message.ephemeral")).to_contain_text("Only visible to you")
        page.close()


def test_without_the_app_a_click_says_so(browser: Any) -> None:
    with Stage(connected=False) as alone:
        page = browser.new_page()
        page.goto(alone.url)
        expect(page.get_by_test_id("posting-as")).to_contain_text("Alice")
        alone.post("plan", card(ABORT))
        page.get_by_test_id("action-abort").click()
        expect(page.get_by_test_id("toast")).to_contain_text("not connected")
        page.close()


def test_a_choice_from_a_select_and_from_an_overflow_menu(page: Page, stage: Stage) -> None:
    options = [option("a", "Again"), option("b", "Never")]
    select = {"type": "static_select", "action_id": "pick", "placeholder": {"type": "plain_text", "text": "What now?"}, "options": options}
    overflow = {"type": "overflow", "action_id": "more", "options": options}
    stage.post("s", [{"type": "section", "text": mrkdwn("x"), "accessory": overflow}, *card(select, button("go", "Go"))])
    page.get_by_test_id("action-pick").select_option("b")
    assert until_clicked(page, stage)["selected_option"]["value"] == "b"
    page.get_by_test_id("action-more").click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    action = until_clicked(page, stage, 2)
    assert (action["type"], action["selected_option"]["value"]) == ("overflow", "b")
    page.get_by_test_id("action-more").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_have_count(0)
    assert len(stage.clicks()) == 2


def test_buttons_of_a_container_and_of_a_link_reach_the_app(page: Page, stage: Stage) -> None:
    inside = {"type": "container", "block_id": "box", "child_blocks": [{"type": "actions", "elements": [button("deep", "Deep")]}]}
    stage.post("c", [inside])
    page.get_by_test_id("action-deep").click()
    action = until_clicked(page, stage)
    assert (action["action_id"], action["block_id"]) == ("deep", "box")
