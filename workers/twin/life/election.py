"""Who leads. Losing the leader means no writes until the rest has elected another (fe: ha/BDBHA.java)."""

from workers.twin.life.heartbeats import Heartbeats
from workers.twin.model.cluster import Cluster
from workers.twin.model.nodes import Frontend

HANDOVER_S = 3.0  # invented: the others elect while the old leader still drains its connections
DRAINING_S = 15.0  # fe: min_graceful_exit_time_second
ELECTION_S = 12.0  # invented: "seconds to tens of seconds" is what operators report
RESTART_S = 60.0  # invented: a supervisor has the old leader back after a minute


class Election:
    """Keeps `cluster.leader` true to who is up: a running follower while a majority of followers runs, else nobody."""

    def __init__(self, cluster: Cluster, heartbeats: Heartbeats) -> None:
        self._cluster = cluster
        self._heartbeats = heartbeats
        self._round = 0
        self._deposed: Frontend | None = None
        self._cold = False
        """All were down: whoever led last takes part from the first, and has the newest journal."""

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

    def look(self) -> None:
        """A member left the list: without a majority of those that stay nobody leads."""
        leader = self._cluster.leader
        if leader is not None and not self._cluster.has_majority():
            for notify in self._cluster.frontend_stopped:
                notify(leader)
            self._depose()

    def stop_gracefully(self, frontend: Frontend) -> None:
        """stop_fe.sh -g, from 3.4 on: the lead is handed over first. Too few followers, or older: it exits at once.

        fe: the condition is (alive followers - 1) >= followers / 2 + 1; with two of two it fails.
        """
        followers = self._cluster.followers()
        alive = sum(f.process_up and f.ready for f in followers)
        if not self._cluster.version.status_codes or alive - 1 < len(followers) // 2 + 1:
            self.stop(frontend)
            return
        frontend.handing_over = True
        epoch = frontend.epoch
        if frontend is self._cluster.leader:
            self._depose(HANDOVER_S)

        def exits() -> None:
            if frontend.epoch == epoch:
                self.stop(frontend)

        self._cluster.agenda.after(DRAINING_S, exits)

    def start(self, frontend: Frontend) -> None:
        if frontend.process_up:
            return
        if not any(f.process_up for f in self._cluster.followers()):
            self._cold = True
        self._heartbeats.start_frontend(frontend)
        if self._cluster.leader is None:
            self._call()

    def _depose(self, vacant_s: float = ELECTION_S) -> None:
        self._deposed, self._cluster.leader = self._cluster.leader, None
        for notify in self._cluster.leader_changed:
            notify()
        self._call(vacant_s)

    def _call(self, vacant_s: float = ELECTION_S) -> None:
        self._round += 1
        this_round = self._round
        self._cluster.agenda.after(vacant_s, lambda: self._decide(this_round))

    def _decide(self, this_round: int) -> None:
        if this_round != self._round or self._cluster.leader is not None or not self._cluster.has_majority():
            return
        standing = [f for f in self._cluster.followers() if f.process_up and f.ready and f.joined and not f.handing_over]
        if not standing:
            return
        # The voter with the least to replay wins; ties go to the longest registered. Who just led is back from a
        # restart at best and comes too late, unless it is alone, or all of them were down.
        winner = min(standing, key=lambda f: ((f is self._deposed) != self._cold, f.lag(self._cluster.now)))
        self._cold = False
        winner.behind, winner.journal_lag, winner.alive, winner.error = 0, 0, True, ""
        self._cluster.leader = winner
        self._cluster.disturbed = True
