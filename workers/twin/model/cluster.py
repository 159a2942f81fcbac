"""The cluster as one thing: its nodes, catalog, placement and activity, and the questions everybody asks of it."""

import random
from collections.abc import Callable, Iterable

from workers.twin.agenda import Agenda
from workers.twin.answers import ResultSet
from workers.twin.model.activity import AlterJob, BinnedPartition, RoutineLoad, Transaction
from workers.twin.model.catalog import Catalog, Database
from workers.twin.model.hosts import Host
from workers.twin.model.materialized_views import MaterializedView
from workers.twin.model.nodes import Backend, ComputeNode, Frontend
from workers.twin.model.placement import Placement
from workers.twin.model.settings import COLOCATE_STABLE_WAIT, SETTINGS
from workers.twin.model.versions import Version

ZONE = "Asia/Shanghai"
"""The clusters' system time zone, which the printed times of mission 000 are in (StarRocks' CST is +08:00)."""


class Cluster:
    """State only; what changes it over time is in `workers.twin.life`, what people send is in `workers.twin.sql`."""

    def __init__(self, name: str, version: Version, epoch: float, seed: int) -> None:
        self.name = name
        self.version = version
        self.epoch = epoch
        self.cluster_id = 510_224_456
        self.run_mode = "shared_nothing"
        self.rng = random.Random(seed)
        self.agenda = Agenda()
        self.backends: dict[int, Backend] = {}
        self.frontends: list[Frontend] = []
        self.zombies: list[Frontend] = []
        self.compute_nodes: dict[int, ComputeNode] = {}
        self.catalog = Catalog()
        self.placement = Placement(self.backends)
        self.leader: Frontend | None = None
        self.transactions: dict[int, Transaction] = {}
        self.alter_jobs: list[AlterJob] = []
        self.routine_loads: list[RoutineLoad] = []
        self.materialized_views: list[MaterializedView] = []
        self.global_variables: dict[str, str] = {}
        """What SET GLOBAL changed; metadata, so it belongs to no frontend."""
        self.recycle_bin: list[BinnedPartition] = []
        self.hosts: dict[str, Host] = {}
        self.kept_answers: dict[tuple[object, ...], ResultSet] = {}
        """Answers that follow from the catalog alone, of its present revision."""
        self.added: set[int] = set()
        """Backends that came by ADD BACKEND: the balancer fills them."""
        self.clone_speed = 1.0
        self.next_node_id = 20_000_001
        self.next_transaction = 9_801_000
        self.first_journal = 197_425_419
        self.membership_changed_at = float("-inf")
        """When the set of alive backends last changed; the colocate balancer waits for it to rest."""
        self.disturbed = False
        """Something may need repair or relocation; the checker looks only then."""
        self.leader_changed: list[Callable[[], None]] = []
        self.frontend_stopped: list[Callable[[Frontend], None]] = []
        """Called when a frontend's process stops, so that its connections break."""
        self.image_written: list[Callable[[Frontend], None]] = []
        """Called when a frontend has a newer image."""
        self.process_moved: list[Callable[[str, str, bool], None]] = []
        """Called with host, "be", "cn" or "fe", and whether it runs now, whatever made it stop or start."""
        self.wrong_packages: dict[str, str] = {}
        """Version that a package is named by -> version that the files in it report."""

    @property
    def now(self) -> float:
        return self.agenda.now

    @property
    def shared_data(self) -> bool:
        return self.run_mode == "shared_data"

    def new_node_id(self) -> int:
        self.next_node_id += 1
        return self.next_node_id - 1

    def journal(self) -> int:
        """The leader's newest journal id; two entries a second is this model's invention."""
        return self.first_journal + int(self.now * 2)

    # --- nodes

    def host(self, name: str) -> Host:
        """The host as it was described, or an ordinary one."""
        return self.hosts.setdefault(name, Host(name))

    def tell_moved(self, host: str, process: str, *, up: bool) -> None:
        for tell in self.process_moved:
            tell(host, process, up)

    def backend_at(self, address: str) -> Backend | None:
        return next((b for b in self.backends.values() if b.address == address), None)

    def backend_named(self, ident: str) -> Backend | None:
        """By host:port, host or id, for people who inject faults."""
        for backend in self.backends.values():
            if ident in (backend.address, backend.host, str(backend.id)):
                return backend
        return None

    def compute_node_at(self, address: str) -> ComputeNode | None:
        return next((n for n in self.compute_nodes.values() if n.address == address), None)

    def frontend_named(self, ident: str) -> Frontend | None:
        for frontend in (*self.frontends, *self.zombies):
            if ident in (frontend.address, frontend.host, frontend.name):
                return frontend
        return None

    def followers(self) -> list[Frontend]:
        return [f for f in self.frontends if f.kind == "FOLLOWER"]

    def has_majority(self) -> bool:
        """BDBJE's simple majority over voting members whose process runs."""
        voters = [f for f in self.followers() if f.joined]
        return sum(f.process_up and f.ready for f in voters) >= len(voters) // 2 + 1

    def staying(self, leaving: Iterable[int] = ()) -> list[Backend]:
        """Not decommissioned and not in `leaving`; dead ones included, as in the FE's own formula."""
        gone = set(leaving)
        return [b for b in self.backends.values() if not b.decommissioned and b.id not in gone]

    # --- settings: the leader's memory decides

    def setting(self, name: str, frontend: Frontend | None = None) -> str:
        """As the leader sees it; while nobody leads, the default."""
        if name == "run_mode":
            return self.run_mode
        holder = frontend or self.leader
        if holder is not None and name in holder.settings:
            return holder.settings[name]
        known = SETTINGS.get(name)
        return known.default if known else COLOCATE_STABLE_WAIT.default

    def number(self, name: str) -> int:
        return int(float(self.setting(name)))

    def flag(self, name: str) -> bool:
        return self.setting(name).lower() == "true"

    # --- activity

    def oldest_transaction(self, database: Database, before: float) -> Transaction | None:
        """The oldest load of this database that was prepared before `before` and still runs."""
        blocking = [t for t in self.transactions.values() if t.database is database and t.prepared <= before]
        return min(blocking, key=lambda t: t.prepared, default=None)

    def running_alters(self) -> list[AlterJob]:
        return [job for job in self.alter_jobs if job.state == "RUNNING"]
