"""What a running operation shows: where it is, how far, how fast, and why nothing moves when nothing moves."""

from datetime import datetime
from itertools import groupby

from bot.blocks.layout import (
    Block,
    Element,
    bar,
    bullets,
    clock,
    paragraph,
    preformatted,
    rich,
    section,
    space,
    when,
    words,
)
from bot.blocks.phrases import plural
from bot.escape import clip, mrkdwn, sentence
from policies.operation import Operation, OperationState, Stall
from policies.plan import Plan, Step
from policies.units import in_bytes, in_count

_NEXT_GROUPS = 2
_MOST_STEPS = 16
_LONGEST = 600


def progress_blocks(operation: Operation, plan: Plan) -> list[Block]:
    """The bar with its numbers, what keeps us from looking, the stall with its cause, the steps."""
    return [
        section(progress_words(operation)),
        *trouble_blocks(operation),
        *stall_blocks(operation),
        *step_list(operation, plan),
    ]


def progress_words(operation: Operation, *, forecast: bool = True) -> str:
    """`▰▰▰▱▱▱▱▱▱▱ 34 %` and the sentence of the last look, rate and time left, and when that was."""
    memory = operation.memory
    if memory is None or memory.reading is None:
        return f"Looking at the cluster… · updated {clock(last_look(operation))}"
    reading = memory.reading
    shown = f"{bar(reading.share)} " if reading.share is not None else ""
    rate = f"\n{sentence(clip(memory.forecast, _LONGEST))}" if memory.forecast and forecast else ""
    return (
        f"{shown}{sentence(clip(reading.sentence, _LONGEST))}{rate} · updated {clock(last_look(operation))}"
    )


def last_look(operation: Operation) -> datetime:
    """When the shown numbers were read."""
    memory = operation.memory
    if memory is None:
        return operation.changed_at
    return max((memory.looked_at or operation.changed_at, *(sample.at for sample in memory.samples[-1:])))


def trouble_blocks(operation: Operation) -> list[Block]:
    if not operation.trouble:
        return []
    since = f" since {when(operation.trouble_since)}" if operation.trouble_since else ""
    said = sentence(clip(operation.trouble, _LONGEST))
    if operation.defective:
        calm = "What StarRocks has accepted goes on by itself; the bot tries again every minute."
        return [section(f"⚠️ *The bot cannot go on{since}.* {said} {calm}")]
    calm = "Nothing is lost: it goes on when the cluster answers."
    return [section(f"⚠️ *The cluster cannot be reached{since}.* {said} {calm}")]


def stall_blocks(operation: Operation) -> list[Block]:
    memory = operation.memory
    if memory is None or memory.stall is None:
        return []
    since = f" since {when(memory.stall_since)}" if memory.stall_since else ""
    return [section(f"🐌 *Nothing moves{since}.*"), rich(*stall_words(memory.stall))]


def stall_words(stall: Stall) -> list[Element]:
    """The cause, what a person can do, and tablets to look at."""
    parts = [paragraph(*words(clip(stall.sentence, _LONGEST)))]
    if stall.advice:
        parts.append(paragraph(*words("What to do:", bold=True), space(), *words(stall.advice)))
    if stall.examples:
        parts.append(preformatted("\n".join(clip(example, 120) for example in stall.examples[:5])))
    return parts


def position(operation: Operation, plan: Plan) -> str:
    """`step 2 of 3 · node 1 of 1`-style position, for the state line."""
    steps, at = plan.steps, min(operation.step, max(0, len(plan.steps) - 1))
    if not steps:
        return ""
    groups = plan.nodes_in_hand
    if operation.state is OperationState.UNDOING:
        about_node = steps[at].group in groups and not plan.about
        return f"{'node ' if about_node else ''}{mrkdwn(steps[at].group)}"
    counted = len(groups) > 1 and steps[at].group in groups
    node = f" · {plan.group_word} {groups.index(steps[at].group) + 1} of {len(groups)}" if counted else ""
    return f"step {at + 1} of {len(steps)}{node} · {mrkdwn(clip(steps[at].title, 200))}"


def step_list(operation: Operation, plan: Plan) -> list[Block]:
    """`✔` done, `●` in hand, `○` to come: the node in hand step by step, the others as one line each."""
    groups = [
        (name, list(enumerated))
        for name, enumerated in groupby(enumerate(plan.steps), key=lambda s: s[1].group)
    ]
    nodes = plan.nodes_in_hand
    done = [name for name, steps in groups if steps[-1][0] < operation.step and name in nodes]
    coming = [name for name, steps in groups if steps[0][0] > operation.step and name in nodes]
    counted = "Done" if plan.about and len(nodes) == 1 else f"{plural(len(done), plan.group_word)} done"
    items = [words(f"✔ {counted}: {', '.join(done[-3:])}")] if done else []
    for _, steps in groups:
        if steps[0][0] <= operation.step <= steps[-1][0]:
            items += _around(operation, steps)
    items += [words(f"○ {name}") for name in coming[:_NEXT_GROUPS]]
    if len(coming) > _NEXT_GROUPS:
        items.append(words(f"○ …and {plural(len(coming) - _NEXT_GROUPS, f'more {plan.group_word}')}"))
    return [rich(bullets(items))] if items else []


def _around(operation: Operation, steps: list[tuple[int, Step]]) -> list[list[Element]]:
    """The steps of a group; of a long one those near the step in hand, with how many lie before and after."""
    first, last = (steps[0][0], steps[-1][0]) if len(steps) <= _MOST_STEPS else (operation.step - 3, operation.step + 6)
    before, after = sum(number < first for number, _ in steps), sum(number > last for number, _ in steps)
    shown = [words(f"{_mark(operation, number)} {clip(step.title, 200)}") for number, step in steps if first <= number <= last]
    head = [words(f"✔ {plural(before, 'step')} done")] if before else []
    return [*head, *shown, *([words(f"○ …and {plural(after, 'more step')}")] if after else [])]


def _mark(operation: Operation, number: int) -> str:
    return "✔" if number < operation.step else "●" if number == operation.step else "○"


def moved_words(operation: Operation) -> str:
    """`51,602 tablets (218.0 GB) have moved and stay moved`, or that none has."""
    memory = operation.memory
    if memory is None or memory.peak is None or not memory.samples:
        return "What has moved already stays moved."
    tablets = memory.peak.tablets - memory.samples[-1].tablets
    size = memory.peak.data_bytes - memory.samples[-1].data_bytes
    if tablets <= 0:
        return "No tablet has moved yet."
    return f"{in_count(tablets)} tablets ({in_bytes(max(0, size))}) have moved and stay moved."


def step_in_hand(operation: Operation, plan: Plan | None) -> Step | None:
    if plan is None or not 0 <= operation.step < len(plan.steps):
        return None
    return plan.steps[operation.step]


def gone_nodes(operation: Operation, plan: Plan | None) -> list[str]:
    """Nodes whose steps are all over: no abort brings them back."""
    if plan is None:
        return []
    ends = {step.group: number for number, step in enumerate(plan.steps)}
    return [group for group, last in ends.items() if last < operation.step]
