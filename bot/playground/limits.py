"""What Slack accepts of a message as a whole, as numbers; and the kinds of rule that `block_shapes` is written in.

Sources: docs.slack.dev (Block Kit reference: each block, element and composition object; blocks.json for surfaces),
slack_sdk 3.47 models (the constants ending in `_max_length`), and where said, reports of people who measured.
"""

from dataclasses import dataclass, field

# -- a message as a whole

MESSAGE_BLOCKS_MOST = 50
VIEW_BLOCKS_MOST = 100
# Not documented; about 13,200 characters were measured before msg_blocks_too_long (slackapi/bolt-js #2509, #2867:
# "12,000 text characters with a buffer for block containers").
TOTAL_TEXT_MOST = 13_200
TOTAL_TEXT_SAFE = 12_000
# chat.postMessage cuts longer texts silently (docs: truncating content).
POST_TEXT_CUT = 40_000
# chat.update counts bytes after escaping and refuses (report of GitLab's Slack integration).
UPDATE_TEXT_BYTES_MOST = 4_000
MARKDOWN_TEXT_MOST = 12_000  # all markdown blocks of a message together (docs: markdown block)
# docs: table block, and users' threads about empty cells and the character sum
TABLES_MOST, TABLE_ROWS_MOST, TABLE_COLUMNS_MOST, TABLE_TEXT_MOST = 1, 100, 20, 10_000
VIEW_STACK_MOST = 3
BLOCK_ID_MOST = ACTION_ID_MOST = 255

# -- the kinds of rule a field can have


@dataclass(frozen=True)
class Text:
    """A text object of one of `kinds`, at most `most` characters."""

    most: int
    kinds: tuple[str, ...] = ("plain_text", "mrkdwn")


@dataclass(frozen=True)
class Str:
    """A string of `least` to `most` characters, perhaps out of a list, perhaps a web address."""

    most: int = 3000
    least: int = 1
    one_of: tuple[str, ...] = ()
    url: bool = False


@dataclass(frozen=True)
class Flag:
    """True or false."""


@dataclass(frozen=True)
class Number:
    """A whole number, or a string of digits where Slack takes one."""


@dataclass(frozen=True)
class One:
    """One nested object, whose `type` is among `of` (or the only one named, if that has no type)."""

    of: tuple[str, ...]


@dataclass(frozen=True)
class Many:
    """A list of such objects."""

    of: tuple[str, ...]
    most: int
    least: int = 1


@dataclass(frozen=True)
class Free:
    """Not checked further."""


Rule = Text | Str | Flag | Number | One | Many | Free


@dataclass(frozen=True)
class Shape:
    """An object: its fields, those it must have, those of which it needs one. `typed` objects carry `type`."""

    fields: dict[str, Rule] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    typed: bool = True
    # A shape whose fields we do not all know lets others pass instead of inventing a refusal.
    loose: bool = False
