"""Who leads. Losing the leader means no writes until the rest has elected another (fe: ha/BDBHA.java)."""

from workers.twin.life.heartbeats import Heartbeats
from workers.twin.model.cluster import Cluster
from workers.twin.model.nodes import Frontend

ELECTION_S = 12.0  # invented: "seconds to tens of seconds" is what operators report
RESTART_S = 60.0  # invented: a supervisor has the old leader back after a minute


class Election:
    """Keeps `cluster.leader` true to who is up: a running follower while a majority of followers runs, else nobody."""

    def __init__(self, cluster: Cluster, heartbeats: Heartbeats) -> None:
        self._cluster = cluster
        self._heartbeats = heartbeats
        self._round = 0

    def lose_leader(self, *, returns_after: float | None = RESTART_S) -> Frontend | None:
        """The leader's process exits (fe: a leader that loses mastership calls System.exit); says who it was."""
        old = self._cluster.leader
        if old is None:
            return None
        self.stop(old)
        if returns_after is not None:
            self._cluster.agenda.after(returns_after, lambda: self.start(old))
        return old

    def stop(self, frontend: Frontend) -> None:
        """One frontend stops; if it led, or the majority is lost, nobody leads for now."""
        self._heartbeats.stop_frontend(frontend)
        leader = self._cluster.leader
        if leader is frontend:
            self._depose()
        elif leader is not None and not self._cluster.has_majority():
            for notify in self._cluster.frontend_stopped:
                notify(leader)
            self._depose()

    def start(self, frontend: Frontend) -> None:
        if frontend.process_up:
            return
        self._heartbeats.start_frontend(frontend)
        if self._cluster.leader is None:
            self._call()

    def _depose(self) -> None:
        self._cluster.leader = None
        for notify in self._cluster.leader_changed:
            notify()
        self._call()

    def _call(self) -> None:
        self._round += 1
        this_round = self._round
        self._cluster.agenda.after(ELECTION_S, lambda: self._decide(this_round))

    def _decide(self, this_round: int) -> None:
        if this_round != self._round or self._cluster.leader is not None or not self._cluster.has_majority():
            return
        standing = [f for f in self._cluster.followers() if f.process_up and f.joined]
        if not standing:
            return
        # The voter with the least to replay wins; ties go to the longest registered.
        winner = min(standing, key=lambda f: f.journal_lag)
        winner.journal_lag, winner.alive, winner.error = 0, True, ""
        self._cluster.leader = winner
        self._cluster.disturbed = True
