"""Processes that run or not, and when the leader notices: heartbeats every 5 s, disk reports every 60 s."""

from math import floor

from workers.twin.model.cluster import Cluster
from workers.twin.model.nodes import DISK_REPORT_S, HEARTBEAT_FAILURES, HEARTBEAT_S, Backend, Frontend

REFUSED = "java.net.ConnectException: Connection refused (Connection refused)"
SHUTTING_DOWN = "BE is shutting down"  # be: agent/heartbeat_server.cpp
FIRST_REPORT_S = 2.0  # invented: a BE reports its disks right after it has registered


def last_heartbeat(node: Backend | Frontend, now: float) -> float | None:
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
                backend.last_start = self._cluster.now

        def seen() -> None:
            if backend.epoch == epoch and backend.id in self._cluster.backends:
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
        backend.version = backend.installed or self._cluster.version.release
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

    # --- frontends

    def start_frontend(self, frontend: Frontend) -> None:
        frontend.epoch += 1
        frontend.process_up = True
        frontend.last_start = self._cluster.now
        frontend.settings.clear()
        frontend.blacklist.clear()
        epoch = frontend.epoch

        def seen() -> None:
            if frontend.epoch == epoch:
                frontend.alive = frontend.joined = True
                frontend.helper = frontend.kind == "FOLLOWER"
                frontend.error, frontend.last_heartbeat = "", self._cluster.now

        self._cluster.agenda.at(next_round(self._cluster.now), seen)

    def stop_frontend(self, frontend: Frontend) -> None:
        now = self._cluster.now
        frontend.last_heartbeat = last_heartbeat(frontend, now)
        frontend.epoch += 1
        frontend.process_up = False
        frontend.settings.clear()
        epoch = frontend.epoch

        def noticed() -> None:
            if frontend.epoch == epoch:
                frontend.alive, frontend.error = False, REFUSED

        self._cluster.agenda.at(next_round(now) + (HEARTBEAT_FAILURES - 1) * HEARTBEAT_S, noticed)
        for notify in self._cluster.frontend_stopped:
            notify(frontend)

