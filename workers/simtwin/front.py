"""The SQL front: a small table of statements, answered as StarRocks 3.3.3 answers them. Anything else is an error and recorded."""

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from workers.simtwin.cluster import Cluster
from workers.simtwin.model import GIB, KIB, TIB, SimBackend
from workers.simtwin.settings import ALIASES, DEFAULTS, IMMUTABLE

Rows = tuple[Sequence[str], list[tuple[str | None, ...]]]


class SqlError(Exception):
    """An ERR packet: code, SQLSTATE, text."""

    def __init__(self, text: str, code: int = 1064, state: str = "HY000") -> None:
        super().__init__(text)
        self.code, self.state, self.text = code, state, text


@dataclass
class Session:
    """Who speaks, to which frontend, over which connection."""

    fe: str
    user: str = "sr_bot"
    connection: int = 0
    variables: dict[str, str] = field(default_factory=dict)


OK: Rows = ((), [])
BACKEND_COLUMNS = (
    "BackendId", "IP", "HeartbeatPort", "BePort", "HttpPort", "BrpcPort", "LastStartTime", "LastHeartbeat", "Alive",
    "SystemDecommissioned", "ClusterDecommissioned", "TabletNum", "DataUsedCapacity", "AvailCapacity", "TotalCapacity",
    "UsedPct", "MaxDiskUsedPct", "ErrMsg", "Version", "Status", "DataTotalCapacity", "DataUsedPct", "CpuCores",
    "NumRunningQueries", "MemUsedPct", "CpuUsedPct", "DataCacheMetrics", "Location",
)  # fmt: skip
FRONTEND_COLUMNS = (
    "Name", "IP", "EditLogPort", "HttpPort", "QueryPort", "RpcPort", "Role", "ClusterId", "Join", "Alive",
    "ReplayedJournalId", "LastHeartbeat", "IsHelper", "ErrMsg", "StartTime", "Version",
)  # fmt: skip
STATISTIC_COLUMNS = (
    "DbId", "DbName", "TableNum", "PartitionNum", "IndexNum", "TabletNum", "ReplicaNum", "UnhealthyTabletNum",
    "InconsistentTabletNum", "CloningTabletNum", "ErrorStateTabletNum",
)  # fmt: skip
PENDING_COLUMNS = ("TabletId", "Type", "Medium", "Status", "State", "OrigPrio", "SrcBe", "DestBe", "ErrMsg")
JOURNAL = 197_425_419


def size_text(count: float) -> str:
    """As DebugUtil.getByteUint prints: three decimals, at most TB."""
    for unit, name in ((TIB, "TB"), (GIB, "GB"), (KIB**2, "MB"), (KIB, "KB")):
        if count >= unit:
            return f"{count / unit:.3f} {name}"
    return f"{count:.3f} B"


def percent_text(share: float) -> str:
    return f"{share * 100:.2f} %"


class Front:
    """Executes statements against a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        reads: list[tuple[str, Callable[[Session, re.Match[str]], Rows]]] = [
            (r"SHOW BACKENDS", lambda s, m: self._leader_only(s, self._backends)),
            (r"SHOW FRONTENDS", lambda s, m: self._leader_only(s, self._frontends)),
            (r"SHOW COMPUTE NODES", lambda s, m: (("ComputeNodeId", "IP", "HeartbeatPort", "Alive"), [])),
            (r"SHOW PROC '([^']*)'", lambda s, m: self._proc(s, m[1])),
            (r"ADMIN SHOW FRONTEND CONFIG(?: LIKE '([^']*)')?", lambda s, m: self._show_config(s, m[1])),
            (r"SHOW GRANTS", lambda s, m: self._grants(s)),
            (r"SHOW ALTER TABLE (COLUMN|ROLLUP) FROM `([^`]+)`.*", lambda s, m: self._alters(m[1], m[2])),
            (r"SET .*", lambda s, m: OK),
            (r"SELECT current_version\(\)", lambda s, m: (("current_version()",), [(self._version_words(),)])),
            (r"SELECT CURRENT_ROLE\(\)(?: AS CURRENT_ROLE)?", lambda s, m: (("CURRENT_ROLE",), [("cluster_admin, db_admin",)])),
            (r"SELECT 1", lambda s, m: (("1",), [("1",)])),
            (r"SELECT .* FROM information_schema\..*", lambda s, m: self._select(s, m[0])),
        ]
        writes: list[tuple[str, Callable[[Session, re.Match[str]], Rows]]] = [
            (r'ALTER SYSTEM DECOMMISSION BACKEND (".*")', lambda s, m: self._decommission(_addresses(m[1]))),
            (r'CANCEL DECOMMISSION BACKEND (".*")', lambda s, m: self._cancel(_addresses(m[1]))),
            (r'ALTER SYSTEM DROP BACKEND (".*?")( FORCE)?', lambda s, m: self._drop(_addresses(m[1]), bool(m[2]))),
            (r'ALTER SYSTEM ADD BACKEND (".*")', lambda s, m: self._add(_addresses(m[1]))),
            (r'ADMIN SET FRONTEND CONFIG \("([^"]+)" = "([^"]*)"\)', lambda s, m: self._set_config(m[1], m[2])),
        ]
        self._reads = [(re.compile(pattern, re.IGNORECASE | re.DOTALL), run) for pattern, run in reads]
        self._writes = [(re.compile(pattern, re.IGNORECASE | re.DOTALL), run) for pattern, run in writes]

    def execute(self, sql: str, session: Session) -> tuple[Rows, bool]:
        """The answer, and whether the statement is one that changes the cluster. Raises SqlError."""
        text = sql.strip().rstrip(";").strip()
        for pattern, run in self._reads:
            if match := pattern.fullmatch(text):
                return run(session, match), False
        for pattern, run in self._writes:
            if match := pattern.fullmatch(text):
                self._need_leader(session)
                return run(session, match), True
        word = text.split(" ")[0][:20] if text else ""
        raise UnknownStatement(
            f"Getting syntax error at line 1, column 0. Detail message: Unexpected input '{word}', "
            "the most similar input is {a legal identifier}."
        )

    # Showing.

    def _need_leader(self, session: Session) -> None:
        if self.cluster.model.leader() is None:
            raise SqlError("Internal error processing forward: no leader is known")

    def _leader_only(self, session: Session, rows: Callable[[], Rows]) -> Rows:
        self._need_leader(session)
        return rows()

    def _backends(self) -> Rows:
        model = self.cluster.model
        rows = [self._backend_row(b) for b in sorted(model.backends, key=lambda b: (b.host, b.heartbeat_port))]
        return BACKEND_COLUMNS, rows

    def _backend_row(self, b: SimBackend) -> tuple[str | None, ...]:
        known = b.last_heartbeat >= 0
        used, avail, total = (b.reported_used, b.reported_avail, b.total) if known else (0.0, 1.0, 0.0)
        pct = (total - avail) / total if total else 0.0
        beat = self.cluster.clock_text(b.last_heartbeat) if known else None
        return (
            str(b.id), b.host, str(b.heartbeat_port), "9060", "8040", "8060",
            self.cluster.clock_text(b.started) if known else None, beat, _bool(b.alive), _bool(b.leaving), "false",
            str(self.cluster.model.tablets_on(b.id)), size_text(used), size_text(avail), size_text(total), percent_text(pct),
            percent_text(pct), b.error, (b.version or self.cluster.model.version) if known else "",
            f'{{"lastSuccessReportTabletsTime":"{beat}"}}', size_text(used + avail),
            percent_text(used / (used + avail) if used + avail else 0), str(b.cores), str(b.running_queries), b.mem_used,
            b.cpu_used, f"Status: Normal, DiskUsage: 0B/{b.cache}, MemUsage: 0B/0B", "",
        )  # fmt: skip

    def _frontends(self) -> Rows:
        model, now = self.cluster.model, self.cluster.now
        rows: list[tuple[str | None, ...]] = []
        for f in model.frontends:
            role = f.role if f.alive or f.role == "OBSERVER" else "FOLLOWER"
            journal = JOURNAL + int(now) - (0 if role == "LEADER" else 26)
            started = self.cluster.clock_text(f.started) if f.alive else "NULL"
            rows.append((
                f.name, f.host, str(f.edit_log_port), str(f.http_port), str(f.query_port), str(f.rpc_port), role,
                str(model.cluster_id), "true", _bool(f.alive), str(journal), self.cluster.clock_text(now), "true",
                "" if f.alive else "got exception", started, model.version if f.alive else "NULL",
            ))  # fmt: skip
        return FRONTEND_COLUMNS, rows

    def _proc(self, session: Session, path: str) -> Rows:
        if session.user == "sr_limited":
            raise SqlError("Access denied; you need (at least one of) the OPERATE privilege(s) on SYSTEM for this operation.", 1252, "42000")
        model = self.cluster.model
        self._need_leader(session)
        if path == "/backends":
            return self._backends()
        if match := re.fullmatch(r"/backends/(\d+)", path):
            return self._disks(int(match[1]))
        if path == "/cluster_balance":
            pending = sum(count for _, count in self.cluster.drains.reasons.values())
            moving = sum(model.tablets_on(b.id) for b in model.backends if b.leaving)
            items = (("cluster_load_stat", 1), ("working_slots", len(model.backends)), ("sched_stat", 1),
                     ("pending_tablets", min(10_000, pending or moving)), ("running_tablets", min(64, moving)))  # fmt: skip
            return ("Item", "Number"), [(name, str(number)) for name, number in items]
        if path == "/cluster_balance/pending_tablets":
            return PENDING_COLUMNS, self._pending()
        if path == "/statistic":
            return STATISTIC_COLUMNS, self._statistic()
        if path == "/colocation_group":
            columns = ("GroupId", "GroupName", "TableIds", "BucketsNum", "ReplicationNum", "IsStable")
            return columns, [("11.100", g, "11001", "6", "3", _bool(model.colocate_stable)) for g in model.colocate_groups]
        if path == "/dbs":
            return ("DbId", "DbName"), [(str(i), name) for i, name in self._databases().items()]
        if path == "/transactions":
            return ("DbId", "DbName"), [(str(i), name) for i, name in self._databases().items()]
        if match := re.fullmatch(r"/transactions/(\d+)/running", path):
            return self._transactions(int(match[1]))
        raise SqlError(f"Proc path '{path}' doesn't exist")

    def _databases(self) -> dict[int, str]:
        names = dict.fromkeys(p.database for p in self.cluster.model.partitions.values())
        return {10_100 + index: name for index, name in enumerate(names)}

    def _disks(self, backend_id: int) -> Rows:
        b = self.cluster.model.by_id(backend_id)
        if b is None:
            raise SqlError(f"Backend[{backend_id}] does not exist.")
        other = max(0.0, b.total - b.reported_used - b.reported_avail)
        columns = ("RootPath", "DataUsedCapacity", "OtherUsedCapacity", "AvailCapacity", "TotalCapacity", "TotalUsedPct",
                   "State", "PathHash", "StorageMedium", "TabletNum")  # fmt: skip
        row = ("/data/starrocks/be", size_text(b.reported_used), size_text(other), size_text(b.reported_avail), size_text(b.total),
               percent_text((b.total - b.reported_avail) / b.total if b.total else 0), "ONLINE", "7391", "HDD",
               str(self.cluster.model.tablets_on(b.id)))  # fmt: skip
        return columns, [row]

    def _pending(self) -> list[tuple[str | None, ...]]:
        rows: list[tuple[str | None, ...]] = []
        for reason, (partition, count) in self.cluster.drains.reasons.items():
            for index in range(min(count, 100)):
                tablet = str(partition * 1000 + index)
                rows.append((tablet, "REPAIR", "HDD", "REPLICA_RELOCATING", "PENDING", "NORMAL", "-1", "-1", f"{reason}"))
        return rows

    def _statistic(self) -> list[tuple[str | None, ...]]:
        model = self.cluster.model
        rows: list[tuple[str | None, ...]] = []
        totals = [0] * 9
        live = {p.id for p in model.live_partitions()}
        leaving = {b.id for b in model.backends if b.leaving or not b.alive}
        for number, name in self._databases().items():
            mine = {p.id for p in model.partitions.values() if p.database == name and p.id in live}
            cells = [(c, n) for c, n in model.cells.items() if c[0] in mine]
            tablets = sum(n for _, n in cells)
            unhealthy = sum(n for (_, ids), n in cells if leaving & set(ids))
            counts = [len({model.partitions[p].table_id for p in mine}), len(mine), len(mine), tablets,
                      sum(n * len(ids) for (_, ids), n in cells), unhealthy, 0, 0, 0]  # fmt: skip
            totals = [a + b for a, b in zip(totals, counts, strict=True)]
            rows.append((str(number), name, *map(str, counts)))
        totals[5] += model.unhealthy_baseline
        return [*rows, ("Total", str(len(rows)), *map(str, totals))]

    def _transactions(self, database_id: int) -> Rows:
        name = self._databases().get(database_id)
        columns = ("TransactionId", "Label", "TransactionStatus", "PrepareTime")
        rows = [(str(t[1]), t[2], "PREPARE", self.cluster.clock_text(t[3])) for t in self.cluster.model.transactions if t[0] == name]
        return columns, list(rows)

    def _alters(self, kind: str, database: str) -> Rows:
        columns = ("JobId", "TableName", "CreateTime", "FinishTime", "State")
        if kind.upper() != "COLUMN":
            return columns, []
        tables = {p.table for p in self.cluster.model.partitions.values()
                  if p.database == database and p.alter_until is not None and p.alter_until > self.cluster.now}  # fmt: skip
        started = self.cluster.clock_text(self.cluster.now - 60)
        return columns, [("77001", t, started, None, "RUNNING") for t in sorted(tables)]

    def _grants(self, session: Session) -> Rows:
        roles = "'cluster_admin'" if session.user == "sr_limited" else "'cluster_admin', 'db_admin'"
        columns = ("UserIdentity", "Catalog", "Grants")
        return columns, [(f"'{session.user}'@'%'", None, f"GRANT {roles} TO USER '{session.user}'@'%'")]

    def _version_words(self) -> str:
        return self.cluster.model.version.replace("-", " ", 1)

    # Settings.

    def _show_config(self, session: Session, like: str | None) -> Rows:
        config = self.cluster.config_of(session.fe)
        pattern = re.compile((like or "%").replace("%", ".*"), re.IGNORECASE)
        columns = ("Key", "AliasNames", "Value", "Type", "IsMutable", "Comment")
        rows = [(k, "[]", v, "string", _bool(k not in IMMUTABLE), "") for k, v in sorted(config.items()) if pattern.fullmatch(k)]
        return columns, list(rows)

    def _set_config(self, key: str, value: str) -> Rows:
        key = ALIASES.get(key, key)
        if key not in DEFAULTS or key in IMMUTABLE:
            raise SqlError(f"Config '{key}' does not exist or is not mutable")
        for frontend in self.cluster.model.frontends:
            if frontend.alive:
                frontend.config[key] = value
        return OK

    # Changing.

    def _listed(self, addresses: list[str], text: str) -> list[SimBackend]:
        found = []
        for address in addresses:
            backend = self.cluster.model.backend(address)
            if backend is None:
                raise SqlError(text.format(address))
            found.append(backend)
        return found

    def _decommission(self, addresses: list[str]) -> Rows:
        model = self.cluster.model
        targets = [b for b in self._listed(addresses, "Backend does not exist[{}]") if not b.leaving]
        if not targets:
            return OK
        stay = [b for b in model.backends if not b.leaving and b not in targets]
        avail = sum(b.reported_avail for b in stay) - sum(b.reported_used for b in model.backends if b.leaving)
        if avail < sum(b.reported_used for b in targets):
            raise SqlError("It will cause insufficient disk space if these BEs are decommissioned.")
        alive = sum(b.alive for b in stay)
        for p in model.live_partitions():
            if p.replication > alive:
                raise SqlError(
                    "It will cause insufficient BE number if these BEs are decommissioned because the table "
                    f"{p.database}.{p.table} requires {p.replication} replicas."
                )
        for b in targets:
            b.decommissioned_at = self.cluster.now
        return OK

    def _cancel(self, addresses: list[str]) -> Rows:
        for b in self._listed(addresses, "Backend does not exist[{}]"):
            b.decommissioned_at = None
        return OK

    def _drop(self, addresses: list[str], force: bool) -> Rows:
        model = self.cluster.model
        for b in self._listed(addresses, "backend does not exists[{}]"):
            lonely = next((p for p in model.live_partitions() if p.replication == 1 and model.cells.get((p.id, (b.id,)))), None)
            if lonely is not None and not force:
                name = f"{lonely.database}.{lonely.table}"
                raise SqlError(
                    f"Tables such as [{name}] on the backend[{b.address}] have only one replica. To avoid data loss, "
                    f"please change the replication_num of [{name}] to three. ALTER SYSTEM DROP BACKEND <backends> FORCE "
                    "can be used to forcibly drop the backend. "
                )
            model.lose(b.id)
            model.backends.remove(b)
        return OK

    def _add(self, addresses: list[str]) -> Rows:
        for address in addresses:
            host, port = address.rsplit(":", 1)
            if self.cluster.model.backend(address):
                raise SqlError(f"Backend already exists with same host {host} and port {port}")
            self.cluster.add_backend(host, int(port))
        return OK

    # information_schema, answered by a database that is filled from the model on demand.

    def _select(self, session: Session, sql: str) -> Rows:
        database = sqlite3.connect(":memory:")
        database.create_function("CONCAT", -1, lambda *parts: "".join(str(part) for part in parts))
        database.execute("ATTACH ':memory:' AS information_schema")
        self._fill(database, sql, seen=session.user != "sr_limited")
        try:
            cursor = database.execute(sql)
        except sqlite3.Error as error:
            raise SqlError(f"Getting analyzing error. Detail message: {error}.") from None
        columns = [column[0] for column in cursor.description]
        rows = [tuple(None if v is None else str(v) for v in row) for row in cursor.fetchall()]
        database.close()
        return columns, rows

    def _fill(self, database: sqlite3.Connection, sql: str, *, seen: bool) -> None:
        model = self.cluster.model
        database.execute(
            "CREATE TABLE information_schema.partitions_meta (DB_NAME, TABLE_NAME, PARTITION_NAME, "
            "PARTITION_ID INTEGER PRIMARY KEY, BUCKETS, REPLICATION_NUM, STORAGE_MEDIUM)"
        )
        if seen:
            database.executemany(
                "INSERT INTO information_schema.partitions_meta VALUES (?, ?, ?, ?, ?, ?, 'HDD')",
                ((p.database, p.table, p.name, p.id, p.tablets, p.replication) for p in model.live_partitions()),
            )
        if "be_tablets" in sql.lower():
            database.execute(
                "CREATE TABLE information_schema.be_tablets (BE_ID, TABLE_ID, PARTITION_ID, TABLET_ID, DATA_SIZE)"
            )
            wanted = {int(number) for number in re.findall(r"BE_ID\s*=\s*(\d+)", sql, re.IGNORECASE)}
            database.executemany("INSERT INTO information_schema.be_tablets VALUES (?, ?, ?, ?, ?)", self._tablets(wanted))

    def _tablets(self, backend_ids: set[int]) -> Iterator[tuple[int, int, int, int, int]]:
        model = self.cluster.model
        for backend in model.backends:
            if backend_ids and backend.id not in backend_ids or not backend.alive:
                continue
            held = model.tablets_on(backend.id)
            each = int(backend.data_used / held) if held else 0
            for (partition, ids), count in model.cells.items():
                if backend.id in ids:
                    for index in range(count):
                        yield backend.id, model.partitions[partition].table_id, partition, partition * 1_000_000 + index, each


class UnknownStatement(SqlError):
    """A statement the twin never learned."""


def _addresses(text: str) -> list[str]:
    return [part.strip().strip('"').replace(" ", "") for part in text.split(",")]


def _bool(value: bool) -> str:
    return "true" if value else "false"


def moment(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)
