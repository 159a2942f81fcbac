"""Typed text to words: quotes, look-alike characters and Slack's automatic links taken care of."""

import re

from bot.escape import plain
from policies.record import Record

# Phones and word processors type these instead of " and ' (Unicode: quotation marks, primes).
_STRAIGHT = str.maketrans(
    {
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02", '"'),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\uff07", "'"),
        **{"\uff0c": ",", "\u3001": ",", "\uff1a": ":", "\uff1d": "=", "\u3000": " "},
    }
)
# Slack escapes these three in what a person types (docs: slash commands, "escape channels, users and links").
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_LINK = re.compile(r"<(?:https?://|mailto:|tcp://)?([^<>|@#!][^<>|]*)(?:\|([^<>]*))?>", re.IGNORECASE)
# Any name before a quoted text counts as a key, so that a misspelt `reson="disk full"` is seen as one word.
_KEY = re.compile(r"(reason|cluster)\s*[=:]\s*|([A-Za-z][A-Za-z_-]{0,30})\s*=\s*(?=[\"'])", re.IGNORECASE)
_QUOTED = re.compile(r"(?P<quote>[\"'])(?P<text>.*?)(?P=quote)(?=[\s,]|$)")
_SCHEME = re.compile(r"^(?:https?|tcp)://", re.IGNORECASE)
_BARE = re.compile(r"\S+")


class Word(Record):
    """One word or one quoted text; `key` is `reason` in `reason="…"`."""

    text: str
    key: str = ""
    quoted: bool = False


class UnclosedQuoteError(ValueError):
    """A quote was opened and never closed; `closed` is the same text with the quote at its end."""

    def __init__(self, text: str, quote: str) -> None:
        super().__init__(text)
        self.closed = text.rstrip() + quote


def tidied(text: str) -> str:
    """What a person typed, with straight quotes, plain spaces and nothing unseen, on one line."""
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return plain(text.translate(_STRAIGHT))


def split(text: str) -> list[Word]:
    """The words of a tidied text, in order; raises UnclosedQuoteError."""
    words: list[Word] = []
    at = 0
    while at < len(text):
        if text[at] in " ,":
            at += 1
            continue
        key = _KEY.match(text, at)
        at = key.end() if key else at
        word, at = _value(text, at, (key.group(1) or key.group(2)).lower() if key else "")
        words.extend(word)
    return words


def _value(text: str, at: int, key: str) -> tuple[list[Word], int]:
    """The word or quoted text that starts at `at`, and where it ends. Commas part bare words, as in a list of hosts."""
    if text[at : at + 1] in ('"', "'"):
        quoted = _QUOTED.match(text, at)
        if quoted is None:
            raise UnclosedQuoteError(text, text[at])
        return [Word(text=quoted.group("text").strip(), key=key, quoted=True)], quoted.end()
    bare = _BARE.match(text, at)
    if bare is None:
        return [Word(text="", key=key)], at
    if key:
        return [Word(text=bare.group(), key=key)], bare.end()
    text = unlinked(bare.group())
    if "=" in text.partition(",")[0]:
        # The list belongs to the option: in `rebuild=a:1,b:1` the second host is no target of its own.
        return [Word(text=text)], bare.end()
    return [Word(text=part) for part in text.split(",") if part], bare.end()


def unlinked(word: str) -> str:
    """What the person typed before Slack made a link of it: `<http://a:9050|a:9050>` becomes `a:9050`."""
    plain_word = _LINK.sub(lambda link: link.group(2) or link.group(1), word).strip("`")
    return _SCHEME.sub("", plain_word).rstrip("/")
