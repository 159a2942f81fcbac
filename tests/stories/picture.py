"""python -m tests.stories.picture PATH: the picture of the README, taken from a running demo."""

import re
import sys
from pathlib import Path

from playwright.sync_api import expect

from tests.stories.browsing import approve, be, browser_page, open_thread, picture, type_command
from workers.demo import house


def main(path: Path) -> None:
    with house(scenario="mission000", speed=130.0) as built, browser_page(built.playground["url"]) as page:
        be(page, "Alice")
        type_command(page, '/sr decommission be 10.84.0.18:9050 reason="no room to grow"')
        expect(page.get_by_text("Waiting for approval").first).to_be_visible()
        picture(page, path.with_name(f"{path.stem}-plan{path.suffix}"))
        approve(page, "Bob")
        approve(page, "Carol")
        thread = open_thread(page)
        expect(thread.get_by_text("is leaving (").first).to_be_visible()
        expect(page.get_by_text(re.compile("[3-9][0-9] %")).first).to_be_visible(timeout=90_000)
        picture(page, path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
