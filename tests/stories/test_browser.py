"""The whole path as a person walks it: typed in the composer, approved by two people, watched until it ends."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.stories.browsing import CHROMIUM, approve, be, browser_page, open_thread, type_command
from workers.demo import House, house

pytestmark = [
    pytest.mark.story,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)"),
]


@pytest.fixture(scope="module")
def demo() -> Iterator[House]:
    with house(scenario="mission000", speed=600.0) as built:
        yield built


@pytest.fixture(scope="module")
def scene() -> None:
    """This module has a house of its own."""


@pytest.fixture(autouse=True)
def clean_table() -> None:
    """One story on one table."""


def test_a_drain_in_the_browser(demo: House) -> None:
    with browser_page(demo.playground["url"]) as page:
        be(page, "Alice")
        type_command(page, '/sr decommission be 10.84.0.18:9050 reason="no room to grow"')
        expect(page.get_by_text("Waiting for approval").first).to_be_visible()
        approve(page, "Bob")
        expect(page.get_by_text("1 of 2 approvals").first).to_be_visible()
        approve(page, "Carol")
        expect(page.get_by_text("Running").first).to_be_visible()
        thread = open_thread(page)
        expect(thread.get_by_text("Approved (2 of 2).")).to_be_visible()
        expect(thread.get_by_text("StarRocks accepted the statement.")).to_be_visible()
        expect(thread.get_by_text("10.84.0.18:9050 is out of the cluster").first).to_be_visible()
        expect(page.get_by_text("Done", exact=True).first).to_be_visible()
        expect(page.get_by_test_id("action-sr.op.abort")).to_have_count(0)
        picture = thread.get_by_role("img", name=re.compile("10.84.0.18:9050 drained in .* took "))
        expect(picture).to_have_js_property("naturalWidth", 1080)


def test_two_signatures_in_the_browser(demo: House) -> None:
    """A new backend: the form is refused where it is not ticked all over, signed, and afterwards the follow-ups are."""
    with browser_page(demo.playground["url"]) as page:
        be(page, "Alice")
        type_command(page, "/sr add be 10.84.91.20:9050")
        page.get_by_test_id("action-sr.op.sign").click()
        form = page.get_by_test_id("modal")
        boxes = form.get_by_role("checkbox")
        expect(boxes).to_have_count(6)
        for number in range(5):
            boxes.nth(number).check()
        form.get_by_label("Note").fill("keytab by *ops*, <!here> & now")
        form.get_by_test_id("modal-submit").click()
        expect(form.locator("[data-error='checklist-0']")).to_have_text(re.compile("Still open: Whoever is on call knows"))
        expect(boxes.nth(0)).to_be_checked()
        boxes.nth(5).check()
        form.get_by_test_id("modal-submit").click()
        expect(form).to_be_hidden()
        expect(page.get_by_text("Checklist signed by").last).to_be_visible()
        expect(page.get_by_test_id("action-sr.op.sign")).to_have_count(0)
        approve(page, "Bob")
        approve(page, "Carol")
        thread = open_thread(page)
        expect(thread.get_by_text("Note: keytab by *ops*, <!here> & now")).to_be_visible()
        expect(thread.get_by_text('instance="10.84.91.20:8040"')).to_be_visible()
        be(page, "Dave")
        open_thread(page).get_by_test_id("action-sr.op.follow_up").click()
        page.get_by_test_id("confirm-ok").click()
        expect(page.get_by_test_id("thread-pane").get_by_text("Follow-ups done by")).to_be_visible()
        expect(page.get_by_test_id("action-sr.op.follow_up")).to_have_count(0)
