"""Frontends, backends, compute nodes. Times are simulated seconds since the start (before it: negative); None is never."""

from dataclasses import dataclass, field

HEARTBEAT_S = 5.0  # fe: Config.heartbeat_timeout_second
HEARTBEAT_FAILURES = 4  # fe: heartbeat_retry_times=3 are tolerated, the 4th failure counts
CATCH_UP_PER_S = 800.0  # invented: journal entries a new frontend replays in a second
DISK_REPORT_S = 60.0  # be: report_disk_state_interval_seconds, report_tablet_interval_seconds


@dataclass(frozen=True)
class Usage:
    """A disk as a backend reported it, in bytes."""

    data_used: int
    other_used: int
    total: int

    @property
    def avail(self) -> int:
        return max(0, self.total - self.data_used - self.other_used)

    @property
    def data_total(self) -> int:
        """What StarRocks calls DataTotalCapacity: the part of the disk that other files do not take."""
        return self.data_used + self.avail


@dataclass
class Disk:
    """A storage path. `tablet_bytes` follows the placement; `ballast` is data whose tablets are not modelled."""

    path: str
    path_hash: int
    total: int
    other_used: int
    medium: str = "HDD"
    state: str = "ONLINE"
    tablet_bytes: int = 0
    ballast: int = 0
    trash: int = 0
    slowness: float = 1.0
    """How many times as long as on a healthy disk a clone from or to it takes."""
    arriving: int = 0
    """Bytes of clones under way to this disk (fe: TabletScheduler incrDestPathCopingSize)."""

    @property
    def usage(self) -> Usage:
        """As it is on the host right now; the FE knows only what was reported."""
        return Usage(max(0, self.tablet_bytes + self.ballast), self.other_used + self.trash, self.total)


@dataclass
class Backend:
    """A storage node. `reported` is what the FE last heard, None before the first disk report."""

    id: int
    host: str
    disk: Disk
    version: str
    heartbeat_port: int = 9050
    be_port: int = 9060
    http_port: int = 8040
    brpc_port: int = 8060
    starlet_port: int = 9070
    worker_id: int = 0
    cpu_cores: int = 16
    mem_limit: int = 64 * 1024**3  # invented
    running_queries: int = 0
    mem_pct: float = 1.0
    cpu_pct: float = 1.0
    cache: str = "Status: Normal, DiskUsage: 0B/980GB, MemUsage: 0B/0B"
    location: str = ""
    process_up: bool = True
    alive: bool = True
    decommissioned: bool = False
    shutting_down: bool = False
    error: str = ""
    tablets: int = 0
    slots_taken: int = 0
    last_start: float | None = None
    last_heartbeat: float | None = None
    last_report: float | None = None
    down_since: float | None = None
    reported: Usage | None = None
    replayed: Usage | None = None
    """The figures a follower knows: disk usage is not in the edit log (fe: system/Backend.java)."""
    epoch: int = 0
    """Raised whenever the process stops or starts, so that events of an older life are ignored."""

    @property
    def address(self) -> str:
        return f"{self.host}:{self.heartbeat_port}"

    @property
    def takes_replicas(self) -> bool:
        """May a clone be sent here? (fe: SystemInfoService isAvailable + disk ONLINE)"""
        return self.alive and not self.decommissioned and self.disk.state == "ONLINE" and self.reported is not None


@dataclass
class ComputeNode:
    """A node without storage of its own (shared_data, or a cache node)."""

    id: int
    host: str
    version: str
    heartbeat_port: int = 9050
    be_port: int = 9060
    http_port: int = 8040
    brpc_port: int = 8060
    starlet_port: int = 9070
    cpu_cores: int = 16
    mem_limit: int = 64 * 1024**3  # invented
    running_queries: int = 0
    mem_pct: float = 3.2
    cpu_pct: float = 1.4
    cache: str = "Status: Normal, DiskUsage: 12GB/980GB, MemUsage: 0B/0B"
    warehouse: str = "default_warehouse"
    process_up: bool = True
    alive: bool = True
    shutting_down: bool = False
    error: str = ""
    worker_id: int = 0
    last_start: float | None = None
    last_heartbeat: float | None = None
    tablets: int = 0
    epoch: int = 0

    @property
    def address(self) -> str:
        return f"{self.host}:{self.heartbeat_port}"


@dataclass
class Frontend:
    """A frontend. `kind` is its metadata role (FOLLOWER or OBSERVER); who leads is the cluster's to know."""

    name: str
    host: str
    version: str
    kind: str = "FOLLOWER"
    edit_log_port: int = 9010
    http_port: int = 8030
    query_port: int = 9030
    rpc_port: int = 9020
    process_up: bool = True
    ready: bool = True
    """Has replayed what it must; the MySQL port opens only then."""
    alive: bool = True
    joined: bool = True
    helper: bool = True
    dropped: bool = False
    handing_over: bool = False
    """A graceful stop was asked of the leader: it will not be elected again."""
    journal_lag: int = 0
    behind: int = 0
    """Journal entries it lacked at `ready_at`, beyond `journal_lag`; it catches up from there."""
    ready_at: float = 0.0
    error: str = ""
    image: int = 0
    """The journal id that its newest image goes up to."""
    last_start: float | None = None
    last_heartbeat: float | None = None
    refuses_until: float = 0.0
    settings: dict[str, str] = field(default_factory=dict)
    """Values set by ADMIN SET FRONTEND CONFIG in this process's memory."""
    blacklist: dict[int, float] = field(default_factory=dict)
    """Backend id -> when somebody put it there."""
    cn_blacklist: dict[int, float] = field(default_factory=dict)
    epoch: int = 0

    def lag(self, now: float) -> int:
        """Journal entries this frontend has still to replay."""
        return self.journal_lag + max(0, self.behind - int((now - self.ready_at) * CATCH_UP_PER_S))

    @property
    def address(self) -> str:
        return f"{self.host}:{self.edit_log_port}"
