"""The thread: one reply for each thing that happened. A reply is never edited, but for the one that has
follow-ups to sign; the card above says the truth now.
"""

import re

from bot.blocks.follow_ups import follow_ups_message
from bot.blocks.layout import Block, Element, bullets, mention, named, preformatted, rich, section, words
from bot.blocks.phrases import span_words, title_of
from bot.blocks.progress import stall_words
from bot.escape import clip, clip_escaped, sentence
from bot.limits import fitted
from bot.message import Message
from policies.operation import Event, EventKind, Operation, Snapshot
from policies.units import in_bytes, in_count, in_time

E = EventKind

EMOJI: dict[EventKind, str] = {
    E.REFUSED: "⛔",
    E.VOTED: "👍",
    E.REJECTED: "🚫",
    E.EXPIRED: "⌛",
    E.CANCELLED: "🗑️",
    E.REPLANNED: "🔁",
    E.QUEUED: "🚦",
    E.STARTED: "▶️",
    E.ACTED: "⚙️",
    E.ASKED: "🙋",
    E.STEP_DONE: "✔️",
    E.STALLED: "🐌",
    E.MOVING_AGAIN: "🏃",
    E.OBSERVED: "👁️",
    E.PAUSED: "⏸️",
    E.RESUMED: "▶️",
    E.HALTED: "🛑",
    E.RETRIED: "🔁",
    E.SKIPPED: "⏭️",
    E.UNDOING: "↩️",
    E.UNDONE: "↩️",
    E.CLOSED: "⏹️",
    E.DONE: "✅",
    E.SIGNED: "✍️",
    E.FOLLOW_UPS: "📎",
}
"""What is told, and its sign. REQUESTED and PLANNED are missing: the card itself tells them; FOLLOWED_UP changes an earlier
reply (bot.notifier).
"""

CALLS_THE_REQUESTER = frozenset(
    {E.REFUSED, E.REJECTED, E.EXPIRED, E.REPLANNED, E.ASKED, E.HALTED, E.UNDONE, E.CLOSED, E.DONE}
)
"""Only what needs a person, or is the end; everything else can wait until somebody looks."""

_STATEMENT = re.compile(r"(?:ALTER SYSTEM|CANCEL DECOMMISSION|ADMIN SET|ADMIN REPAIR|ALTER MATERIALIZED|ADD|DELETE|SHOW) \S")
_MOST_DETAILS = 20
_LONGEST = 600


def reply(snapshot: Snapshot, event: Event) -> Message | None:
    """The reply for one event, or None for an event that is not told."""
    emoji = EMOJI.get(event.kind)
    if emoji is None:
        return None
    operation = snapshot.operation
    if event.kind is E.FOLLOW_UPS:
        return follow_ups_message(operation)
    waits = event.kind is E.PAUSED and event.by is None  # The plan itself has people look here.
    calls = (waits or event.kind in CALLS_THE_REQUESTER) and not _is_own_doing(operation, event)
    call = f"{mention(operation.request.requester)} " if calls else ""
    by = f" · by {named(event.by)}" if event.by else ""
    blocks: list[Block] = [
        section(f"{call}{emoji} {sentence(clip(event.sentence, 1_500))}{by}"),
        *_stall(operation, event),
        *_details(event),
        *_facts(snapshot, event),
    ]
    return fitted(Message(text=_fallback(operation, event, emoji, by), blocks=tuple(blocks)))


def _fallback(operation: Operation, event: Event, emoji: str, by: str) -> str:
    said = f"{emoji} {clip(title_of(operation), 100)}: {clip(event.sentence, 130)}"
    return clip_escaped(f"{sentence(said)}{by}", 300)


def _is_own_doing(operation: Operation, event: Event) -> bool:
    return event.by is not None and event.by.same_as(operation.request.requester)


def _details(event: Event) -> list[Block]:
    """Statements as code, everything else as a list; both literal."""
    asked = event.kind is E.ASKED  # Then every line is one to copy.
    statements = [line for line in event.details if asked or _STATEMENT.match(line)]
    others = [line for line in event.details if not asked and not _STATEMENT.match(line)]
    hidden = len(others) - _MOST_DETAILS
    items = [words(clip(line, _LONGEST)) for line in others[:_MOST_DETAILS]]
    if hidden > 0:
        items.append(words(f"…and {hidden} more"))
    parts: list[Element] = [bullets(items)] if items else []
    if statements:
        parts.append(preformatted("\n".join(clip(line, _LONGEST) for line in statements)))
    return [rich(*parts)] if parts else []


def _stall(operation: Operation, event: Event) -> list[Block]:
    """The cause and what to do, where the event itself does not carry them already."""
    memory = operation.memory
    if event.kind is not E.STALLED or event.details or memory is None or memory.stall is None:
        return []
    return [rich(*stall_words(memory.stall))]


def _facts(snapshot: Snapshot, event: Event) -> list[Block]:
    """The numbers of the end: how long, how much."""
    if event.kind not in (E.DONE, E.UNDONE, E.CLOSED):
        return []
    operation, plan = snapshot.operation, snapshot.plan
    facts = []
    if operation.started_at is not None:
        facts.append(f"Duration: {in_time((operation.ended_at or event.at) - operation.started_at)}")
    if plan is not None and event.kind is E.DONE and plan.tablets_to_move:
        facts.append(
            f"Moved: {in_count(plan.tablets_to_move)} tablets, {in_bytes(plan.bytes_to_move)} by the plan"
        )
    if plan is not None and event.kind is E.DONE and plan.estimate.low_s is not None and plan.estimate.high_s is not None:
        said = span_words(plan.estimate.low_s, plan.estimate.high_s, measured=plan.estimate.drains > 0)
        facts.append(f"Estimated before: {said}")
    told = {line.partition(":")[0] for line in event.details}
    items = [words(fact) for fact in facts if fact.partition(":")[0] not in told]
    return [rich(bullets(items))] if items else []

