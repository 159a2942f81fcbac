"""Builders for drains: a small plan, looks at a cluster, an operation under way. Times are seconds after T0."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from policies.acts import CancelDecommission, DecommissionBackend, DropBackend
from policies.address import Address
from policies.awaited import BackendDrained, BackendGone, BackendLeaving, BackendStaying
from policies.cluster import Backend, ClusterState, RunMode
from policies.operation import Operation, OperationState, Sample, StepMemory
from policies.pacing import Pacing
from policies.plan import Estimate, NodeRoom, Plan, Step
from policies.request import OperationKind, Person, Request

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GB = 1024**3
PACING = Pacing()
FIRST, SECOND, THIRD, FOURTH = (Address(host=f"10.84.0.{n}", port=9050) for n in (18, 19, 12, 20))
IDS = {FIRST: 18, SECOND: 19, THIRD: 12, FOURTH: 20}
TABLETS = 3_000


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def backend(address: Address, **changes: object) -> Backend:
    tablets = changes.get("tablets", TABLETS)
    assert isinstance(tablets, int)
    row = Backend(
        id=IDS[address],
        address=address,
        alive=True,
        decommissioned=False,
        tablets=TABLETS,
        data_used=tablets * GB // 100,
        avail=500 * GB,
        total=1_000 * GB,
        used_share=0.3,
        max_disk_used_share=0.3,
    )
    return row.with_(**changes)


def look(*rows: Backend, **parts: object) -> ClusterState:
    """A look that shows exactly these nodes."""
    seen = ClusterState(cluster="demo", taken_at=T0, version="3.3.3", run_mode=RunMode.SHARED_NOTHING, backends=rows)
    return seen.with_(**parts)


def look_at(tablets: int | None, leaving: bool = True, **parts: object) -> ClusterState:
    """FIRST as given (None: not listed), the three others well."""
    target = () if tablets is None else (backend(FIRST, tablets=tablets, decommissioned=leaving),)
    return look(*target, backend(SECOND), backend(THIRD), backend(FOURTH), **parts)


def steps_for(address: Address) -> tuple[Step, Step, Step]:
    """Start, drain and remove, as the playbook makes them."""
    who = {"address": address, "backend_id": IDS[address]}
    back = {"undo": CancelDecommission(**who), "undo_until": BackendStaying(**who)}
    group = str(address)
    start = Step(
        id=f"start-{group}", group=group, title="start", act=DecommissionBackend(**who), until=BackendLeaving(**who), **back
    )
    drain = Step(id=f"drain-{group}", group=group, title="drain", act=None, until=BackendDrained(**who), **back)
    remove = Step(
        id=f"remove-{group}",
        group=group,
        title="remove",
        act=DropBackend(**who),
        until=BackendGone(**who),
        point_of_no_return=True,
    )
    return start, drain, remove


def plan_for(*targets: Address, tablets: int = TABLETS) -> Plan:
    return Plan(
        operation="OP-1",
        revision=1,
        kind=OperationKind.DECOMMISSION_BACKEND,
        cluster="demo",
        made_at=T0,
        title="decommission",
        reason="",
        targets=targets,
        steps=tuple(step for target in targets for step in steps_for(target)),
        findings=(),
        facts=(),
        estimate=Estimate(low_s=None, high_s=None, reason="a test"),
        room=tuple(
            NodeRoom(
                address=address,
                total=800 * GB,
                used_before=30 * GB,
                used_after=None if address in targets else 40 * GB,
                worst_disk_before=0.3,
                worst_disk_after=None if address in targets else 0.4,
            )
            for address in IDS
        ),
        tablets_to_move=tablets * len(targets),
        bytes_to_move=30 * GB * len(targets),
    )


def operation_at(step: int, memory: StepMemory | None = None, state: OperationState = OperationState.RUNNING) -> Operation:
    person = Person(id="U1", team="T1")
    request = Request(
        id="OP-1",
        kind=OperationKind.DECOMMISSION_BACKEND,
        cluster="demo",
        targets=(FIRST,),
        reason="",
        requester=person,
        channel="C1",
        asked_at=T0,
    )
    return Operation(id="OP-1", request=request, state=state, created_at=T0, changed_at=T0, step=step, memory=memory)


def draining(series: Sequence[tuple[float, int]], entered: float = 0.0) -> StepMemory:
    """The memory of FIRST's drain step after looks at (second, tablets)."""
    samples = tuple(Sample(at=at(s), tablets=n, data_bytes=n * GB // 100) for s, n in series)
    peak = max(samples, key=lambda sample: sample.tablets, default=None)
    return StepMemory(step=steps_for(FIRST)[1].id, entered_at=at(entered), samples=samples, peak=peak)
