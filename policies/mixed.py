"""While frontends of two versions share a journal, nobody should create, alter or drop: it is said in the plan, and watched here.

A follower stops at a journal record that its version does not know (StarRocks issue 21214: a changed table property between
two frontends' turns left only the leader alive). What shows without a further question is the number of tables and
partitions, in the look at the cluster's rest after each frontend; a changed property does not show.
"""

from datetime import datetime

from policies.awaited import ClusterSettled, NodeRestarted
from policies.cluster import ClusterState
from policies.operation import Objects, Operation
from policies.plan import Plan
from policies.request import OperationKind

ROLLS = frozenset({OperationKind.UPGRADE, OperationKind.DOWNGRADE})
ADVICE = (
    "Frontends of two versions read one journal now, and may stop at a record that one of them does not know: "
    "see who did it, and that nobody goes on."
)
BY_ITSELF = "Tables with dynamic or automatic partitions do that by themselves."


def watched(plan: Plan, step: int) -> bool:
    """Whether this look bears on it: the cluster's rest right before the first frontend's turn or later, until the last is back."""
    turns = _frontends_turns(plan)
    if len(turns) < 2 or step >= len(plan.steps) or not isinstance(plan.steps[step].until, ClusterSettled):
        return False
    return turns[0] <= _next_restart(plan, step) and step < _rest_after(plan, turns[-1])


def noted(state: ClusterState, now: datetime) -> Objects | None:
    """What there is; None when it could not be counted."""
    return Objects(at=now, tables=state.health.tables, partitions=state.health.partitions) if state.health else None


def changed(operation: Operation, now_there: Objects) -> str:
    """What was created or dropped since the last look, as a sentence; empty when nothing was, or it is the first look."""
    before = operation.objects
    if before is None:
        return ""
    tables = _moved(before.tables, now_there.tables, "tables")
    partitions = _moved(before.partitions, now_there.partitions, "partitions")
    found = " and ".join(part for part in (tables, partitions) if part)
    if not found:
        return ""
    itself = "" if tables else f" {BY_ITSELF}"
    return f"Since {before.at:%H:%M} UTC there are {found}.{itself} {ADVICE}"


def _moved(before: int, after: int, word: str) -> str:
    return f"{after:,} {word} instead of {before:,}" if after != before else ""


def _frontends_turns(plan: Plan) -> list[int]:
    """The steps that give a frontend another version."""
    if plan.kind not in ROLLS:
        return []
    return [
        index
        for index, step in enumerate(plan.steps)
        if isinstance(step.until, NodeRestarted) and step.until.role.frontend
    ]


def _next_restart(plan: Plan, step: int) -> int:
    """The next node's turn after this step; beyond the plan when there is none."""
    later = (index for index in range(step, len(plan.steps)) if isinstance(plan.steps[index].until, NodeRestarted))
    return next(later, len(plan.steps))


def _rest_after(plan: Plan, turn: int) -> int:
    """The first step that no longer belongs to this node."""
    group = plan.steps[turn].group
    return next((index for index in range(turn, len(plan.steps)) if plan.steps[index].group != group), len(plan.steps))
