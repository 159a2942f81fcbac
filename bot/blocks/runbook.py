"""What people do by hand, part by part, with every line to type."""

from collections.abc import Sequence
from datetime import datetime

from bot.blocks.layout import Block, clock, context, header, paragraph, preformatted, rich, section, space, words
from bot.escape import clip, mrkdwn, sentence
from bot.limits import fitted
from bot.message import Message
from policies.restoring import Group, Part


def restoring_message(group: Group, parts: Sequence[Part], seen_at: datetime) -> Message:
    """How a cluster's frontends come back from a copy of the metadata."""
    text = f"How people restore the metadata of {group.cluster}: nothing of it is done by the bot."
    if not parts:
        version = group.version or "this version"
        unknown = f"How {version} restores metadata is not known here: see administration/Meta_recovery in its manual."
        return fitted(Message(text=sentence(unknown), blocks=(section(mrkdwn(unknown)),)))
    blocks: list[Block] = [
        header(f"Restoring the metadata of {group.cluster}"),
        section("🧯 *For people*: the bot does nothing of this. It is the last resort, when no majority of frontends comes up."),
        *(_part(number, part) for number, part in enumerate(parts, start=1)),
        context(f"Frontends as seen {clock(seen_at)} · {mrkdwn(group.version)} · docs: administration/Meta_recovery"),
    ]
    return fitted(Message(text=sentence(clip(text, 240)), blocks=tuple(blocks)))


def _part(number: int, part: Part) -> Block:
    title = [*words(f"{number}. {part.title}", bold=True), space(" · "), *words(f"on {part.on}", italic=True)]
    return rich(paragraph(*title), paragraph(*words(part.words)), preformatted("\n".join(part.lines)))
