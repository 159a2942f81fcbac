"""The playground is reset while the page is open: what is shown is what is there, and nothing needs a reload."""

from typing import Any

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from tests.playground_page.cards import ABORT, card
from tests.playground_page.stage import BOB, Stage

pytestmark = pytest.mark.browser

READING = "**/control/channels?*"
FORM = {"type": "modal", "title": {"type": "plain_text", "text": "Why?"}, "blocks": [{"type": "divider"}]}


def test_messages_and_thread_go_and_the_page_goes_on(window: Any, stage: Stage) -> None:
    page = window(BOB)
    ts = stage.post("before", card(ABORT))
    stage.post("a reply", thread_ts=ts)
    page.locator("button.summary").click()
    expect(page.get_by_test_id("thread-pane")).to_contain_text("a reply")
    page.get_by_test_id("composer").fill("/sr sta")
    stage.control("reset", {})
    expect(page.get_by_test_id(f"message-{ts}")).to_have_count(0)
    expect(page.get_by_test_id("thread-pane")).to_be_hidden()
    expect(page.get_by_test_id("posting-as")).to_contain_text("Bob")
    expect(page.get_by_test_id("composer")).to_have_value("/sr sta")
    after = stage.post("after")
    expect(page.get_by_test_id(f"message-{after}")).to_contain_text("after")
    page.get_by_test_id("composer").fill("/sr status")
    page.get_by_test_id("composer").press("Enter")
    expect(page.get_by_test_id("composer")).to_have_value("")
    assert stage.commands() == ["/sr status"]


def test_an_open_form_goes_with_what_it_was_about(page: Page, stage: Stage) -> None:
    stage.post("plan", card(ABORT))
    page.get_by_test_id("action-abort").click()
    expect(page.get_by_test_id("action-abort")).not_to_have_attribute("aria-busy", "true")
    stage.slack("views.open", trigger_id=stage.gestures[-1]["payload"]["trigger_id"], view=FORM)
    expect(page.locator("#form")).to_be_visible()
    stage.control("reset", {})
    expect(page.locator("#form")).to_be_hidden()


def test_a_reset_that_comes_while_the_page_is_loading_is_not_lost(page: Page, stage: Stage) -> None:
    """The answer of before the reset reaches the page after it; it must not be what stays."""
    old = stage.post("of before")
    expect(page.get_by_test_id(f"message-{old}")).to_be_visible()
    held: list[tuple[Route, APIResponse]] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append((route, route.fetch()))

    page.route(READING, hold_the_first)
    page.get_by_test_id("persona-U0CAROL").click()
    while not held:
        page.wait_for_timeout(10)
    with page.expect_response(READING):
        stage.control("reset", {})
    route, stale = held[0]
    with page.expect_response(READING):
        route.fulfill(response=stale)
    after = stage.post("after")
    expect(page.get_by_test_id(f"message-{after}")).to_be_visible()
    expect(page.get_by_test_id(f"message-{old}")).to_have_count(0)
    expect(page.get_by_test_id("posting-as")).to_contain_text("Carol")


def test_two_clicks_on_a_persona_are_one_change(page: Page, stage: Stage) -> None:
    page.get_by_test_id("persona-U0BOB").dblclick()
    expect(page.get_by_test_id("posting-as")).to_contain_text("Bob")
    ts = stage.post("heard")
    expect(page.get_by_test_id(f"message-{ts}")).to_be_visible()
    expect(page.get_by_test_id("toast")).to_be_hidden()
