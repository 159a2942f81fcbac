"""Block Kit pieces as plain data. Only the classic set, which every client, export and bridge shows.

mrkdwn arguments are ours or escaped already (bot.escape); plain and rich-text arguments are taken literally by Slack.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from bot.escape import clip, clip_escaped, code, mrkdwn, plain
from policies.request import Person

Block = dict[str, object]
Element = dict[str, object]

WIDEST = 60
"""Columns of preformatted text that a phone shows without scrolling far (UX rule 6)."""

BAR_CELLS = 10
_USER_ID = re.compile(r"[UW][A-Z0-9]{2,30}")
_CODE_SPAN = re.compile(r"`([^`]+)`")


def header(text: str) -> Block:
    # emoji off: a `:name:` inside a title stays text.
    return {"type": "header", "text": {"type": "plain_text", "text": clip(plain(text), 150), "emoji": False}}


def section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": clip_escaped(text, 3000)}}


def fields(pairs: Iterable[tuple[str, str]]) -> Block:
    """Two columns of a bold name over its value; values are escaped mrkdwn."""
    texts = [clip_escaped(f"*{name}*\n{value}", 2000) for name, value in pairs]
    return {"type": "section", "fields": [{"type": "mrkdwn", "text": text} for text in texts[:10]]}


def context(*texts: str) -> Block:
    shown = [text for text in texts if text][:10]
    return {
        "type": "context",
        "elements": [{"type": "mrkdwn", "text": clip_escaped(text, 2000)} for text in shown],
    }


def divider() -> Block:
    return {"type": "divider"}


def rich(*parts: Element) -> Block:
    return {"type": "rich_text", "elements": list(parts)}


def paragraph(*elements: Element) -> Element:
    return {"type": "rich_text_section", "elements": list(elements)}


def preformatted(text: str) -> Element:
    return {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": plain_block(text)}]}


def bullets(items: Sequence[Sequence[Element]]) -> Element:
    elements = [paragraph(*item) for item in items]
    return {"type": "rich_text_list", "style": "bullet", "elements": elements}


def words(text: str, *, bold: bool = False, italic: bool = False) -> list[Element]:
    """A sentence as literal rich text; what stands between backticks becomes code."""
    style = {name: True for name, on in (("bold", bold), ("italic", italic)) if on}
    elements: list[Element] = []
    for at, piece in enumerate(_CODE_SPAN.split(plain(text))):
        if not piece:
            continue
        piece_style = {**style, "code": True} if at % 2 else style
        elements.append({"type": "text", "text": piece, **({"style": piece_style} if piece_style else {})})
    return elements or [{"type": "text", "text": " "}]


def space(text: str = " ") -> Element:
    """Literal text that `words` would trim: separators between elements."""
    return {"type": "text", "text": text}


def plain_block(text: str) -> str:
    """Lines for preformatted text: unseen characters dropped, alignment kept."""
    lines = [" " * (len(line) - len(line.lstrip(" "))) + _aligned(line) for line in text.splitlines()]
    return "\n".join(lines) or " "


def _aligned(line: str) -> str:
    """`plain` would collapse runs of spaces, which align tables."""
    return re.sub(r"\S+", lambda word: plain(word.group()), line).strip(" ")


def when(at: datetime, form: str = "{date_short_pretty} {time_secs}") -> str:
    """A time that each reader sees in local time, with UTC for clients that cannot."""
    return f"<!date^{int(at.timestamp())}^{form}|{utc(at)}>"


def clock(at: datetime) -> str:
    """Only the time of day, for `updated …`."""
    return f"<!date^{int(at.timestamp())}^{{time_secs}}|{at.astimezone(UTC):%H:%M:%S} UTC>"


def utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def mention(person: Person) -> str:
    """A person by id, which cannot be forged the way a display name can. On a card: edits notify nobody."""
    return f"<@{person.id}>" if _USER_ID.fullmatch(person.id) else code(person.id)


def named(person: Person) -> str:
    """A person in words, for replies: nobody is notified of a click of their own."""
    return f"@{mrkdwn(person.name)}" if plain(person.name) else mrkdwn(person.id)


def bar(share: float) -> str:
    """`▰▰▰▱▱▱▱▱▱▱ 34 %` in code style; full only when everything is done."""
    done = min(1.0, max(0.0, share))
    cells = int(done * BAR_CELLS)
    return f"`{'▰' * cells}{'▱' * (BAR_CELLS - cells)} {int(done * 100)} %`"


def columns(rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()) -> str:
    """Rows as aligned text, two spaces apart; the first row is the heading. `right` names right-aligned columns."""
    if not rows:
        return ""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]

    def line(row: Sequence[str]) -> str:
        cells = [
            cell.rjust(widths[at]) if at in right else cell.ljust(widths[at]) for at, cell in enumerate(row)
        ]
        return "  ".join(cells).rstrip()

    return "\n".join(line(row) for row in rows)


def narrow(text: str, most: int) -> str:
    """A long name with its middle folded: both its beginning and its port stay readable."""
    shown = plain(text)
    if len(shown) <= most:
        return shown
    tail = (most - 1) // 2
    return f"{shown[: most - 1 - tail]}…{shown[-tail:]}"
