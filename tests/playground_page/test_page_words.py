"""Words on the page: what is formatting, what is a mention, and what must stay inert."""

import html
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.playground_page.stage import Stage

pytestmark = pytest.mark.browser

DRAW = """async ([module, name, argument]) => {
  const drawn = (await import(`/page/${module}.js`))[name](argument);
  const holder = document.createElement("div");
  holder.append(...[drawn].flat(Infinity));
  return holder.innerHTML;
}"""


def drawn(page: Page, text: str, module: str = "mrkdwn", name: str = "mrkdwn") -> str:
    return str(page.evaluate(DRAW, [module, name, text]))


def shape(markup: str) -> str:
    """Without the attributes that are the same everywhere, and with entities read."""
    return html.unescape(re.sub(r' (?:dir|rel|target|title|datetime|tabindex)="[^"]*"', "", markup))


LOUD = '<span class="mention loud">@channel</span>'
WORDS = {
    "an escaped broadcast is words": ("look &lt;!channel&gt;", "look <!channel>"),
    "a real broadcast is loud": ("look <!channel>", f"look {LOUD}"),
    "a broadcast in code is loud as well": ("`<!channel>`", f"<code>{LOUD}</code>"),
    "entities are decoded once": ("&amp;lt;!channel&amp;gt;", "&lt;!channel&gt;"),
    "a span of time is no emoji": ("22:00–23:00 or 22:00-23:00:30", "22:00–23:00 or 22:00-23:00:30"),
    "an address with a port is no emoji": ("10.84.0.18:9050:x: :9050:", "10.84.0.18:9050:x: :9050:"),
    "an emoji": (":white_check_mark: ok :+1:", "✅ ok 👍"),
    "an unknown emoji stays": (":not_an_emoji:", ":not_an_emoji:"),
    "bold, italic, strike": ("*a* _b_ ~c~", "<strong>a</strong> <em>b</em> <s>c</s>"),
    "one inside the other": ("*a _b_*", "<strong>a <em>b</em></strong>"),
    "names and products are no formatting": ("a_b_c 2*3*4 x~y~z", "a_b_c 2*3*4 x~y~z"),
    "marks around spaces are no formatting": ("* a * and _ b _", "* a * and _ b _"),
    "code keeps its signs": ("`*a* _b_ &lt;c&gt;`", "<code>*a* _b_ <c></code>"),
    "a lone backtick stays": ("it`s 5 o`", "it<code>s 5 o</code>"),
    "an unclosed backtick stays": ("a ` b", "a ` b"),
    "a fence": ("see\n```\nSELECT *a*\n```\nthen", "see<pre>SELECT *a*</pre>then"),
    "an unclosed fence stays": ("```SELECT 1", "```SELECT 1"),
    "a quote": ("> a\n> b\nc", "<blockquote>a\nb</blockquote>c"),
    "a quote that was typed": ("&gt; a", "<blockquote>a</blockquote>"),
    "a quote to the end": (">>> a\nb", "<blockquote>a\nb</blockquote>"),
    "a link": ("<https://a.example/x?y=1&amp;z=2|here &amp; now>", '<a href="https://a.example/x?y=1&z=2">here & now</a>'),
    "a bare link": ("see https://a.example/x.", 'see <a href="https://a.example/x">https://a.example/x</a>.'),
    "a link to script is words": ("<javascript:alert(1)|x>", "<javascript:alert(1)|x>"),
    "a person": ("<@U0BOB> <@U0BOB|x>", '<span class="mention">@bob</span> <span class="mention">@bob</span>'),
    "the reader": ("<@U0ALICE>", '<span class="mention me">@alice</span>'),
    "an unknown person": ("<@U0NOBODY>", '<span class="mention">@U0NOBODY</span>'),
    "a channel": ("<#C0OPS|other>", '<span class="mention">#starrocks-ops</span>'),
    "a user group": ("<!subteam^S0DBA|@x>", '<span class="mention">@dba-oncall</span>'),
    "everyone": ("<!everyone>", '<span class="mention loud">@everyone</span>'),
    "here, with a label": ("<!here|psst>", '<span class="mention loud">@here</span>'),
    "markup is words": ("<b>x</b>", "<b>x</b>"),
    "an empty text": ("", ""),
}


def test_words(page: Page) -> None:
    """All in one window: they are pure, and a window costs more than the words."""
    got = {name: shape(drawn(page, text)) for name, (text, _) in WORDS.items()}
    assert got == {name: wanted for name, (_, wanted) in WORDS.items()}


def test_markup_in_words_makes_no_element(page: Page) -> None:
    hostile = "&lt;img src=x onerror=alert(1)&gt; <img src=x> *<script>alert(1)</script>*"
    count = "([words]) => import('/page/mrkdwn.js').then((m) => { const box = document.createElement('div'); box.append(...m.mrkdwn(words)); return box.querySelectorAll('img, script').length; })"
    assert page.evaluate(count, [hostile]) == 0


# 2026-11-21T21:05:09Z, in Paris one hour later.
EPOCH = 1795295109
DATES = {
    "{date_num}": "2026-11-21",
    "{date}": "November 21st, 2026",
    "{date_short}": "Nov 21, 2026",
    "{date_long}": "Saturday, November 21st, 2026",
    "{time}": "22:05",
    "{time_secs}": "22:05:09",
    "on {date_num} at {time}": "on 2026-11-21 at 22:05",
}
# seconds from then to now, pattern -> words
RELATIVE = {
    (0, "{date_pretty}"): "today",
    (86_400, "{date_short_pretty} {time}"): "yesterday 22:05",
    (-86_400, "{date_long_pretty}"): "tomorrow",
    (9 * 86_400, "{date_pretty}"): "November 21st, 2026",
    (30, "{ago}"): "just now",
    (150, "{ago}"): "2 minutes ago",
    (3700, "{ago}"): "1 hour ago",
    (-7300, "{ago}"): "in 2 hours",
}


def test_every_date_token(page: Page) -> None:
    got = {pattern: re.sub("<.*?>", "", drawn(page, f"<!date^{EPOCH}^{pattern}|fallback>")) for pattern in DATES}
    assert got == DATES


def test_dates_near_now(page: Page) -> None:
    words = "([epoch, pattern, now]) => import('/page/dates.js').then((m) => m.dateWords(epoch, pattern, new Date(now * 1000)))"
    got = {(after, pattern): page.evaluate(words, [EPOCH, pattern, EPOCH + after]) for after, pattern in RELATIVE}
    assert got == RELATIVE


@pytest.mark.parametrize("date", ["<!date^soon^{time}|at noon>", f"<!date^{EPOCH}^{{century}}|at noon>", f"<!date^{EPOCH}|at noon>"])
def test_a_date_that_cannot_be_read_shows_its_fallback(page: Page, date: str) -> None:
    assert drawn(page, date) == "at noon"


def test_markdown(page: Page) -> None:
    text = "# Title\n\n- a **b**\n- `c`\n\n1. x\n\n> q\n\nsee [here](https://a.example) [bad](javascript:x)\n```sql\nSELECT 1\n```"
    got = shape(drawn(page, text, "markdown", "markdown"))
    assert got == (
        '<h4 class="md-h1">Title</h4><ul><li>a <strong>b</strong></li><li><code>c</code></li></ul><ol><li>x</li></ol>'
        '<blockquote>q</blockquote><p>see <a href="https://a.example">here</a> bad</p><pre>SELECT 1</pre>'
    )


def test_a_text_that_turns_the_direction_of_writing_stays_in_its_place(page: Page, stage: Stage) -> None:
    """U+202E (right-to-left override), left open inside code, must not reach the words that follow it."""
    ts = stage.post("`\u202eabc` tail")
    said = page.get_by_test_id(f"message-{ts}").locator(".said")
    expect(said).to_contain_text("tail")
    places = said.evaluate(
        """(node) => {
          const tail = document.createRange();
          tail.selectNodeContents(node.lastChild);
          return [node.querySelector("code").getBoundingClientRect().right, tail.getBoundingClientRect().left];
        }"""
    )
    assert places[0] <= places[1] + 0.5


def test_long_words_wrap(window: Any, stage: Stage) -> None:
    page = window(width=360, height=700)
    word = "x" * 600
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": word[:140]}},
        {"type": "section", "text": {"type": "mrkdwn", "text": f"{word} `{word}` ```{word}```"}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": word}, {"type": "mrkdwn", "text": word}]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": word}]},
    ]
    ts = stage.post(word, blocks)
    expect(page.get_by_test_id(f"message-{ts}")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    wide = "([name]) => [...document.querySelectorAll(`[data-testid='${name}'] *`)].filter((node) => node.getBoundingClientRect().right > innerWidth + 1).length"
    assert page.evaluate(wide, [f"message-{ts}"]) == 0
