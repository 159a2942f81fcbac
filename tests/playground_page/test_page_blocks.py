"""Every block type shows what it says; pictures come from here only; files are seen or folded."""

import pytest
from playwright.sync_api import Page, expect

from tests.playground_page.cards import MESSAGE_BLOCKS, button, card, mrkdwn
from tests.playground_page.stage import Stage

pytestmark = pytest.mark.browser

# One white pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8ffffff7f0009fb03fd05434500000000"
    "49454e44ae426082"
)


def test_every_block_type_shows_its_words(page: Page, stage: Stage) -> None:
    posted = {kind: stage.post(kind, [{"type": kind, **block}]) for kind, (block, _) in MESSAGE_BLOCKS.items()}
    for kind, ts in posted.items():
        block = page.get_by_test_id(f"message-{ts}").locator(f"[data-block='{kind}']").first
        expect(block).to_be_visible()
        words = " ".join(block.inner_text().split())
        for wanted in MESSAGE_BLOCKS[kind][1]:
            assert " ".join(wanted.split()) in words, (kind, words)
    expect(page.locator(".mention.loud")).to_have_count(1)  # the rich text's own broadcast, not the quoted one


def test_fields_stand_in_two_columns_and_on_a_small_screen_in_one(page: Page, stage: Stage) -> None:
    ts = stage.post("f", [{"type": "section", "fields": [mrkdwn("*A*\n1"), mrkdwn("*B*\n2")]}])
    first, second = page.get_by_test_id(f"message-{ts}").locator(".fields > *").all()[:2] if _shown(page, ts) else ()
    assert first.bounding_box()["y"] == second.bounding_box()["y"]
    page.set_viewport_size({"width": 360, "height": 700})
    assert first.bounding_box()["y"] < second.bounding_box()["y"]


def _shown(page: Page, ts: str) -> bool:
    expect(page.get_by_test_id(f"message-{ts}")).to_be_visible()
    return True


def test_a_picture_of_ours_is_drawn_and_one_from_elsewhere_is_only_named(page: Page, stage: Stage) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    stage.upload("chart.png", PNG)
    expect(page.get_by_role("img", name="chart.png")).to_have_js_property("naturalWidth", 1)
    stage.post("i", [{"type": "image", "image_url": "https://elsewhere.example/x.png", "alt_text": "their chart"}])
    expect(page.get_by_role("link", name="their chart")).to_be_visible()
    assert [url for url in asked if "elsewhere" in url] == []


def test_a_text_file_is_folded_until_it_is_opened(page: Page, stage: Stage) -> None:
    stage.upload("plan.sql", b"SELECT 1;\nSELECT 2;")
    file = page.locator("details.b-file")
    expect(file).to_contain_text("plan.sql")
    expect(file.locator("pre")).to_be_hidden()
    file.locator("summary").click()
    expect(file.locator("pre")).to_have_text("SELECT 1;\nSELECT 2;")


def test_a_button_has_its_style_and_says_aloud_what_it_is_for(page: Page, stage: Stage) -> None:
    stage.post("b", card(button("go", "Go", style="danger", accessibility_label="Abort the drain of be-1")))
    shown = page.get_by_role("button", name="Abort the drain of be-1")
    expect(shown).to_have_text("Go")
    expect(shown).to_have_class("button danger")


def test_a_link_button_leads_to_its_page(page: Page, stage: Stage) -> None:
    stage.post("b", card(button("web", "Runbook", url="https://a.example/book")))
    expect(page.get_by_test_id("action-web")).to_have_attribute("href", "https://a.example/book")


def test_a_link_button_that_leads_elsewhere_is_not_even_posted(stage: Stage) -> None:
    with pytest.raises(AssertionError, match="invalid url"):
        stage.post("b", card(button("bad", "Bad", url="javascript:alert(1)")))


def test_reactions_and_the_app_badge_are_seen(page: Page, stage: Stage) -> None:
    ts = stage.post("hello")
    stage.slack("reactions.add", channel="C0OPS", timestamp=ts, name="eyes")
    message = page.get_by_test_id(f"message-{ts}")
    expect(message.locator(".reaction")).to_have_text("👀1")
    expect(message.locator(".badge")).to_have_text("APP")
