"""The plan as blocks: what was checked, what will run, where the data goes, how long, how to undo it."""

from collections.abc import Sequence
from itertools import groupby

from bot.blocks.checklist import checklist_blocks
from bot.blocks.layout import (
    Block,
    Element,
    bullets,
    context,
    fields,
    paragraph,
    preformatted,
    rich,
    section,
    space,
    words,
)
from bot.blocks.phrases import estimate_words, plural
from bot.blocks.room_table import room_text
from bot.escape import clip, mrkdwn, sentence
from policies.acts import AskPerson, HostAct
from policies.awaited import BackendDrained
from policies.packages import StagePackages
from policies.plan import Finding, Plan, Step, Verdict
from policies.statements import statement_of
from policies.units import in_bytes, in_count, in_list

GROUPS_IN_FULL = 2
STEPS_IN_FULL = 16
MOST_STATEMENTS = 40
# Together these leave room for the steps, which must be on the card that is approved.
MOST_FINDINGS = 10
_LONGEST_FINDING, _LONGEST_ADVICE = 350, 250
_SIGNS = {Verdict.BLOCK: "⛔", Verdict.WARN: "⚠️", Verdict.OK: "✅"}


def plan_blocks(plan: Plan, title: str = "What will run") -> list[Block]:
    """Everything an approver needs, the worst news first."""
    return [
        *reason_block(plan.reason),
        summary(plan),
        *finding_blocks(plan.findings),
        *prepare_blocks(plan),
        *checklist_blocks(plan),
        *step_blocks(plan, title),
        *room_blocks(plan),
        *undo_blocks(plan),
    ]


def reason_block(reason: str) -> list[Block]:
    """The requester's own words, literally: rich text neither mentions nor formats."""
    if not reason:
        return []
    return [
        rich({"type": "rich_text_quote", "elements": words(f"Reason: {clip(reason, 300)}".replace("`", "'"))})
    ]


def summary(plan: Plan) -> Block:
    moves = f"{in_count(plan.tablets_to_move)} tablets, {in_bytes(plan.bytes_to_move)}"
    nodes = in_list([str(target) for target in plan.targets], 6)
    return fields(
        [
            ("About" if plan.about else "Nodes", mrkdwn(plan.about or nodes) or "every frontend"),
            ("Data to move", moves if plan.tablets_to_move or plan.bytes_to_move else "none"),
            ("Time", mrkdwn(clip(estimate_words(plan.estimate), 600))),
            ("Checks", check_counts(plan.findings)),
        ]
    )


def check_counts(findings: Sequence[Finding]) -> str:
    """`9 passed, 1 warning`."""
    count = {verdict: sum(f.verdict is verdict for f in findings) for verdict in Verdict}
    parts = [f"{count[Verdict.OK]} passed"]
    if count[Verdict.WARN]:
        parts.append(plural(count[Verdict.WARN], "warning"))
    if count[Verdict.BLOCK]:
        parts.insert(0, f"{count[Verdict.BLOCK]} blocking")
    return ", ".join(parts)


def finding_blocks(findings: Sequence[Finding], most: int = MOST_FINDINGS) -> list[Block]:
    """What blocks and what warns, each with its advice; what is fine folds into one line of names."""
    bad = [f for verdict in (Verdict.BLOCK, Verdict.WARN) for f in findings if f.verdict is verdict]
    bad += [f for f in findings if f.verdict is Verdict.OK and f.told]
    blocks: list[Block] = []
    if bad:
        items = [_finding_words(finding) for finding in bad[:most]]
        if len(bad) > most:
            items.append(words(f"…and {len(bad) - most} more"))
        blocks.append(rich(bullets(items)))
    names = [_check_name(f) for f in findings if f.verdict is Verdict.OK and not f.told]
    if names:
        listed = mrkdwn(", ".join(dict.fromkeys(names)))
        blocks.append(context(f"✅ {plural(len(names), 'check')} passed: {listed}"))
    return blocks


def _finding_words(finding: Finding) -> list[Element]:
    elements = words(f"{_SIGNS[finding.verdict]} {clip(finding.sentence, _LONGEST_FINDING)}")
    if finding.advice:
        elements += [space(), *words(clip(finding.advice, _LONGEST_ADVICE), italic=True)]
    return elements


def _check_name(finding: Finding) -> str:
    return finding.check.replace("_", " ").replace("-", " ")


def copy_banner(plan: Plan | None, step: int = 0) -> list[Block]:
    """Above everything while a node holds the only copy of some data: stopping it now would lose that data's reads.

    Nodes whose drain lies behind `step` are gone, and frontends hold nothing.
    """
    if plan is None:
        return []
    ahead = [each.until.address for each in plan.steps[step:] if isinstance(each.until, BackendDrained)]
    if not ahead:
        return []
    lonely = [f for f in plan.findings if f.verdict is Verdict.WARN and _is_about_one_replica(f)]
    if not lonely:
        return []
    nodes = mrkdwn(in_list([str(address) for address in ahead], 4))
    said = sentence(clip(lonely[0].sentence, 300))
    return [section(f"⚠️ *Do not stop {nodes} before it is gone from the node list.* {said}")]


def _is_about_one_replica(finding: Finding) -> bool:
    return "".join(c for c in finding.check.casefold() if c.isalpha()).startswith("onereplica")


def step_blocks(plan: Plan, title: str = "What will run") -> list[Block]:
    """Every step with its exact statement; beyond a few nodes, the rest as a list of statements."""
    groups = [(name, list(steps)) for name, steps in groupby(plan.steps, key=lambda step: step.group)]
    if not groups:
        return []
    shown = groups[: GROUPS_IN_FULL if len(groups) <= GROUPS_IN_FULL else 1]
    hidden = groups[len(shown) :]
    parts: list[Element] = [paragraph(*words(title, bold=True))]
    number = 1
    for _, steps in shown:
        parts += _numbered(steps, number) if len(steps) <= STEPS_IN_FULL else _listed(steps, number)
        number += len(steps)
    if hidden:
        alike = all(_kinds(steps) == _kinds(shown[0][1]) for _, steps in hidden)
        rest = [step for _, steps in hidden for step in steps]
        parts += _folded([name for name, _ in hidden], rest) if alike else _listed(rest, number)
    return [rich(*parts)]


def _numbered(steps: Sequence[Step], first: int) -> list[Element]:
    parts: list[Element] = []
    for number, step in enumerate(steps, first):
        how = "by a job on each host" if isinstance(step.act, StagePackages) else "by a job on its host"
        by_job = [space(" · "), *words(how, italic=True)] if isinstance(step.act, HostAct | StagePackages) else []
        parts.append(paragraph(*words(f"{number}. {clip(step.title, 300)}"), *by_job))
        if isinstance(step.act, AskPerson):
            parts.append(paragraph(*words("A person is asked in the thread:", italic=True)))
            parts.append(preformatted("\n".join(step.act.commands) or step.act.task))
        elif step.act is not None and not by_job:
            parts.append(preformatted(statement_of(step.act)))
    return parts


def _kinds(steps: Sequence[Step]) -> list[str]:
    return [step.until.kind for step in steps]


def _listed(steps: Sequence[Step], first: int) -> list[Element]:
    """Stages that differ: every step on a line of its own, its statement where it sends one."""
    lines = [_line(step, number) for number, step in enumerate(steps, first)]
    more = len(lines) - MOST_STATEMENTS
    tail = [f"…and {plural(more, 'more step')}"] if more > 0 else []
    return [paragraph(*words("Then, one after another:")), preformatted("\n".join(lines[:MOST_STATEMENTS] + tail))]


def _line(step: Step, number: int) -> str:
    if step.act is None:
        return f"{number}. {step.title}"
    if isinstance(step.act, AskPerson):
        return f"{number}. {step.title} (a person, asked in the thread)"
    if isinstance(step.act, HostAct | StagePackages):
        return f"{number}. {step.title}"
    return f"{number}. {statement_of(step.act)}"


def _folded(names: Sequence[str], steps: Sequence[Step]) -> list[Element]:
    statements = [statement_of(step.act) for step in steps if step.act is not None]
    more = len(statements) - MOST_STATEMENTS
    tail = [f"…and {more} more"] if more > 0 else []
    said = f"Then the same for {in_list(list(names), 8)}, one after another:"
    return [paragraph(*words(said)), preformatted("\n".join(statements[:MOST_STATEMENTS] + tail))]


def prepare_blocks(plan: Plan) -> list[Block]:
    """What a person makes ready on new hosts before approving."""
    if not plan.to_prepare:
        return []
    title = paragraph(*words("To prepare on the hosts", bold=True))
    return [rich(title, bullets([words(clip(line, 300)) for line in plan.to_prepare[:MOST_FINDINGS]]))]


def room_blocks(plan: Plan) -> list[Block]:
    text = room_text(plan.room)
    if not text:
        return []
    said = " (full: all disks of a node together, worst: its fullest disk)"
    title = paragraph(*words("Disks before and after", bold=True), space(said))
    return [rich(title, preformatted(text))]


def undo_blocks(plan: Plan) -> list[Block]:
    """What Abort does; a statement is shown once, for the first node. What a job does is told by the words."""
    if not plan.undo_words:
        return []
    parts: list[Element] = [paragraph(*words("Undo:", bold=True), space(), *words(plan.undo_words))]
    undo = next((step.undo for step in plan.steps if step.undo is not None), None)
    if undo is not None and not isinstance(undo, HostAct):
        parts.append(preformatted(statement_of(undo)))
    return [rich(*parts)]
