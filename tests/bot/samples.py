"""Requests, plans, operations and cluster states for the tests of messages: the cluster of mission 000, fixed times."""

from datetime import UTC, datetime, timedelta

from policies.acts import CancelDecommission, DecommissionBackend, DropBackend
from policies.address import Address
from policies.awaited import BackendDrained, BackendGone, BackendLeaving, BackendStaying
from policies.checklist import RULES
from policies.cluster import Backend, ClusterState, Frontend, Role, RunMode, TabletHealth
from policies.follow_ups import Snippet
from policies.operation import (
    Event,
    EventKind,
    Operation,
    OperationState,
    Reading,
    Sample,
    Snapshot,
    Stall,
    StepMemory,
    Vote,
)
from policies.plan import ChecklistItem, Estimate, Fact, Finding, NodeRoom, Plan, Step, Verdict
from policies.request import OperationKind, Person, Request
from policies.signing import FollowUps, Signature

S = OperationState
GIB = 1024**3
NOW = datetime(2026, 11, 21, 21, 30, tzinfo=UTC)
ALICE = Person(id="U0ALICE", team="T0HOME", name="alice")
BOB = Person(id="U0BOB", team="T0HOME", name="bob")
CAROL = Person(id="U0CAROL", team="T0HOME", name="carol")
LEAVING = Address(host="10.84.0.18", port=9050)


def later(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def request(*targets: Address, reason: str = "disk full, no room to extend it") -> Request:
    return Request(
        id="op-7f3c",
        kind=OperationKind.DECOMMISSION_BACKEND,
        cluster="prod",
        targets=targets or (LEAVING,),
        reason=reason,
        requester=ALICE,
        channel="C0OPS",
        asked_at=NOW,
    )


def steps(address: Address, backend_id: int = 18320972) -> tuple[Step, ...]:
    who = {"address": address, "backend_id": backend_id}
    undo = {"undo": CancelDecommission(**who), "undo_until": BackendStaying(**who)}
    group = str(address)
    return (
        Step(
            id=f"start-{group}",
            group=group,
            title=f"Tell StarRocks to drain {group}",
            act=DecommissionBackend(**who),
            until=BackendLeaving(**who),
            **undo,
        ),
        Step(
            id=f"drain-{group}",
            group=group,
            title=f"Wait until {group} is gone, or empty in two looks 60 s apart",
            act=None,
            until=BackendDrained(**who),
            **undo,
        ),
        Step(
            id=f"remove-{group}",
            group=group,
            title=f"Drop the row of {group}, only if StarRocks has not removed it by itself",
            act=DropBackend(**who),
            until=BackendGone(**who),
            point_of_no_return=True,
        ),
    )


OK_CHECKS = (
    "target",
    "alive",
    "others_healthy",
    "backend_count",
    "room",
    "scheduler",
    "privileges",
    "leader",
)
WARNING = Finding(
    check="one_replica",
    verdict=Verdict.WARN,
    sentence="3 partitions with one replica have tablets on 10.84.0.18:9050, for instance `dwd.orders_tmp`.",
    advice="Do not stop this node before it is gone: nobody else has this data.",
)


def findings() -> tuple[Finding, ...]:
    ok = tuple(
        Finding(check=name, verdict=Verdict.OK, sentence=f"{name} is as it should be.") for name in OK_CHECKS
    )
    return (*ok, WARNING)


def node(
    host: str, total: float, used: float, after: float | None, worst: float, worst_after: float | None
) -> NodeRoom:
    return NodeRoom(
        address=Address(host=host, port=9050),
        total=int(total * GIB),
        used_before=int(used * GIB),
        used_after=None if after is None else int(after * GIB),
        worst_disk_before=worst,
        worst_disk_after=worst_after,
    )


ROOM = (
    node("10.84.0.12", 458, 419.858, 419.858, 0.9167, 0.9167),
    node("10.84.0.18", 687.97, 375.891, None, 0.6016, None),
    node("10.84.0.19", 714.685, 406.845, 406.845, 0.6071, 0.6071),
    node("10.84.91.16", 1433.6, 46.395, 241.3, 0.082, 0.2146),
    node("10.84.91.18", 1433.6, 60.314, 241.3, 0.0911, 0.2146),
)


def plan(*targets: Address, **changes: object) -> Plan:
    chosen = targets or (LEAVING,)
    asked = request(*chosen)
    made = Plan(
        operation=asked.id,
        revision=1,
        kind=asked.kind,
        cluster=asked.cluster,
        made_at=later(0.1),
        title="Decommission BE " + ", ".join(str(target) for target in chosen),
        reason=asked.reason,
        targets=chosen,
        steps=tuple(
            step for number, target in enumerate(chosen) for step in steps(target, 18320972 + number)
        ),
        findings=findings(),
        facts=(Fact(key="replication", label="Largest replication number", value=3),),
        estimate=Estimate(low_s=2_400, high_s=21_600, reason="StarRocks' own pace, 5 MB/s for each clone"),
        room=ROOM,
        tablets_to_move=88_969,
        bytes_to_move=int(375.891 * GIB),
        undo_words="Until a node's row is gone, Abort cancels its drain: what has moved stays moved, nothing is lost.",
    )
    return made.with_(**changes)


def operation(state: OperationState, on: Plan | None = None, **changes: object) -> Operation:
    """An operation in this state, with what such an operation always has."""
    of = on or plan()
    fresh = Operation(
        id=of.operation,
        request=request(*of.targets),
        state=state,
        created_at=NOW,
        changed_at=later(1),
        revision=1,
        digest=of.digest,
        title=of.title,
        expires_at=later(60),
    )
    if state in (S.QUEUED, S.RUNNING, S.PAUSED, S.HALTED, S.UNDOING, S.UNDONE, S.CLOSED, S.DONE):
        fresh = fresh.with_(votes=(vote(BOB, of, 5),))
    if state in (S.RUNNING, S.PAUSED, S.HALTED, S.UNDOING, S.UNDONE, S.CLOSED, S.DONE):
        fresh = fresh.with_(started_at=later(5.5), changed_at=later(40))
    if state.terminal:
        fresh = fresh.with_(ended_at=later(55), changed_at=later(55))
    return fresh.with_(**changes)


def vote(person: Person, of: Plan, minutes: float) -> Vote:
    return Vote(person=person, digest=of.digest, at=later(minutes))


ITEMS = (*(rule.item for rule in RULES), ChecklistItem(id="own-1", words="The host is in the CMDB", source="settings"))


def with_form(state: OperationState = S.AWAITING_APPROVAL, *, signed: bool = False, **changes: object) -> Snapshot:
    """An operation whose plan has a checklist."""
    on = plan(title="Add BE 10.84.91.20:9050", room=(), tablets_to_move=0, bytes_to_move=0, checklist=ITEMS)
    signature = Signature(person=ALICE, digest=on.digest, at=later(3), items=tuple(item.id for item in ITEMS), note="keytab by ops")
    of = operation(state, on, checklist=ITEMS, signature=signature if signed else None)
    return snapshot(of.with_(**changes), on)


def followed_up(by: Person | None = None) -> FollowUps:
    """What a migration of a backend and a frontend leaves to do."""
    snippets = (
        Snippet(
            title="Prometheus, job prod: add",
            text='- targets:\n    - "10.84.91.20:8030"\n  labels: {group: fe}\n- targets:\n    - "10.84.91.20:8040"\n  labels: {group: be}',
        ),
        Snippet(title="HAProxy, backend of the query port: add", text="server fe-10.84.91.20 10.84.91.20:9030 check"),
        Snippet(title="Proxies, query port: take out", text="10.84.0.19:9030"),
    )
    return FollowUps(event=8, snippets=snippets, done_by=by, done_at=later(90) if by else None)


def draining(**changes: object) -> StepMemory:
    memory = StepMemory(
        step="drain-10.84.0.18:9050",
        entered_at=later(6),
        samples=(
            Sample(at=later(10), tablets=88_969, data_bytes=int(375.891 * GIB)),
            Sample(at=later(40), tablets=51_602, data_bytes=int(218.0 * GIB)),
        ),
        peak=Sample(at=later(10), tablets=88_969, data_bytes=int(375.891 * GIB)),
        reading=Reading(done=False, share=0.42, sentence="51,602 of 88,969 tablets left, 218.0 GB"),
        forecast="20.8 tablets/s, 89.8 MB/s, about 40 min left; 9 in 10 end within 55 min",
    )
    return memory.with_(**changes)


STALL = Stall(
    cause="recycle_bin",
    sentence="Nothing has moved for 6 min: 1,204 tablets of dropped tables wait in the recycle bin of the FE.",
    advice="Wait until they are erased (at most 1 d), or shorten `catalog_trash_expire_second`.",
    examples=("10091: dropped 3 h ago", "10092: dropped 3 h ago"),
)


def snapshot(of: Operation, on: Plan | None = None) -> Snapshot:
    return Snapshot(operation=of, plan=on or plan())


def event(kind: EventKind, sentence: str, *details: str, by: Person | None = None) -> Event:
    return Event(n=7, at=later(40), kind=kind, sentence=sentence, by=by, details=details)


def backend(host: str, backend_id: int, tablets: int, used: float, avail: float, share: float) -> Backend:
    return Backend(
        id=backend_id,
        address=Address(host=host, port=9050),
        alive=True,
        decommissioned=False,
        tablets=tablets,
        data_used=int(used * GIB),
        avail=int(avail * GIB),
        total=int((used + avail) * GIB),
        used_share=share,
        max_disk_used_share=share,
        version="3.3.3-312ed45",
    )


def frontend(host: str, role: Role) -> Frontend:
    return Frontend(
        name=host,
        address=Address(host=host, port=9010),
        role=role,
        alive=True,
        joined=True,
        query_port=9030,
        http_port=8030,
        rpc_port=9020,
        journal_id=197425419,
        version="3.3.3-312ed45",
    )


def cluster_state(**changes: object) -> ClusterState:
    state = ClusterState(
        cluster="prod",
        taken_at=NOW,
        version="3.3.3-312ed45",
        run_mode=RunMode.SHARED_NOTHING,
        frontends=(
            frontend("10.84.0.12", Role.LEADER),
            frontend("10.84.0.19", Role.FOLLOWER),
            frontend("10.84.91.16", Role.FOLLOWER),
            frontend("10.84.91.18", Role.FOLLOWER),
        ),
        backends=(
            backend("10.84.0.12", 17766290, 97_362, 419.858, 38.142, 0.9167),
            backend("10.84.0.18", 18320972, 88_969, 375.891, 312.079, 0.6016),
            backend("10.84.0.19", 10004, 96_107, 406.845, 307.840, 0.6071),
            backend("10.84.91.16", 18810542, 2_761, 46.395, 1_386.5, 0.0820),
            backend("10.84.91.18", 18810543, 3_215, 60.314, 1_373.2, 0.0911),
        ),
        health=TabletHealth(
            tables=900,
            partitions=4_000,
            tablets=96_138,
            replicas=288_414,
            unhealthy=12,
            inconsistent=0,
            cloning=3,
            error_state=0,
        ),
    )
    return state.with_(**changes)
