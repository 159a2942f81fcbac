"""How often to look and how long to wait, in seconds of the cluster's own time.

`speed` is 1 for a real cluster. The twin can run faster than the wall clock; then every wait shrinks by the same factor,
so that an operation on a twin goes through the same looks and the same patience as a real one.
"""

from policies.record import Record


class Pacing(Record):
    """Durations in seconds of cluster time; ask `wall` before sleeping or comparing with wall-clock times."""

    speed: float = 1.0
    # A look at a draining cluster costs two statements; 30 s keeps a watched cluster at 4 to 6 statements a minute.
    look_every: float = 30.0
    # Two looks that both see 0 tablets must lie this far apart before DROP BACKEND (facts: leader's list, twice, >= 60 s).
    second_look_after: float = 60.0
    # fe: TabletChecker every 20 s, then repair delay 60 s x2 (NORMAL) or x3 (LOW): nothing moves for the first 2-3 minutes.
    plateau: float = 240.0
    # No tablet left the node for this long after the plateau: a stall, to be named with its cause.
    stalled_after: float = 300.0
    # SystemHandler removes an empty decommissioned backend within one alter_scheduler_interval (10 s).
    removal: float = 20.0
    # SHOW PROC '/statistic' walks every tablet under a lock: never more often than this.
    statistic_every: float = 120.0

    def wall(self, seconds: float) -> float:
        """Cluster seconds as wall-clock seconds."""
        return seconds / self.speed

    def cluster(self, wall_seconds: float) -> float:
        """Wall-clock seconds as cluster seconds."""
        return wall_seconds * self.speed
