"""Cluster state: one look at a cluster, frozen, with the time it was taken.

Sizes are bytes, shares are 0..1, times are UTC. A part that could not be read is None, and `unread` says why: a rule
that needs it must answer "unknown", never "fine".
"""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from pydantic import Field

from policies.address import Address
from policies.hosts import HostLook
from policies.images import ImageLook
from policies.record import Record
from policies.views import Views


class RunMode(StrEnum):
    """Where tablets live: on the backends' own disks, or in shared object storage."""

    SHARED_NOTHING = "shared_nothing"
    SHARED_DATA = "shared_data"


class Role(StrEnum):
    """What a frontend is right now; LEADER is the follower that leads."""

    LEADER = "LEADER"
    FOLLOWER = "FOLLOWER"
    OBSERVER = "OBSERVER"
    UNKNOWN = "UNKNOWN"


class NodeKind(StrEnum):
    """What a node is in ALTER SYSTEM ADD and DROP: the words of the statement."""

    BACKEND = "BACKEND"
    COMPUTE_NODE = "COMPUTE NODE"
    FOLLOWER = "FOLLOWER"
    OBSERVER = "OBSERVER"

    @property
    def frontend(self) -> bool:
        return self in {NodeKind.FOLLOWER, NodeKind.OBSERVER}

    @property
    def process(self) -> str:
        """What runs on the host: FE, BE or CN."""
        return "FE" if self.frontend else self.short

    @property
    def short(self) -> str:
        """As people say it: BE, CN, follower, observer."""
        return {"BACKEND": "BE", "COMPUTE NODE": "CN"}.get(self.value, self.value.lower())


class Disk(Record):
    """One storage path of a backend (SHOW PROC '/backends/<id>'); `data_total` = data used + available."""

    path: str
    medium: str
    state: str
    data_used: int
    avail: int
    total: int

    @property
    def data_total(self) -> int:
        return self.data_used + self.avail


class Backend(Record):
    """A row of SHOW BACKENDS. `tablets` counts replicas on this node, those in the FE's recycle bin included."""

    id: int
    address: Address
    alive: bool
    decommissioned: bool
    tablets: int
    data_used: int
    avail: int
    total: int
    used_share: float
    max_disk_used_share: float
    version: str = ""
    error: str = ""
    status_code: str | None = None
    location: str = ""
    be_port: int = -1
    http_port: int = -1
    brpc_port: int = -1
    running_queries: int | None = None
    last_start: datetime | None = None
    last_heartbeat: datetime | None = None
    disks: tuple[Disk, ...] | None = None
    mem_limit: int | None = None
    """Bytes that the process says it may take (SHOW BACKENDS, later than 3.3.3); None where the version does not show it."""
    warehouse: str = ""
    """Whose queries it runs in shared_data; empty where the version does not show it."""

    @property
    def data_total(self) -> int:
        return self.data_used + self.avail

    @property
    def shutting_down(self) -> bool:
        """A graceful stop is going on (StatusCode SHUTDOWN, StarRocks 3.4 and later)."""
        return self.status_code == "SHUTDOWN" or "BE is shutting down" in self.error


class Frontend(Record):
    """A row of SHOW FRONTENDS; `address` is host and edit_log_port."""

    name: str
    address: Address
    role: Role
    alive: bool
    joined: bool
    query_port: int
    http_port: int
    rpc_port: int
    journal_id: int
    version: str = ""
    error: str = ""
    last_start: datetime | None = None
    last_heartbeat: datetime | None = None
    cluster_id: int = 0
    """0 where it is not shown."""


class ComputeNode(Record):
    """A row of SHOW COMPUTE NODES."""

    id: int
    address: Address
    alive: bool
    decommissioned: bool = False
    http_port: int = -1
    version: str = ""
    error: str = ""
    running_queries: int | None = None
    warehouse: str = ""
    last_start: datetime | None = None
    mem_limit: int | None = None


class ReplicationCount(Record):
    """How much data is configured with one replication number (information_schema.partitions_meta)."""

    replication: int
    partitions: int
    tablets: int
    example: str = ""


class OneReplicaTable(Record):
    """A table with partitions of one replica that have tablets on one backend."""

    backend_id: int
    name: str
    partitions: int
    tablets: int
    data_bytes: int | None = None


class TabletHealth(Record):
    """The Total row of SHOW PROC '/statistic'."""

    tables: int
    partitions: int
    tablets: int
    replicas: int
    unhealthy: int
    inconsistent: int
    cloning: int
    error_state: int

    @property
    def bad(self) -> int:
        """Tablets that lack a good copy, of whichever kind."""
        return self.unhealthy + self.inconsistent + self.error_state


class PendingTablet(Record):
    """A tablet in the FE's scheduler, with the reason it gives (SHOW PROC '/cluster_balance/pending_tablets')."""

    tablet_id: int
    status: str
    state: str
    message: str
    from_backend: int | None = None


class Scheduler(Record):
    """The tablet scheduler of the leader (SHOW PROC '/cluster_balance'); `examples` is read only when a drain stalls."""

    pending: int
    running: int
    examples: tuple[PendingTablet, ...] = ()


class ColocateGroup(Record):
    """A row of SHOW PROC '/colocation_group'."""

    id: str
    name: str
    stable: bool
    replication: int | None = None


class AlterJob(Record):
    """A schema change or rollup that is not finished."""

    database: str
    table: str
    kind: str
    state: str
    created: datetime | None = None


class RunningTransaction(Record):
    """An unfinished load transaction (SHOW PROC '/transactions/<db>/running')."""

    database: str
    id: int
    label: str
    prepared: datetime | None = None


class RoutineLoad(Record):
    """A routine load that was not stopped (SHOW PROC '/routine_loads/<name>'); `reason` is why its state changed last."""

    database: str
    name: str
    state: str
    paused_at: datetime | None = None
    reason: str = ""

    @property
    def paused(self) -> bool:
        return self.state == "PAUSED"


class RecycleBin(Record):
    """Replicas that the backends hold for dropped tables and partitions, which the FE has not erased yet.

    `on_backend` maps backend id to replicas; `source` says how it was found, since versions before 4.0 cannot list it.
    """

    on_backend: dict[int, int]
    source: str


class Privileges(Record):
    """What the bot's account may do, as far as it could be proven; `missing` is what to grant, in words.

    `alters_views` is True when a role or a grant gives ALTER on all materialized views; a grant on single ones is not read.
    """

    account: str
    roles: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    alters_views: bool = False


class ClusterState(Record):
    """Everything one look saw. `taken_at` is the time before the first statement was sent."""

    cluster: str
    taken_at: datetime
    version: str
    run_mode: RunMode
    answered_by: str = ""
    frontends: tuple[Frontend, ...] = ()
    backends: tuple[Backend, ...] = ()
    compute_nodes: tuple[ComputeNode, ...] = ()
    compute_nodes_read: bool = False
    settings: dict[str, str] = Field(default_factory=dict)
    replication: tuple[ReplicationCount, ...] | None = None
    one_replica: tuple[OneReplicaTable, ...] | None = None
    health: TabletHealth | None = None
    scheduler: Scheduler | None = None
    colocate_groups: tuple[ColocateGroup, ...] | None = None
    alter_jobs: tuple[AlterJob, ...] | None = None
    transactions: tuple[RunningTransaction, ...] | None = None
    routine_loads: tuple[RoutineLoad, ...] | None = None
    """None when they were not asked for or could not be read."""
    recycle_bin: RecycleBin | None = None
    privileges: Privileges | None = None
    unread: dict[str, str] = Field(default_factory=dict)
    frontend_settings: dict[str, dict[str, str]] | None = None
    """Frontend host -> what that very frontend has in memory; None when the frontends were not asked one by one."""
    variables: dict[str, str] | None = None
    """Global variables that a hop may want changed, as the leader shows them; None when they were not asked for or read."""
    blacklists: dict[str, frozenset[int]] | None = None
    """Frontend host -> ids of the backends and compute nodes on that frontend's blacklist; None when none was asked."""
    views: Views | None = None
    """Materialized views; None when they were not asked for or could not be read."""
    images: dict[str, ImageLook] | None = None
    """Frontend host -> its newest image of the metadata; None when none was asked, and who did not tell is missing."""
    answers: dict[str, str] | None = None
    """Frontend host -> why a query through that very frontend failed, empty when it was answered; None when none was asked."""
    silent: frozenset[Address] | None = None
    """Addresses that were tried and do not answer; None when none was tried."""
    answering: frozenset[Address] | None = None
    """Addresses that were tried and do answer; None when none was tried. In neither: there is no way to try."""
    hosts: tuple[HostLook, ...] | None = None
    """Looks at the hosts of some nodes; None when the cluster's hosts are in the hands of people."""
    spare: str = ""
    """The host that the settings keep for rehearsals; no node of the cluster lives there. Empty when there is none."""
    stage_fan_out: int = 1
    """On how many hosts a package may be staged at a time, as the settings say."""
    remembered_at: datetime | None = None
    """When the lists of nodes were really read: no frontend answers now, and this is how the cluster was last seen."""

    def backend(self, address: Address) -> Backend | None:
        """The backend listed under exactly this host and heartbeat port."""
        return next((b for b in self.backends if b.address == address), None)

    def backend_by_id(self, backend_id: int) -> Backend | None:
        return next((b for b in self.backends if b.id == backend_id), None)

    @property
    def workers(self) -> tuple[Backend | ComputeNode, ...]:
        """Every node that runs queries."""
        return (*self.backends, *self.compute_nodes)

    @property
    def nodes(self) -> tuple[Frontend | Backend | ComputeNode, ...]:
        return (*self.frontends, *self.backends, *self.compute_nodes)

    @property
    def kinds(self) -> dict[Address, NodeKind]:
        """Every node by its address."""
        frontends = {f.address: NodeKind.OBSERVER if f.role is Role.OBSERVER else NodeKind.FOLLOWER for f in self.frontends}
        backends = {b.address: NodeKind.BACKEND for b in self.backends}
        return frontends | backends | {c.address: NodeKind.COMPUTE_NODE for c in self.compute_nodes}

    def compute_node(self, address: Address) -> ComputeNode | None:
        return next((c for c in self.compute_nodes if c.address == address), None)

    def node(self, kind: NodeKind, address: Address) -> "Backend | ComputeNode | Frontend | None":
        """The node of this kind listed at this address; a leading frontend is a follower."""
        match kind:
            case NodeKind.BACKEND:
                return self.backend(address)
            case NodeKind.COMPUTE_NODE:
                return self.compute_node(address)
            case _:
                found = self.frontend(address)
                return found if found is not None and (found.role is Role.OBSERVER) == (kind is NodeKind.OBSERVER) else None

    def lists(self, kind: NodeKind) -> bool:
        """Whether this look read the list that such a node would be in; an empty list of backends is not believed."""
        if kind.frontend:
            return bool(self.frontends)
        return self.compute_nodes_read if kind is NodeKind.COMPUTE_NODE else bool(self.backends)

    def frontend(self, address: Address) -> Frontend | None:
        return next((f for f in self.frontends if f.address == address), None)

    def host_of(self, address: Address) -> HostLook | None:
        """The look at the host of the node at this address, if there was one."""
        return next((look for look in self.hosts or () if look.address == address), None)

    @property
    def leader(self) -> Frontend | None:
        return next((f for f in self.frontends if f.role is Role.LEADER), None)

    @property
    def cluster_id(self) -> int:
        """What VERSION of every frontend's metadata and cluster_id of every storage path say; 0 when it is not known."""
        return next((f.cluster_id for f in self.frontends if f.cluster_id and f.role is not Role.UNKNOWN), 0)

    def staying(self, leaving: "frozenset[Address] | set[Address]" = frozenset()) -> Iterator[Backend]:
        """Backends that will hold data afterwards: not in `leaving`, and not already being drained."""
        return (b for b in self.backends if b.address not in leaving and not b.decommissioned)

    def setting(self, name: str, default: str) -> str:
        """A frontend config value as the leader shows it, or `default` (StarRocks' own) when it was not read."""
        return self.settings.get(name, default)
