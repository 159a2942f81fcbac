"""Processes that run or not, and when the leader notices: heartbeats every 5 s, disk reports every 60 s."""

from math import floor

from workers.twin.model.cluster import Cluster
from workers.twin.model.hosts import REFUSED, TROUBLES
from workers.twin.model.nodes import (
    DISK_REPORT_S,
    HEARTBEAT_FAILURES,
    HEARTBEAT_S,
    Backend,
    ComputeNode,
    Frontend,
)

SHUTTING_DOWN = TROUBLES["shutdown"]
NOT_READY = "not ready"  # fe: http/rest/BootstrapFinishAction.java, asked by heartbeats
FIRST_REPORT_S = 2.0  # invented: a BE reports its disks right after it has registered


def last_heartbeat(node: Backend | ComputeNode | Frontend, now: float) -> float | None:
    """The time of the last good heartbeat; while the first simulated round is not over, the scenario's own."""
    this_round = floor(now / HEARTBEAT_S) * HEARTBEAT_S
    if not (node.process_up and node.alive) or this_round <= 0 or node.last_heartbeat is None:
        return node.last_heartbeat
    return max(this_round, node.last_heartbeat)


def next_round(now: float) -> float:
    """The next heartbeat strictly after `now`."""
    return (floor(now / HEARTBEAT_S) + 1) * HEARTBEAT_S


class Heartbeats:
    """Starts and stops processes and lets the leader find out (fe: system/HeartbeatMgr.java)."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def begin(self) -> None:
        """Let the scenario's backends go on reporting where their printed rows left off."""
        for backend in self._cluster.backends.values():
            if backend.last_report is not None:
                self._schedule_report(backend, max(1.0, backend.last_report + DISK_REPORT_S))

    # --- backends

    def start_backend(self, backend: Backend, *, after: float = 0.0) -> None:
        """The process comes up; the next heartbeat finds it."""
        backend.epoch += 1
        epoch = backend.epoch
        at = self._cluster.now + after

        def up() -> None:
            if backend.epoch == epoch:
                backend.process_up = True
                self._cluster.tell_moved(backend.host, "be", up=True)

        def seen() -> None:
            if backend.epoch != epoch or backend.id not in self._cluster.backends:
                return
            backend.error = self._cluster.host(backend.host).refusal("BE", backend.heartbeat_port)
            if not backend.error:
                backend.last_start = at
                self._mark_alive(backend)

        self._cluster.agenda.at(at, up)
        self._cluster.agenda.at(next_round(at), seen)

    def stop_backend(self, backend: Backend, *, graceful: bool = False) -> None:
        """The process is gone (or says it is going); Alive follows at the fourth missed heartbeat, ~20 s later."""
        now = self._cluster.now
        backend.last_heartbeat = last_heartbeat(backend, now)
        backend.epoch += 1
        backend.process_up = False
        backend.down_since = now
        at_once = graceful and self._cluster.version.status_codes
        missed = 0 if at_once else HEARTBEAT_FAILURES - 1
        epoch = backend.epoch

        def noticed() -> None:
            if backend.epoch == epoch:
                backend.shutting_down = at_once
                self._mark_dead(backend, SHUTTING_DOWN if at_once else REFUSED)

        self._cluster.agenda.at(next_round(now) + missed * HEARTBEAT_S, noticed)
        self._cluster.tell_moved(backend.host, "be", up=False)

    def never_answers(self, backend: Backend) -> None:
        """A node was added on a host where no process listens."""
        backend.process_up = backend.alive = False
        backend.down_since = self._cluster.now
        self._cluster.agenda.at(next_round(self._cluster.now), lambda: setattr(backend, "error", REFUSED))

    def _mark_alive(self, backend: Backend) -> None:
        if not backend.alive:
            self._cluster.membership_changed_at = self._cluster.now
        backend.alive, backend.shutting_down = True, False
        if backend.be_port < 0:
            backend.be_port, backend.http_port, backend.brpc_port = 9060, 8040, 8060
        backend.error, backend.down_since = "", None
        backend.version = self._cluster.host(backend.host).storage.version or self._cluster.version.release
        backend.last_heartbeat = self._cluster.now
        self._cluster.disturbed = True
        self._schedule_report(backend, self._cluster.now + FIRST_REPORT_S)

    def _mark_dead(self, backend: Backend, error: str) -> None:
        backend.alive = False
        backend.error = error
        self._cluster.membership_changed_at = self._cluster.now
        self._cluster.disturbed = True

    # --- disk reports

    def _schedule_report(self, backend: Backend, at: float) -> None:
        epoch = backend.epoch

        def report() -> None:
            if backend.epoch == epoch and backend.id in self._cluster.backends:
                self.report(backend)
                self._schedule_report(backend, self._cluster.now + DISK_REPORT_S)

        self._cluster.agenda.at(at, report)

    def report(self, backend: Backend) -> None:
        backend.reported = backend.disk.usage
        backend.last_report = self._cluster.now

    # --- compute nodes

    def start_compute_node(self, node: ComputeNode, *, after: float = 0.0) -> None:
        """The process comes up; the next heartbeat finds it, or finds out why it cannot be this node."""
        node.epoch += 1
        epoch, at = node.epoch, self._cluster.now + after

        def up() -> None:
            if node.epoch == epoch:
                node.process_up = True
                self._cluster.tell_moved(node.host, "cn", up=True)

        def seen() -> None:
            if node.epoch != epoch or node.id not in self._cluster.compute_nodes:
                return
            node.error = self._cluster.host(node.host).refusal("CN", node.heartbeat_port)
            if node.error:
                return
            node.alive, node.shutting_down = True, False
            node.be_port, node.http_port, node.brpc_port = 9060, 8040, 8060
            node.last_start, node.last_heartbeat = at, self._cluster.now
            node.version = self._cluster.host(node.host).storage.version or self._cluster.version.release

        self._cluster.agenda.at(at, up)
        self._cluster.agenda.at(next_round(at), seen)

    def stop_compute_node(self, node: ComputeNode, *, graceful: bool = False) -> None:
        now = self._cluster.now
        node.last_heartbeat = last_heartbeat(node, now)
        node.epoch += 1
        node.process_up, node.running_queries = False, 0
        epoch, at_once = node.epoch, graceful and self._cluster.version.status_codes

        def noticed() -> None:
            if node.epoch == epoch:
                node.alive, node.shutting_down = False, at_once
                node.error = SHUTTING_DOWN if at_once else REFUSED

        missed = 0 if at_once or not node.alive else HEARTBEAT_FAILURES - 1
        self._cluster.agenda.at(next_round(now) + missed * HEARTBEAT_S, noticed)
        self._cluster.tell_moved(node.host, "cn", up=False)

    # --- frontends

    def start_frontend(self, frontend: Frontend) -> None:
        """A process of a member starts: memory is empty, the meta directory is not."""
        self._begin_frontend(frontend)
        epoch = frontend.epoch

        def seen() -> None:
            if frontend.epoch == epoch:
                self.frontend_ready(frontend, behind=0)

        self._cluster.agenda.at(next_round(self._cluster.now), seen)

    def join_frontend(self, frontend: Frontend, *, image_s: float, refusal: str, behind: int) -> None:
        """A process starts for the first time: it joins, copies the image and replays; or stays out with `refusal`."""
        self._begin_frontend(frontend)
        epoch, now = frontend.epoch, self._cluster.now

        def heard() -> None:
            if frontend.epoch == epoch and not frontend.alive:
                frontend.error = refusal or NOT_READY
                frontend.joined = frontend.joined or not refusal

        def ready() -> None:
            if frontend.epoch != epoch or frontend not in self._cluster.frontends:
                return
            if self._cluster.leader is None:
                self._cluster.agenda.after(HEARTBEAT_S, ready)  # nobody to copy the image and the journal from
            else:
                self.frontend_ready(frontend, behind=behind)

        self._cluster.agenda.at(next_round(now), heard)
        if not refusal:
            self._cluster.agenda.at(next_round(now + image_s), ready)

    def refuse_frontend(self, frontend: Frontend, error: str) -> None:
        """Listed, but whoever answers at its address is not it."""
        epoch = frontend.epoch

        def heard() -> None:
            if frontend.epoch == epoch:
                frontend.error = error

        self._cluster.agenda.at(next_round(self._cluster.now), heard)

    def frontend_ready(self, frontend: Frontend, *, behind: int) -> None:
        now = self._cluster.now
        frontend.ready = True
        frontend.behind, frontend.ready_at = behind, now
        if not frontend.dropped:
            frontend.alive = frontend.joined = True
            frontend.helper = frontend.kind == "FOLLOWER"
            frontend.error, frontend.last_heartbeat = "", now

    def _begin_frontend(self, frontend: Frontend) -> None:
        frontend.epoch += 1
        frontend.process_up, frontend.ready = True, False
        frontend.handing_over = False
        frontend.last_start = self._cluster.now
        frontend.version = self._cluster.host(frontend.host).frontend.version or self._cluster.version.release
        self._forget(frontend)
        self._cluster.tell_moved(frontend.host, "fe", up=True)

    def _forget(self, frontend: Frontend) -> None:
        """What is only in the process's memory."""
        frontend.settings.clear()
        frontend.blacklist.clear()
        frontend.cn_blacklist.clear()

    def stop_frontend(self, frontend: Frontend) -> None:
        now = self._cluster.now
        frontend.last_heartbeat = last_heartbeat(frontend, now)
        frontend.epoch += 1
        frontend.process_up = frontend.ready = frontend.handing_over = False
        self._forget(frontend)
        epoch = frontend.epoch

        def noticed() -> None:
            if frontend.epoch == epoch:
                frontend.alive, frontend.error = False, REFUSED

        self._cluster.agenda.at(next_round(now) + (HEARTBEAT_FAILURES - 1) * HEARTBEAT_S, noticed)
        for notify in self._cluster.frontend_stopped:
            notify(frontend)
        self._cluster.tell_moved(frontend.host, "fe", up=False)
