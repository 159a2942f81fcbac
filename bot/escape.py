"""Text that somebody else wrote, made inert before Slack sees it.

Slack reads three characters as markup everywhere (`&`, `<`, `>`: docs "Escaping text") and, in mrkdwn, also `*`, `_`,
`~`, backtick, line breaks and `:names:`. Characters that nobody sees (bidi controls, zero width) can make a text read
differently from what it is ("Trojan Source", CVE-2021-42574), so they are dropped everywhere.
"""

import re
import unicodedata

_SPACES = re.compile(
    r"[\s\u00a0\u1680\u115f\u1160\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000\u3164\uffa0]+"
)
_LINE_BREAKS = re.compile(r"\r\n|[\r\n\v\f\x85\u2028\u2029]")
# Cc control, Cf format (bidi, zero width, soft hyphen), Cs lone surrogates (not encodable), Co private, Cn unassigned.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_MARK_PILE = re.compile(r"(?:[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]){3,}")
_REFERENCE = re.compile(r"<([@#!])([^<>|]*)(?:\|([^<>]*))?>")
_CODE_SPAN = re.compile(r"`([^`]+)`")
_EMOJI_NAME = re.compile(r"(?<![A-Za-z0-9]):(?=[a-z0-9_+'-]+:)", re.IGNORECASE)
_EDGE_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
# Look-alikes keep the text readable; an inserted zero-width character would travel into whatever copies it.
_LOOK_ALIKES = str.maketrans({"*": "\u2217", "~": "\u223c", "`": "\u02cb"})


def plain(text: str, *, lines: bool = False) -> str:
    """The text without unseen characters, on one line (or several, if `lines`): for plain_text and rich_text."""
    if lines:
        kept = [plain(line) for line in _LINE_BREAKS.sub("\n", text).split("\n")]
        return "\n".join(kept).strip("\n")
    seen = "".join(one for one in text if one.isspace() or unicodedata.category(one) not in _UNSEEN)
    return _MARK_PILE.sub(lambda pile: pile.group()[:2], _SPACES.sub(" ", seen)).strip()


def readable(text: str, *, lines: bool = False) -> str:
    """`plain`, with Slack's references in words: `<@U012|bob>` becomes `@bob`, `<!channel>` becomes `@channel`."""
    return plain(_REFERENCE.sub(_reference_in_words, text), lines=lines)


def _reference_in_words(found: re.Match[str]) -> str:
    sigil, target, label = found.group(1), found.group(2), found.group(3) or ""
    name = (label or target).lstrip("@#")
    return ("#" if sigil == "#" else "@") + name


def entities(text: str) -> str:
    """`&`, `<` and `>` as Slack wants them, in this order."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def mrkdwn(text: str) -> str:
    """Untrusted text as inert mrkdwn on one line: nothing mentions, links, formats or turns into an emoji."""
    inert = plain(text).translate(_LOOK_ALIKES)
    inert = _EDGE_UNDERSCORE.sub("\u02cd", inert)
    return entities(_EMOJI_NAME.sub("\u2236", inert))


def code(text: str) -> str:
    """Untrusted text as inline code, with its backticks around it; an empty text becomes a dash."""
    return f"`{entities(plain(text).replace('`', chr(0x2CB))) or '-'}`"


def sentence(text: str) -> str:
    """A sentence of ours that quotes untrusted values between backticks: those become code, all the rest is inert."""
    pieces = _CODE_SPAN.split(plain(text))
    return "".join(code(piece) if at % 2 else _inert_piece(piece) for at, piece in enumerate(pieces) if piece)


def _inert_piece(piece: str) -> str:
    """`mrkdwn` trims; the blanks around a code span must stay."""
    lead, trail = piece[: len(piece) - len(piece.lstrip())], piece[len(piece.rstrip()) :]
    return f"{lead}{mrkdwn(piece)}{trail if piece.strip() else ''}"


def clip(text: str, most: int) -> str:
    """At most `most` characters, the last one `…` when something was cut. Clip first, escape afterwards."""
    return text if len(text) <= most else text[: max(0, most - 1)].rstrip() + "…"


def clip_escaped(text: str, most: int) -> str:
    """`clip` for text that is escaped already: never cuts through `&amp;`, a `<…>` token or an inline code span."""
    if len(text) <= most:
        return text
    cut = text[: max(0, most - 2)]
    for opening, closing in (("&", ";"), ("<", ">")):
        start = cut.rfind(opening)
        if start > cut.rfind(closing):
            cut = cut[:start]
    closing_mark = "`" if cut.rpartition("\n")[2].count("`") % 2 else ""
    return f"{cut.rstrip()}…{closing_mark}"
