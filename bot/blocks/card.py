"""The card: the parent message of an operation. It always says the truth now; the thread below it is the log."""

from collections.abc import Callable
from datetime import UTC, datetime

from bot.blocks.checklist import signature_words
from bot.blocks.choices import choices
from bot.blocks.follow_ups import done_words
from bot.blocks.holder import Holder
from bot.blocks.layout import Block, context, header, mention, rich, section, utc, when, words
from bot.blocks.phrases import STATE_WORDS, state_words, title_of
from bot.blocks.plan_card import copy_banner, finding_blocks, plan_blocks, reason_block, step_blocks
from bot.blocks.progress import (
    position,
    progress_blocks,
    progress_words,
    stall_blocks,
    step_list,
    trouble_blocks,
)
from bot.escape import clip, clip_escaped, code, mrkdwn, sentence
from bot.limits import fitted
from bot.message import Message
from policies.operation import Operation, OperationState, Snapshot, Vote
from policies.plan import Plan
from policies.units import in_bytes, in_count, in_time

S = OperationState
_LONGEST_REASON = 1_500
_WHAT_TO_CHOOSE = (
    "*Retry* looks at the cluster again and goes on. *Abort* undoes what can be undone for the node in hand. "
    "*Close* leaves everything as it is and frees the cluster."
)


def card(snapshot: Snapshot, holder: Holder | None = None) -> Message:
    """The card as it should stand now. `holder` says who has the cluster while this operation is queued."""
    operation, plan = snapshot.operation, snapshot.plan
    blocks: list[Block] = [
        header(title_of(operation, plan)),
        section(state_line(operation, plan)),
        *_banner(operation, plan),
        *_BODIES[operation.state](operation, plan, holder),
        *choices(operation, plan),
        context(*trail(operation)),
    ]
    return fitted(Message(text=fallback(operation, plan), blocks=tuple(blocks)))


def fallback(operation: Operation, plan: Plan | None) -> str:
    """The card as one sentence: the notification, the search text, what a screen reader says."""
    emoji, word = STATE_WORDS[operation.state]
    parts = [f"{emoji} {clip(title_of(operation, plan), 120)}: {word.lower()}"]
    if operation.state is S.AWAITING_APPROVAL:
        until = f" until {utc(operation.expires_at)}" if operation.expires_at else ""
        parts.append(
            f"{until} ({_approvals(operation)}), asked by {operation.request.requester.name or 'a person'}"
        )
    elif operation.state is S.HALTED and operation.halted_because:
        parts.append(f": {operation.halted_because.rstrip('.')}")
    return clip_escaped(sentence(clip("".join(parts), 270)), 295) + "."


def state_line(operation: Operation, plan: Plan | None) -> str:
    """Emoji, word and the one fact that matters most in this state."""
    return " · ".join(part for part in (state_words(operation.state), _state_fact(operation, plan)) if part)


def _state_fact(operation: Operation, plan: Plan | None) -> str:
    match operation.state:
        case S.AWAITING_APPROVAL:
            expiry = f" · expires {when(operation.expires_at)}" if operation.expires_at else ""
            unsigned = " · checklist not signed yet" if operation.unsigned else ""
            return f"{_approvals(operation)}{unsigned}{expiry}"
        case S.RUNNING | S.PAUSED | S.HALTED | S.UNDOING:
            return position(operation, plan) if plan else ""
        case S.DONE | S.UNDONE | S.CLOSED:
            return _duration(operation)
        case S.DRAFTING:
            return "looking at the cluster"
        case S.QUEUED:
            return "starts by itself"
        case _:
            return "nothing was changed"


def _approvals(operation: Operation) -> str:
    return f"{len(standing_votes(operation))} of {operation.quorum} approvals"


def standing_votes(operation: Operation) -> list[Vote]:
    """One vote for each person who approved the plan that is on the card."""
    by_person = {
        (v.person.team, v.person.id): v for v in reversed(operation.votes) if v.digest == operation.digest
    }
    return sorted(by_person.values(), key=lambda vote: vote.at)


def _duration(operation: Operation) -> str:
    if operation.started_at is None or operation.ended_at is None:
        return ""
    return f"after {in_time(operation.ended_at - operation.started_at)}"


def trail(operation: Operation) -> list[str]:
    """Who asked, who approved, when: these lines stay for ever."""
    lines = [f"Asked by {mention(operation.request.requester)} {when(operation.request.asked_at)}"]
    if operation.checklist:
        lines.append(signature_words(operation))
    votes = [f"{mention(vote.person)} at {when(vote.at)}" for vote in standing_votes(operation)]
    if votes:
        lines.append(f"Approved by {', '.join(votes)}")
    if operation.started_at:
        lines.append(f"Started {when(operation.started_at)}")
    if operation.ended_at:
        by = f" by {mention(operation.ended_by)}" if operation.ended_by else ""
        why = f": {mrkdwn(clip(operation.ended_because, 200))}" if operation.ended_because else ""
        lines.append(f"{STATE_WORDS[operation.state][1]}{by} {when(operation.ended_at)}{why}")
    if operation.follow_ups is not None:
        lines.append(done_words(operation))
    revision = f" · plan revision {operation.revision}" if operation.revision else ""
    digest = f" · {code(operation.digest[:12])}" if operation.digest else ""
    return [*lines, f"{code(operation.id)} on {mrkdwn(operation.cluster)}{revision}{digest}"]


def _banner(operation: Operation, plan: Plan | None) -> list[Block]:
    return [] if operation.state.terminal else copy_banner(plan, operation.step)


def _awaiting(operation: Operation, plan: Plan | None, holder: Holder | None) -> list[Block]:
    return [
        *(plan_blocks(plan) if plan else reason_block(operation.request.reason)),
        *trouble_blocks(operation),
    ]


def _queued(operation: Operation, plan: Plan | None, holder: Holder | None) -> list[Block]:
    behind = holder.operation if holder else operation.queued_behind
    title = f" ({mrkdwn(clip(holder.title, 150))})" if holder and holder.title else ""
    since = f" since {when(_at(holder.since))}" if holder and holder.since else ""
    said = f"The cluster belongs to {code(behind)}{title}{since}. Type `/sr show {mrkdwn(behind)}` to see it."
    return [section(said), *_awaiting(operation, plan, holder)]


def _undoing(operation: Operation, plan: Plan | None, holder: Holder | None) -> list[Block]:
    return [section(progress_words(operation, forecast=False)), *trouble_blocks(operation)]


def _running(operation: Operation, plan: Plan | None, holder: Holder | None) -> list[Block]:
    return progress_blocks(operation, plan) if plan else []


def _paused(operation: Operation, plan: Plan | None, holder: Holder | None) -> list[Block]:
    said = "No further statement is sent until somebody resumes it. What StarRocks has accepted goes on by itself."
    lent = " What is lent is held meanwhile." if operation.leased else ""
    return [section(f"{said}{lent}"), *_running(operation, plan, holder)]


def _halted(operation: Operation, plan: Plan | None, holder: Holder | None) -> list[Block]:
    why = rich(
        {"type": "rich_text_quote", "elements": words(clip(operation.halted_because, _LONGEST_REASON))}
    )
    blocks: list[Block] = [why] if operation.halted_because else []
    if operation.memory is not None and operation.memory.reading is not None:
        blocks.append(section(progress_words(operation, forecast=False)))
    blocks += [
        *trouble_blocks(operation),
        *stall_blocks(operation),
        *(step_list(operation, plan) if plan else []),
    ]
    return [*blocks, context(_WHAT_TO_CHOOSE)]


def _refused(operation: Operation, plan: Plan | None, holder: Holder | None) -> list[Block]:
    return [*reason_block(operation.request.reason), *(finding_blocks(plan.findings) if plan else [])]


def _kept(operation: Operation, plan: Plan | None, holder: Holder | None) -> list[Block]:
    """A plan that never ran stays readable."""
    return [
        *reason_block(operation.request.reason),
        *(step_blocks(plan, "What would have run") if plan else []),
    ]


def _ended(operation: Operation, plan: Plan | None, holder: Holder | None) -> list[Block]:
    blocks = reason_block(operation.request.reason)
    if plan is not None:
        if operation.state is S.DONE and plan.tablets_to_move:
            moved = f"{in_count(plan.tablets_to_move)} tablets, {in_bytes(plan.bytes_to_move)} were planned to move."
            blocks.append(section(moved))
        blocks += step_list(operation, plan)
    if operation.halted_because:
        said = words(clip(f"It had stopped: {operation.halted_because}", _LONGEST_REASON))
        blocks.append(rich({"type": "rich_text_quote", "elements": said}))
    return blocks


def _drafting(operation: Operation, plan: Plan | None, holder: Holder | None) -> list[Block]:
    return [*reason_block(operation.request.reason), *trouble_blocks(operation)]


def _at(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


_BODIES: dict[OperationState, Callable[[Operation, Plan | None, Holder | None], list[Block]]] = {
    S.DRAFTING: _drafting,
    S.REFUSED: _refused,
    S.AWAITING_APPROVAL: _awaiting,
    S.REJECTED: _kept,
    S.EXPIRED: _kept,
    S.CANCELLED: _kept,
    S.QUEUED: _queued,
    S.RUNNING: _running,
    S.PAUSED: _paused,
    S.HALTED: _halted,
    S.UNDOING: _undoing,
    S.UNDONE: _ended,
    S.CLOSED: _ended,
    S.DONE: _ended,
}
