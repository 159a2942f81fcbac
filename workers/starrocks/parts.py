"""The parts of a look that take more than one statement or a choice between statements."""

from collections.abc import Callable, Sequence, Set
from typing import Literal, Protocol, TypeVar

from policies.address import Address
from policies.cluster import (
    AlterJob,
    Backend,
    ClusterState,
    Disk,
    Frontend,
    OneReplicaTable,
    Privileges,
    RecycleBin,
    ReplicationCount,
    RoutineLoad,
    RunningTransaction,
)
from policies.images import ImageLook
from policies.versions import VIEW_DEPENDENCIES_SINCE, VIEW_REASONS_SINCE, known_since
from policies.views import Views
from workers.starrocks import nodes, queries, reader
from workers.starrocks import privileges as account_privileges
from workers.starrocks.client import Connection
from workers.starrocks.errors import Refused, Unreadable
from workers.starrocks.images import images_of
from workers.starrocks.rows import Row

T = TypeVar("T")

MOST_DISK_READS = 1_000
"""Disks take a statement per backend, a millisecond or two each: beyond this only the targets' and the fullest are read."""

MOST_ROUTINE_LOADS = 200
"""Names; each takes a statement."""

MOST_DATABASES = 100
"""Loads and schema changes take three statements per database."""

HTTP_PORT = 8030
"""fe.conf http_port, where SHOW FRONTENDS does not tell it."""

WITHOUT_DATA = frozenset({"information_schema", "sys"})

HIDDEN_BELOW = 0.9
"""Partitions come and go between two statements; when fewer than this share is visible, tables are hidden from us."""

NO_PARTITIONS_META = "replication by partition"


class Look(Protocol):
    """What a part needs of the look it belongs to."""

    connection: Connection
    targets: frozenset[Address]
    unread: dict[str, str]
    denied: set[str]

    def part(self, name: str, read: Callable[[], T]) -> T | None: ...


def with_disks(look: Look, backends: tuple[Backend, ...]) -> tuple[Backend, ...]:
    """Backends with their disks; the first refusal ends it, for the others would be refused as well."""
    chosen = _chosen_for_disks(backends, look.targets)
    if len(chosen) < len(backends):
        look.unread[f"disks of {len(backends) - len(chosen)} backends"] = (
            f"only those of the nodes concerned and of the {MOST_DISK_READS} fullest are read"
        )
    disks: dict[int, tuple[Disk, ...]] = {}
    for backend in chosen:
        found = look.part("disks", lambda backend=backend: _disks(look.connection, backend.id))  # type: ignore[misc]
        if found is not None:
            disks[backend.id] = found
        elif "disks" in look.denied or look.connection.closed:
            break
    return tuple(backend.with_(disks=disks.get(backend.id)) for backend in backends)


def _chosen_for_disks(backends: tuple[Backend, ...], targets: Set[Address]) -> list[Backend]:
    ordered = sorted(backends, key=lambda b: (b.address not in targets, -b.max_disk_used_share, b.id))
    return ordered[: max(MOST_DISK_READS, sum(b.address in targets for b in backends))]


def _disks(connection: Connection, backend_id: int) -> tuple[Disk, ...]:
    return tuple(nodes.disk(row) for row in connection.rows(queries.disks(backend_id)))


def databases(look: Look) -> dict[int, str]:
    """Databases by id. Old versions write `default_cluster:` before the name (fe: cluster/ClusterNamespace.java)."""
    rows = look.connection.rows(queries.TRANSACTION_DATABASES)
    named = {row.number("DbId"): row.text("DbName").removeprefix("default_cluster:") for row in rows}
    with_data = {number: name for number, name in named.items() if name not in WITHOUT_DATA}
    if len(with_data) > MOST_DATABASES:
        look.unread[f"loads and schema changes of {len(with_data) - MOST_DATABASES} databases"] = (
            f"they are read for the first {MOST_DATABASES}"
        )
    return dict(sorted(with_data.items())[:MOST_DATABASES])


def transactions(look: Look, databases: dict[int, str]) -> tuple[RunningTransaction, ...]:
    """Unfinished loads, the oldest first: they hold back the removal of moved replicas."""
    found = [
        reader.transaction(row, name)
        for number, name in databases.items()
        for row in _of_database(look, queries.running_transactions(number))
    ]
    return tuple(sorted(found, key=lambda each: (each.prepared is None, each.prepared, each.id)))


def routine_loads(look: Look) -> tuple[RoutineLoad, ...]:
    """Routine loads that were neither stopped nor cancelled, by database and name."""
    names = sorted({row.essential("Name") for row in look.connection.rows(queries.ROUTINE_LOADS)})
    if len(names) > MOST_ROUTINE_LOADS:
        look.unread[f"{len(names) - MOST_ROUTINE_LOADS} routine loads"] = f"the first {MOST_ROUTINE_LOADS} names are read"
    found: list[RoutineLoad] = []
    for name in names[:MOST_ROUTINE_LOADS]:
        try:
            query = queries.routine_loads(name)
        except ValueError as error:
            look.unread["a routine load"] = str(error)
            continue
        found += (reader.routine_load(row) for row in look.connection.rows(query))
    living = [load for load in found if load.state not in reader.ENDED_LOADS]
    return tuple(sorted(living, key=lambda load: (load.database, load.name)))


def alter_jobs(look: Look, databases: dict[int, str]) -> tuple[AlterJob, ...]:
    """Schema changes and rollups that are not finished; a database dropped meanwhile has none."""
    kinds: tuple[Literal["COLUMN", "ROLLUP"], ...] = ("COLUMN", "ROLLUP")
    found: list[AlterJob] = []
    for name in databases.values():
        for kind in kinds:
            rows = _of_database(look, queries.alter_jobs(name, kind))
            found += (reader.alter_job(row, name, kind) for row in rows)
    return tuple(job for job in found if job.state not in reader.FINISHED_JOBS)


def _of_database(look: Look, query: queries.Query) -> list[Row]:
    """Rows about one database; none when it was dropped since the databases were listed."""
    try:
        return look.connection.rows(query)
    except Refused as refused:
        if refused.unknown_database:
            return []
        raise


def replication(look: Look) -> tuple[ReplicationCount, ...]:
    """How often each replication number is used; empty when the account sees no table, which is not the same as unread."""
    try:
        return reader.replication(look.connection.rows(queries.REPLICATION))
    except Refused as refused:
        if not refused.unknown_table:
            raise
    look.unread[NO_PARTITIONS_META] = (
        "this version has no information_schema.partitions_meta; what the tables have by default was taken, and a "
        "partition may differ"
    )
    return reader.replication_by_default(look.connection.rows(queries.TABLE_PROPERTIES))


def one_replica(look: Look, state: ClusterState) -> tuple[OneReplicaTable, ...]:
    """Tables with partitions of one replica on the targets; not asked for where no partition has one replica."""
    ids = _target_ids(look, state)
    if not ids or (state.replication and min(count.replication for count in state.replication) > 1):
        return ()
    by_default = NO_PARTITIONS_META in look.unread
    query = queries.one_replica_tables_by_default(ids) if by_default else queries.one_replica_tables(ids)
    return tuple(reader.one_replica_table(row) for row in look.connection.rows(query))


def recycle_bin(look: Look, state: ClusterState) -> RecycleBin:
    """What the bin holds on the targets: nothing when the totals agree, else counted exactly from the backends' tablets.

    TabletNum counts replicas with those in the bin, /statistic without (fe: catalog/TabletInvertedIndex.java,
    common/proc/StatisticProcDir.java). The totals are read seconds apart, so their difference alone proves presence only
    by size; the exact count follows whenever it is positive.
    """
    ids = _target_ids(look, state)
    extra = sum(backend.tablets for backend in state.backends) - state.health.replicas if state.health else 1
    if extra <= 0 or not ids:
        return RecycleBin(on_backend=dict.fromkeys(ids, 0), source="TabletNum of all backends against /statistic")
    if NO_PARTITIONS_META in look.unread:
        raise Unreadable(
            f"about {extra:,} replicas of the cluster belong to no listed table, but this version cannot say which node "
            "holds them"
        )
    if _tables_hidden(state):
        raise Unreadable("the account does not see every table, so tablets of hidden ones cannot be told from dropped ones")
    rows = look.connection.rows(queries.recycled_replicas(ids))
    counted = {row.number("BE_ID"): row.number("REPLICAS") for row in rows}
    return RecycleBin(
        on_backend=dict.fromkeys(ids, 0) | counted, source="tablets of the backend whose partition no table has"
    )


def views(look: Look, version: str) -> Views:
    """Materialized views; which stand on which only where the version tells it and answers."""
    with_reasons = known_since(version, VIEW_REASONS_SINCE)
    rows = look.connection.rows(queries.materialized_views(with_reasons=with_reasons))
    related = None
    if known_since(version, VIEW_DEPENDENCIES_SINCE):
        related = look.part("which view stands on which", lambda: look.connection.rows(queries.DEPENDENCIES))
    return reader.views(rows, related, reasons_told=with_reasons)


def images(look: Look, frontends: Sequence[Frontend]) -> dict[str, ImageLook]:
    """The newest image of the metadata on each living frontend, asked over HTTP; who does not tell is named as unread."""
    living = {f.address.host: Address(host=f.address.host, port=f.http_port or HTTP_PORT) for f in frontends if f.alive}
    found = {}
    for host, told in images_of(look.connection.cluster, living).items():
        if isinstance(told, ImageLook):
            found[host] = told
        else:
            look.unread[f"image of {host}"] = str(told)
    return found


def privileges(look: Look) -> Privileges:
    """What the account may do; asked last, with what was refused so far."""
    return account_privileges.read(look.connection, look.denied)


def _target_ids(look: Look, state: ClusterState) -> list[int]:
    return [backend.id for backend in state.backends if backend.address in look.targets]


def _tables_hidden(state: ClusterState) -> bool:
    if not state.replication:
        return True
    seen = sum(count.partitions for count in state.replication)
    return state.health is not None and seen < HIDDEN_BELOW * state.health.partitions
