"""Looking at a cluster: which statements, at which depth; each part on its own.

A part that cannot be read becomes None and is named in `unread` with the reason; only without backends and frontends
there is no state at all.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from policies.address import Address
from policies.cluster import (
    AlterJob,
    Backend,
    ClusterState,
    Disk,
    OneReplicaTable,
    Privileges,
    RecycleBin,
    RunMode,
    RunningTransaction,
    Scheduler,
)
from workers.starrocks import queries, reader
from workers.starrocks.client import Connection
from workers.starrocks.errors import Refused
from workers.starrocks.quantities import number

T = TypeVar("T")

MANY_BACKENDS = 60
"""With more backends than this the disks of the fullest and of the targets are read, not all."""
MANY_DATABASES = 200


class Depth(StrEnum):
    """How much to read: WATCH costs two statements, EVIDENCE some ten, FULL two dozen."""

    STATUS = "status"
    WATCH = "watch"
    EVIDENCE = "evidence"
    FULL = "full"


def look(
    connection: Connection, cluster: str, now: datetime, depth: Depth, targets: Sequence[Address] = ()
) -> ClusterState:
    """One look at a cluster. Raises ClusterError when its nodes cannot be listed."""
    return _Look(connection, cluster, now, tuple(targets)).taken(depth)


class _Look:
    """The parts of one look; collects what could not be read."""

    def __init__(self, connection: Connection, cluster: str, now: datetime, targets: tuple[Address, ...]) -> None:
        self.connection = connection
        self.cluster = cluster
        self.now = now
        self.targets = targets
        self.unread: dict[str, str] = {}

    def taken(self, depth: Depth) -> ClusterState:
        rows = self.connection.rows(queries.BACKENDS)
        backends = tuple(reader.backend(row) for row in rows)
        mode = RunMode.SHARED_DATA if rows and rows[0].has("StarletPort") else RunMode.SHARED_NOTHING
        state = ClusterState(
            cluster=self.cluster,
            taken_at=self.now,
            version=next((b.version for b in backends if b.version), ""),
            run_mode=mode,
            answered_by=str(self.connection.endpoint),
            backends=backends,
        )
        if depth in {Depth.WATCH, Depth.EVIDENCE, Depth.FULL}:
            state = state.with_(scheduler=self._scheduler(depth))
        if depth in {Depth.STATUS, Depth.FULL}:
            state = self._nodes(state)
        if depth in {Depth.EVIDENCE, Depth.FULL}:
            state = self._slow_parts(state, depth)
        return state.with_(unread=self.unread)

    def _part(self, name: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except Refused as error:
            self.unread[name] = str(error)
        except (ValueError, KeyError) as error:
            self.unread[name] = f"its answer could not be understood ({error})"
        return None

    def _scheduler(self, depth: Depth) -> Scheduler | None:
        def read() -> Scheduler:
            found = reader.scheduler(self.connection.rows(queries.BALANCE))
            if depth is Depth.EVIDENCE:
                found = found.with_(examples=reader.pending(self.connection.rows(queries.PENDING)))
            return found

        return self._part("scheduler", read)

    def _nodes(self, state: ClusterState) -> ClusterState:
        rows = self.connection.rows
        frontends = tuple(reader.frontend(row) for row in rows(queries.FRONTENDS))
        nodes = self._part("compute_nodes", lambda: tuple(reader.compute_node(r) for r in rows(queries.COMPUTE_NODES)))
        health = self._part("health", lambda: reader.health(rows(queries.STATISTIC)))
        leader = next((f for f in frontends if f.role.value == "LEADER"), None)
        return state.with_(
            frontends=frontends,
            compute_nodes=nodes or (),
            health=health,
            version=leader.version if leader and leader.version else state.version,
        )

    def _slow_parts(self, state: ClusterState, depth: Depth) -> ClusterState:
        rows = self.connection.rows
        settings = self._part(
            "settings", lambda: {r.text("Key"): r.text("Value") for r in rows(queries.SETTINGS)}
        )
        state = state.with_(settings=settings or {})
        if state.settings.get("run_mode") == RunMode.SHARED_DATA:
            state = state.with_(run_mode=RunMode.SHARED_DATA)
        if depth is Depth.FULL:
            state = state.with_(privileges=self._part("privileges", self._privileges))
        if state.run_mode is RunMode.SHARED_DATA:
            return state
        databases = self._part("databases", self._databases) or {}
        state = state.with_(
            backends=self._with_disks(state.backends, depth),
            colocate_groups=self._part(
                "colocate_groups", lambda: tuple(reader.colocate_group(r) for r in rows(queries.COLOCATION))
            ),
            transactions=self._part("transactions", self._transactions),
            alter_jobs=self._part("alter_jobs", lambda: self._alter_jobs(databases)),
            recycle_bin=self._part("recycle_bin", lambda: self._recycle_bin(state)),
        )
        if depth is Depth.FULL:
            state = state.with_(
                replication=self._part(
                    "replication", lambda: tuple(reader.replication_count(r) for r in rows(queries.REPLICATION))
                ),
                one_replica=self._part("one_replica", lambda: self._one_replica(state)),
            )
        return state

    def _target_backends(self, state: ClusterState) -> list[Backend]:
        return [backend for backend in state.backends if backend.address in self.targets]

    def _with_disks(self, backends: tuple[Backend, ...], depth: Depth) -> tuple[Backend, ...]:
        wanted = {b.id for b in backends}
        if len(backends) > MANY_BACKENDS:
            fullest = sorted(backends, key=lambda b: -b.max_disk_used_share)[:MANY_BACKENDS]
            wanted = {b.id for b in fullest} | {b.id for b in backends if b.address in self.targets}
        return tuple(
            b.with_(disks=self._part(f"disks of {b.address}", lambda b=b: self._disks(b)))  # type: ignore[misc]
            if b.id in wanted
            else b
            for b in backends
        )

    def _disks(self, backend: Backend) -> tuple[Disk, ...]:
        return tuple(reader.disk(row) for row in self.connection.rows(queries.disks_of(backend.id)))

    def _databases(self) -> dict[int, str]:
        rows = self.connection.rows(queries.DATABASES)
        return {number(row.get("DbId")): row.text("DbName") for row in rows if row.text("DbId").isdigit()}

    def _transactions(self) -> tuple[RunningTransaction, ...]:
        found: list[RunningTransaction] = []
        for row in self.connection.rows(queries.TRANSACTION_DATABASES)[:MANY_DATABASES]:
            running = self.connection.rows(queries.transactions_of(number(row.get("DbId"))))
            found += (reader.transaction(each, row.text("DbName")) for each in running)
        return tuple(found)

    def _alter_jobs(self, databases: dict[int, str]) -> tuple[AlterJob, ...]:
        found: list[AlterJob] = []
        for name in list(databases.values())[:MANY_DATABASES]:
            if name in {"information_schema", "sys"}:
                continue
            for kind in ("COLUMN", "ROLLUP"):
                rows = self.connection.rows(queries.alter_jobs_of(name, kind))
                found += (
                    reader.alter_job(row, name, kind)
                    for row in rows
                    if row.text("State") not in {"FINISHED", "CANCELLED"}
                )
        return tuple(found)

    def _recycle_bin(self, state: ClusterState) -> RecycleBin:
        found = {
            backend.id: number(self.connection.rows(queries.recycled_on(backend.id))[0].get("replicas"))
            for backend in self._target_backends(state)
        }
        return RecycleBin(on_backend=found, source="tablets on the node that belong to no listed partition")

    def _one_replica(self, state: ClusterState) -> tuple[OneReplicaTable, ...]:
        return tuple(
            reader.one_replica_table(row, backend.id)
            for backend in self._target_backends(state)
            for row in self.connection.rows(queries.one_replica_on(backend.id))
        )

    def _privileges(self) -> Privileges:
        """NODE cannot be tried without acting, so it is inferred from roles and grants; OPERATE is tried by SHOW PROC."""
        rows = self.connection.rows(queries.GRANTS)
        text = " ".join(value for row in rows for value in row._values.values() if value).upper()
        account = next((row.text("UserIdentity", "Grantee") for row in rows), "")
        roles = tuple(r.lower() for r in ("ROOT", "CLUSTER_ADMIN", "DB_ADMIN", "USER_ADMIN") if r in text)
        missing = []
        if not {"root", "cluster_admin"} & set(roles) and "NODE" not in text:
            missing.append("role cluster_admin (for the NODE privilege; it must be a default role)")
        if "scheduler" in self.unread:
            missing.append("OPERATE on SYSTEM (for SHOW PROC)")
        return Privileges(account=account, roles=roles, missing=tuple(missing))
