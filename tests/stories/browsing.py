"""Chromium as a person's hands on the playground's page."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
LIMIT_MS = 30_000
expect.set_options(timeout=LIMIT_MS)


@contextmanager
def browser_page(url: str, *, width: int = 1440, height: int = 900) -> Iterator[Page]:
    """The page, open; whatever it complains about is an AssertionError at the end."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(LIMIT_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(url)
        yield page
        browser.close()
    assert complaints == []


def be(page: Page, name: str) -> None:
    """Switch the persona."""
    page.get_by_role("group", name="Persona").get_by_role("button", name=name).click()
    expect(page.get_by_test_id("posting-as")).to_contain_text(name)


def type_command(page: Page, text: str) -> None:
    box = page.get_by_test_id("composer")
    box.fill(text)
    box.press("Enter")


def approve(page: Page, name: str) -> None:
    """Press Approve as a persona, and confirm."""
    be(page, name)
    page.get_by_test_id("action-sr.op.approve").last.click()
    page.get_by_test_id("confirm-ok").click()
    expect(page.get_by_test_id("confirm")).to_be_hidden()


def open_thread(page: Page) -> Any:
    page.locator("button.summary").last.click()
    return page.get_by_test_id("thread-pane")


def picture(page: Page, path: Path) -> None:
    page.wait_for_timeout(400)  # Fonts and the last transition; for people's eyes only.
    page.screenshot(path=str(path))
