"""The picture of a long drain: what is noted at each look, and which lines it becomes. Drawing them is a worker's."""

from datetime import datetime

from policies.address import Address
from policies.awaited import BackendDrained
from policies.cluster import ClusterState
from policies.operation import Operation, StepMemory
from policies.pacing import Pacing
from policies.plan import Plan
from policies.record import Record
from policies.units import in_bytes, in_count, in_time

LONG_DRAIN = 600.0
"""Cluster seconds: what ended sooner is told in a line."""
NOTE_EVERY = 15.0
"""Cluster seconds: a drain is looked at every 12 to 30 s, and more often by many workers or many clicks."""
MOST_LEAVING, MOST_TAKERS = 3, 3
"""So many lines can be told apart on a phone."""
MOST_FOLLOWED = 24
"""Nodes whose counts are kept: those that leave, and those that are to take most by the plan."""
LEAST_TAKEN = 0.02
"""Of what left: less is no line worth reading."""
LEAST_LOOKS = 4
"""Fewer make no curve."""


class Look(Record):
    """Tablets and bytes of the followed nodes at one moment; a node that is not listed is missing."""

    at: datetime
    nodes: dict[str, tuple[int, int]]


class Line(Record):
    """One node over time: seconds since the drain began, tablets, bytes. `took` counts what it gained (or lost: negative)."""

    node: str
    leaves: bool
    seconds: tuple[float, ...]
    tablets: tuple[int, ...]
    data_bytes: tuple[int, ...]


class Chart(Record):
    """Everything that is drawn, its heading, what is said beside it, and what it tells those who do not see it (`alt`)."""

    title: str
    said: str
    alt: str
    lines: tuple[Line, ...]


def wanted(plan: Plan, ended: Operation, pacing: Pacing) -> bool:
    """Whether an operation that is done had a drain long enough for a picture."""
    if ended.started_at is None or ended.ended_at is None or not _drained(plan):
        return False
    return (ended.ended_at - ended.started_at).total_seconds() >= pacing.wall(LONG_DRAIN)


def worth_noting(memory: StepMemory | None, pacing: Pacing, now: datetime) -> bool:
    """One look in each `NOTE_EVERY`, counted from the step's beginning, so that many looks at once are one note."""
    if memory is None or memory.looked_at is None:
        return True
    spans = [(at - memory.entered_at).total_seconds() // pacing.wall(NOTE_EVERY) for at in (memory.looked_at, now)]
    return spans[0] != spans[1]


def looked(plan: Plan, state: ClusterState, now: datetime) -> Look:
    """What is kept of one look: as many nodes in a cluster of a thousand as in one of five."""
    followed = _followed(plan, state)
    rows = {str(row.address): (row.tablets, row.data_used) for row in state.backends if row.address in followed}
    return Look(at=now, nodes=rows)


def chart(plan: Plan, operation: Operation, looks: tuple[Look, ...]) -> Chart | None:
    """The nodes that left and those that took most; None when too little was seen."""
    if len(looks) < LEAST_LOOKS or operation.started_at is None or operation.ended_at is None:
        return None
    leaving = [str(until.address) for until in _drained(plan)]
    names = dict.fromkeys(name for look in looks for name in look.nodes)
    lines = [_line(name, name in leaving, looks, operation) for name in names]
    left = [line for line in lines if line.leaves]
    if not left:
        return None
    tablets, size = (sum(-gained(line)[number] for line in left) for number in (0, 1))
    # Data in object storage is nobody's: there tablets alone tell.
    what, all_of_it = (1, size) if size else (0, tablets)
    takers = [line for line in lines if not line.leaves and gained(line)[what] > LEAST_TAKEN * all_of_it]
    takers = sorted(takers, key=lambda line: -gained(line)[what])[:MOST_TAKERS]
    took = in_time(operation.ended_at - operation.started_at)
    who = leaving[0] if len(leaving) == 1 else f"{len(leaving)} backends"
    title = f"{who} drained in {took}: {in_count(tablets)} tablets, {in_bytes(size)}"
    most = [f"{line.node} took {in_count(gained(line)[0])} tablets, {in_bytes(gained(line)[1])}" for line in takers]
    said = f"{'; '.join(most) or 'No backend is seen to have taken them'}."
    alt = f"Tablets and data of each backend over time. {title}. {said}"
    return Chart(title=title, said=said, alt=alt, lines=(*left[:MOST_LEAVING], *takers))


def gained(line: Line) -> tuple[int, int]:
    """Tablets and bytes from the first look to the last."""
    return line.tablets[-1] - line.tablets[0], line.data_bytes[-1] - line.data_bytes[0]


def _drained(plan: Plan) -> list[BackendDrained]:
    return [step.until for step in plan.steps if isinstance(step.until, BackendDrained)]


def _followed(plan: Plan, state: ClusterState) -> frozenset[Address]:
    """All in a small cluster; of many the leaving ones and those to which the plan sends most."""
    leaving = [until.address for until in _drained(plan)]
    if len(state.backends) <= MOST_FOLLOWED:
        return frozenset(row.address for row in state.backends)
    taking = sorted((room.used_before - room.used_after, room.address) for room in plan.room if room.used_after is not None)
    return frozenset([*leaving, *(address for _, address in taking)][:MOST_FOLLOWED])


def _line(name: str, leaves: bool, looks: tuple[Look, ...], operation: Operation) -> Line:
    """A node that is no longer listed is empty when it was to leave; otherwise nothing is known of it at that look."""
    assert operation.started_at is not None  # chart() asked
    seen = [(look.at, look.nodes.get(name, (0, 0) if leaves else None)) for look in looks]
    known = [((at - operation.started_at).total_seconds(), counts) for at, counts in seen if counts is not None]
    return Line(
        node=name,
        leaves=leaves,
        seconds=tuple(second for second, _ in known),
        tablets=tuple(counts[0] for _, counts in known),
        data_bytes=tuple(counts[1] for _, counts in known),
    )
