"""Debian's Chromium on the real page of a real playground."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.playground_page.stage import Stage

LIMIT_MS = 20_000
# Playwright downloads no browser of its own here; these are the names under which distributions install it.
CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)

expect.set_options(timeout=LIMIT_MS)

OpenWindow = Callable[..., Page]


# One module at a time: the synchronous Playwright keeps an event loop running in this thread, which tests elsewhere that
# start a loop of their own would trip over.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


@pytest.fixture
def window(browser: Browser, stage: Stage) -> Iterator[OpenWindow]:
    """`window()` opens the page, as a persona and in a size. Whatever a page complains about (an exception, a breach of
    its content policy) fails the test."""
    contexts, complaints = [], []

    def open_window(user: str = "", *, width: int = 1280, height: int = 800, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, timezone_id="Europe/Paris", locale="en-US", **options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(LIMIT_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.goto(f"{stage.url}&as={user}" if user else stage.url)
        expect(page.get_by_test_id("posting-as")).to_contain_text("posting as")
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(window: OpenWindow) -> Page:
    """Alice's window."""
    return window()
