"""Cluster states for tables of cases: the cluster of mission 000, number by number, and changes of it."""

from datetime import UTC, datetime, timedelta

from policies.address import Address
from policies.cluster import (
    AlterJob,
    Backend,
    ClusterState,
    ColocateGroup,
    Disk,
    Frontend,
    OneReplicaTable,
    Privileges,
    RecycleBin,
    ReplicationCount,
    Role,
    RunMode,
    RunningTransaction,
    Scheduler,
    TabletHealth,
)
from policies.operation import Operation, OperationState
from policies.request import OperationKind, Person, Request
from policies.units import GIB, TIB

NOW = datetime(2025, 6, 19, 12, 50, 29, tzinfo=UTC)
ALICE, BOB, CAROL = (Person(id=f"U0{name}", team="T0HOME", name=name.lower()) for name in ("ALICE", "BOB", "CAROL"))


def address(text: str) -> Address:
    return Address.parse(text)


def _backend(id: int, host: str, tablets: int, used: float, avail: float, total: float, share: float) -> Backend:
    disk = Disk(path="/data", medium="HDD", state="ONLINE", data_used=int(used), avail=int(avail), total=int(total))
    return Backend(
        id=id, address=Address(host=host, port=9050), alive=True, decommissioned=False, tablets=tablets, data_used=int(used),
        avail=int(avail), total=int(total), used_share=share, max_disk_used_share=share, version="3.3.3-312ed45",
        be_port=9060, http_port=8040, brpc_port=8060, disks=(disk,),
    )  # fmt: skip


def _frontend(host: str, role: Role = Role.FOLLOWER) -> Frontend:
    return Frontend(
        name=f"{host}_9010_1", address=Address(host=host, port=9010), role=role, alive=True, joined=True, query_port=9030,
        http_port=8030, rpc_port=9020, journal_id=197425393, version="3.3.3-312ed45",
    )  # fmt: skip


def mission000() -> ClusterState:
    """As printed in mission 000 after the two new hosts joined."""
    return ClusterState(
        cluster="prod",
        taken_at=NOW,
        version="3.3.3-312ed45",
        run_mode=RunMode.SHARED_NOTHING,
        frontends=(_frontend("10.84.0.12", Role.LEADER), *map(_frontend, ("10.84.0.19", "10.84.91.16", "10.84.91.18"))),
        backends=(
            _backend(17766290, "10.84.0.12", 97362, 419.858 * GIB, 38.142 * GIB, 458 * GIB, 0.9167),
            _backend(18320972, "10.84.0.18", 88969, 375.891 * GIB, 312.079 * GIB, 783.426 * GIB, 0.6016),
            _backend(10004, "10.84.0.19", 96107, 406.845 * GIB, 307.840 * GIB, 783.426 * GIB, 0.6071),
            _backend(18810542, "10.84.91.16", 2761, 46.395 * GIB, 1.354 * TIB, 1.475 * TIB, 0.0820),
            _backend(18810543, "10.84.91.18", 3215, 60.314 * GIB, 1.341 * TIB, 1.475 * TIB, 0.0911),
        ),
        settings={"drop_backend_after_decommission": "true", "tablet_sched_max_scheduling_tablets": "10000"},
        replication=(
            ReplicationCount(replication=1, partitions=3, tablets=4200, example="ops.scratch"),
            ReplicationCount(replication=3, partitions=72, tablets=94738, example="shop.orders"),
        ),
        one_replica=(),
        health=TabletHealth(
            tables=9, partitions=75, tablets=98938, replicas=288414, unhealthy=0, inconsistent=0, cloning=0, error_state=0
        ),
        scheduler=Scheduler(pending=0, running=0),
        colocate_groups=(ColocateGroup(id="1.2", name="orders_by_user", stable=True, replication=3),),
        alter_jobs=(),
        transactions=(),
        recycle_bin=RecycleBin(on_backend={18320972: 0}, source="test"),
        privileges=Privileges(account="sr_bot", roles=("cluster_admin", "db_admin")),
    )


def before_join() -> ClusterState:
    """The same before the two new hosts joined."""
    state = mission000()
    return state.with_(backends=state.backends[:3], frontends=state.frontends[:2])


def changed(state: ClusterState, host: str, **changes: object) -> ClusterState:
    """The state with one backend changed."""
    return state.with_(backends=tuple(b.with_(**changes) if b.address.host == host else b for b in state.backends))


def with_settings(state: ClusterState, **settings: str) -> ClusterState:
    return state.with_(settings={**state.settings, **settings})


def free(state: ClusterState, host: str, gib: float) -> ClusterState:
    """The state with so much free on a backend."""
    backend = next(b for b in state.backends if b.address.host == host)
    avail = int(gib * GIB)
    disk = Disk(path="/data", medium="HDD", state="ONLINE", data_used=backend.data_used, avail=avail, total=backend.total)
    return changed(state, host, avail=avail, disks=(disk,))


def one_replica(state: ClusterState) -> ClusterState:
    table = OneReplicaTable(backend_id=18320972, name="ops.audit_raw", partitions=1, tablets=207)
    return state.with_(one_replica=(table,))


def alter_job() -> AlterJob:
    return AlterJob(database="shop", table="orders", kind="COLUMN", state="RUNNING")


def old_load(hours: float) -> RunningTransaction:
    return RunningTransaction(database="shop", id=7, label="nightly", prepared=NOW - timedelta(hours=hours))


def request(*targets: str) -> Request:
    return Request(
        id="sr-test", kind=OperationKind.DECOMMISSION_BACKEND, cluster="prod", targets=tuple(map(address, targets)),
        reason="disk full", requester=ALICE, channel="C0OPS", asked_at=NOW,
    )  # fmt: skip


def operation(state: OperationState = OperationState.AWAITING_APPROVAL, **changes: object) -> Operation:
    made = Operation(
        id="sr-test", request=request("10.84.0.18:9050"), state=state, created_at=NOW, changed_at=NOW, revision=1,
        digest="d1", quorum=1, expires_at=NOW + timedelta(hours=1),
    )  # fmt: skip
    return made.with_(**changes)
