"""Looking at a cluster: which parts, at which depth.

Each part is read on its own. One that cannot be read stays None and `unread` names it with the reason; only without
the lists of nodes there is no state at all.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from policies.address import Address
from policies.checks.views_seen import PART as VIEWS
from policies.cluster import Backend, ClusterState, Frontend, NodeKind, PendingTablet, Role, RunMode, Scheduler
from policies.conditions.routine_loads import PART as ROUTINE_LOADS
from policies.releases.set_first import NAMES, VARIABLES
from policies.tunable import TUNABLES
from policies.versions import BLACKLIST_SINCE, known_since
from workers.starrocks import nodes, parts, queries, reader
from workers.starrocks.client import Connection
from workers.starrocks.errors import Refused, Unreachable, Unreadable

T = TypeVar("T")
BLACKLISTS = {NodeKind.BACKEND: queries.BACKEND_BLACKLIST, NodeKind.COMPUTE_NODE: queries.COMPUTE_NODE_BLACKLIST}
LENT = NAMES | {name for one in TUNABLES for name in (one.setting.name, *one.setting.aliases)}
"""What is kept of each frontend's six hundred settings."""


class Depth(StrEnum):
    """How much to read, in statements besides the one that opens the session.

    HOSTS: nothing, nobody is connected to. GLANCE 1: backends. FRONTENDS 2: and frontends. WATCH 2: backends and the
    scheduler. NODES 3: every node. VARIABLES 3: two, and the leader's global ones. SETTINGS and BLACKLISTS: two and one
    or two on each frontend. SETTLED 6: every node, scheduler, colocate groups and tablet health, which is dear. ANSWERS:
    two and one through each frontend. VIEWS 4: two, materialized views and what they stand on. IMAGES 2: and a question
    over HTTP to each frontend. ROUTINE_LOADS 3: two, the names of routine loads, and one for each name. STATUS 4: and tablet
    health. EVIDENCE some ten and three per database: what may hold a drain. FULL the same with a statement per backend for
    its disks: everything a plan is judged on. GLANCE, WATCH and EVIDENCE list no frontends.
    """

    HOSTS = "hosts"
    GLANCE = "glance"
    WATCH = "watch"
    NODES = "nodes"
    SETTINGS = "settings"
    VARIABLES = "variables"
    BLACKLISTS = "blacklists"
    SETTLED = "settled"
    ANSWERS = "answers"
    VIEWS = "views"
    IMAGES = "images"
    ROUTINE_LOADS = "routine_loads"
    EVIDENCE = "evidence"
    FRONTENDS = "frontends"
    STATUS = "status"
    FULL = "full"


def look(
    connection: Connection,
    cluster: str,
    now: datetime,
    depth: Depth,
    targets: Sequence[Address] = (),
    alive: Callable[[], None] | None = None,
) -> ClusterState:
    """One look at a cluster. Raises ClusterError when its nodes cannot be listed; everything else may be missing."""
    return _Look(connection, cluster, now, frozenset(targets), alive).taken(depth)


class _Look:
    """The state as it grows, and what could not be read."""

    def __init__(
        self,
        connection: Connection,
        cluster: str,
        now: datetime,
        targets: frozenset[Address],
        alive: Callable[[], None] | None = None,
    ) -> None:
        self.alive = alive
        self.connection = connection
        self.cluster = cluster
        self.now = now
        self.targets = targets
        self.unread: dict[str, str] = {}
        self.denied: set[str] = set()

    def taken(self, depth: Depth) -> ClusterState:
        frontends = self._frontends() if depth not in {Depth.GLANCE, Depth.WATCH, Depth.EVIDENCE} else ()
        state = self._backends(frontends)
        match depth:
            case Depth.WATCH:
                state = self._scheduler(state)
            case Depth.NODES:
                state = self._compute_nodes(state)
            case Depth.SETTINGS:
                state = self._settings_of_each(state)
            case Depth.VARIABLES:
                state = self._variables(state)
            case Depth.BLACKLISTS:
                state = self._blacklists(state)
            case Depth.SETTLED:
                state = self._health(self._groups(self._scheduler(self._compute_nodes(state))))
            case Depth.ANSWERS:
                state = self._answers(state)
            case Depth.VIEWS:
                state = state.with_(views=self.part(VIEWS, lambda: parts.views(self, state.version)))
            case Depth.IMAGES:
                state = state.with_(images=parts.images(self, state.frontends))
            case Depth.ROUTINE_LOADS:
                state = state.with_(routine_loads=self.part(ROUTINE_LOADS, lambda: parts.routine_loads(self)))
            case Depth.EVIDENCE:
                state = self._evidence(state)
            case Depth.STATUS:
                state = self._health(self._compute_nodes(state))
            case Depth.FULL:
                state = self._full(state)
        return state.with_(answered_by=str(self.connection.endpoint), unread=self.unread)

    def _frontends(self) -> tuple[Frontend, ...]:
        """List the frontends and go on at the leader, whose memory holds the settings that are in force."""
        found = tuple(nodes.frontend(row) for row in self.connection.rows(queries.FRONTENDS))
        leader = next((frontend for frontend in found if frontend.role is Role.LEADER), None)
        if leader is None:
            self.unread["settings of the leader"] = "no frontend is the leader now"
        elif not self.connection.move_to(leader.address.host, leader.query_port):
            self.unread["settings of the leader"] = (
                f"{self.connection.endpoint} answered: the leader {leader.address.host}:{leader.query_port} cannot be "
                "reached or is not among the configured frontends"
            )
        return found

    def _backends(self, frontends: tuple[Frontend, ...]) -> ClusterState:
        rows = self.connection.rows(queries.BACKENDS)
        backends = tuple(nodes.backend(row) for row in rows)
        return ClusterState(
            cluster=self.cluster,
            taken_at=self.now,
            version=_version(frontends, backends),
            run_mode=nodes.run_mode(rows, {}),
            frontends=frontends,
            backends=backends,
        )

    def _evidence(self, state: ClusterState) -> ClusterState:
        state = self._settings(self._scheduler(state, examples=True))
        if state.run_mode is RunMode.SHARED_DATA:
            return state
        state = self._disks(state)
        state = self._activity(state)
        replication = self.part("replication", lambda: parts.replication(self))
        bin_ = self.part("recycle_bin", lambda: parts.recycle_bin(self, state.with_(replication=replication)))
        return state.with_(replication=replication, recycle_bin=bin_)

    def _full(self, state: ClusterState) -> ClusterState:
        state = self._health(self._compute_nodes(self._settings(self._scheduler(state))))
        if state.run_mode is RunMode.SHARED_NOTHING:
            state = self._activity(self._disks(state))
            state = state.with_(replication=self.part("replication", lambda: parts.replication(self)))
            state = state.with_(
                one_replica=self.part("one_replica", lambda: parts.one_replica(self, state)),
                recycle_bin=self.part("recycle_bin", lambda: parts.recycle_bin(self, state)),
            )
        # The last part: it tells from the others what was refused.
        return state.with_(privileges=self.part("privileges", lambda: parts.privileges(self)))

    def _compute_nodes(self, state: ClusterState) -> ClusterState:
        rows = self.part("compute_nodes", lambda: self.connection.rows(queries.COMPUTE_NODES))
        return state.with_(compute_nodes=tuple(nodes.compute_node(row) for row in rows or ()), compute_nodes_read=rows is not None)

    def _health(self, state: ClusterState) -> ClusterState:
        return state.with_(
            health=self.part("health", lambda: reader.health(self.connection.rows(queries.STATISTIC)))
        )

    def _settings(self, state: ClusterState) -> ClusterState:
        found = self.part("settings", lambda: reader.settings(self.connection.rows(queries.SETTINGS))) or {}
        mode = RunMode(found["run_mode"]) if found.get("run_mode") in set(RunMode) else state.run_mode
        return state.with_(settings=found, run_mode=mode)

    def _variables(self, state: ClusterState) -> ClusterState:
        read = lambda: reader.variables(self.connection.rows(queries.VARIABLES), VARIABLES)  # noqa: E731
        return state.with_(variables=self.part("global variables", read))

    def _blacklists(self, state: ClusterState) -> ClusterState:
        """Ask every living frontend for its own list; what this version does not know is an empty one."""
        asked = [query for kind, query in BLACKLISTS.items() if known_since(state.version, BLACKLIST_SINCE[kind])]

        def listed(there: Connection) -> frozenset[int]:
            return frozenset(reader.blacklisted(row) for query in asked for row in there.rows(query))

        return state.with_(blacklists=self._of_each(state, "blacklist of", listed))

    def _answers(self, state: ClusterState) -> ClusterState:
        """Send a query through every living frontend."""
        answered = self._of_each(state, "query through", lambda there: there.rows(queries.SMOKE))
        silent = "its query port does not answer, or it is not among the configured frontends"
        found = {
            host: "" if host in answered else self.unread.get(f"query through {host}", silent)
            for host in (frontend.address.host for frontend in state.frontends)
        }
        return state.with_(answers=found)

    def _settings_of_each(self, state: ClusterState) -> ClusterState:
        """Ask every living frontend for its own memory."""

        def lent(there: Connection) -> dict[str, str]:
            read = reader.settings(there.rows(queries.SETTINGS))
            return {name: read[name] for name in LENT if name in read}

        return state.with_(frontend_settings=self._of_each(state, "settings of", lent))

    def _of_each(self, state: ClusterState, what: str, read: Callable[[Connection], T]) -> dict[str, T]:
        """Host -> what `read` finds on that very frontend; who is not alive, not known or refuses is missing."""
        found: dict[str, T] = {}
        for frontend in state.frontends:
            host = frontend.address.host
            if not frontend.alive:
                continue
            with self.connection.at(host, frontend.query_port) as there:
                one = self.part(f"{what} {host}", lambda there=there: read(there)) if there is not None else None  # type: ignore[misc]
            if one is not None:
                found[host] = one
        return found

    def _scheduler(self, state: ClusterState, examples: bool = False) -> ClusterState:
        found = self.part("scheduler", lambda: reader.scheduler(self.connection.rows(queries.SCHEDULER)))
        if found is not None and examples:
            found = found.with_(examples=self._said(found, _frontend_clock(state)))
        return state.with_(scheduler=found)

    def _said(self, scheduler: Scheduler, now: datetime | None) -> tuple[PendingTablet, ...]:
        """What the scheduler says of tablets: of those it gave up in the last minutes, and of those that wait."""
        given_up = self.part("history_tablets", lambda: reader.given_up(self.connection.rows(queries.HISTORY_TABLETS), now))
        waiting = None
        if scheduler.pending:
            waiting = self.part("pending_tablets", lambda: reader.pending(self.connection.rows(queries.PENDING_TABLETS)))
        return reader.examples((*(waiting or ()), *(given_up or ())))

    def _disks(self, state: ClusterState) -> ClusterState:
        return state.with_(backends=parts.with_disks(self, state.backends))

    def _groups(self, state: ClusterState) -> ClusterState:
        read = lambda: tuple(reader.colocate_group(row) for row in self.connection.rows(queries.COLOCATE_GROUPS))  # noqa: E731
        return state.with_(colocate_groups=self.part("colocate_groups", read))

    def _activity(self, state: ClusterState) -> ClusterState:
        """What goes on in the databases: groups that move together, loads and schema changes."""
        state = self._groups(state)
        databases = self.part("databases", lambda: parts.databases(self))
        if databases is None:
            return state
        return state.with_(
            transactions=self.part("transactions", lambda: parts.transactions(self, databases)),
            alter_jobs=self.part("alter_jobs", lambda: parts.alter_jobs(self, databases)),
        )

    def part(self, name: str, read: Callable[[], T]) -> T | None:
        """Read one part; on failure note why, and find another connection if the old one is gone."""
        if self.alive is not None:
            self.alive()
        try:
            return read()
        except Refused as error:
            self.unread[name] = str(error)
            if error.lacks_privilege:
                self.denied.add(name)
        except Unreadable as error:
            self.unread[name] = str(error)
        except Unreachable as error:
            self.unread[name] = str(error)
            self.connection.reopen()
        return None


def _version(frontends: tuple[Frontend, ...], backends: tuple[Backend, ...]) -> str:
    """The leader's version, else the one that most backends run; empty when nobody says."""
    leader = next((frontend.version for frontend in frontends if frontend.role is Role.LEADER), "")
    if leader:
        return leader
    counted = Counter(backend.version for backend in backends if backend.version).most_common(1)
    return counted[0][0] if counted else ""


def _frontend_clock(state: ClusterState) -> datetime | None:
    """The leader's own time, which its PROC rows are told in: it hears every living backend each 5 s."""
    heard = [backend.last_heartbeat for backend in state.backends if backend.last_heartbeat is not None]
    return max(heard, default=None)
