"""Asynchronous materialized views as one look saw them, and which of them stand on which.

Synchronous ones (REFRESH_TYPE ROLLUP) live inside their base table, cannot be paused, and are only counted.
"""

from collections.abc import Iterable

from policies.record import Record

MANUAL_REASON = "user use alter materialized view set status to inactive"
"""What StarRocks notes for ALTER … INACTIVE; its own checker, which tries to activate all others each minute, leaves these
alone (fe: alter/AlterJobMgr.java MANUAL_INACTIVE_MV_REASON, scheduler/mv/MVActiveChecker.java)."""

MANUAL_REFRESH = "MANUAL"
FINISHED, FAILED = frozenset({"SUCCESS", "SKIPPED"}), "FAILED"
RUNNING = frozenset({"PENDING", "RUNNING", "MERGED"})
"""States of a refresh (fe: scheduler/Constants.java TaskRunState); SKIPPED found nothing new to refresh. A refresh in several
runs, partition by partition, is RUNNING until the last one (fe: scheduler/persist/TaskRunStatus.java getLastRefreshState)."""


class View(Record):
    """A row of information_schema.materialized_views.

    `last_started` is printed in a zone that depends on who answers, so it is compared as text and never calculated with.
    `reason` is empty while active, and where the version does not tell it.
    """

    id: int
    database: str
    name: str
    refresh: str
    active: bool
    reason: str = ""
    last_state: str = ""
    last_started: str = ""
    last_error: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.database}.{self.name}"

    @property
    def paused_by_hand(self) -> bool:
        return not self.active and self.reason.strip().lower() == MANUAL_REASON

    @property
    def refreshes(self) -> bool:
        """Whether activation starts a refresh: never with REFRESH MANUAL (fe: alter/AlterMVJobExecutor.java)."""
        return self.refresh != MANUAL_REFRESH


class Views(Record):
    """Every asynchronous view that the account may see.

    `stands_on` are pairs of ids, a view and a view under it; None where the version does not tell. `reasons_told`: whether
    it says why a view is inactive.
    """

    seen: tuple[View, ...]
    rollups: int = 0
    stands_on: tuple[tuple[int, int], ...] | None = None
    reasons_told: bool = True

    def find(self, database: str, name: str) -> View | None:
        return next((view for view in self.seen if (view.database, view.name) == (database, name)), None)

    def under(self, view: View) -> frozenset[int]:
        """Ids of all views that this one stands on, directly or through others."""
        return _reached(view.id, self.stands_on or ())

    def over(self, view: View) -> frozenset[int]:
        """Ids of all views that stand on this one, directly or through others."""
        return _reached(view.id, [(base, dependent) for dependent, base in self.stands_on or ()])

    def layers(self, chosen: Iterable[View]) -> tuple[tuple[View, ...], ...]:
        """Bases first. Where the order is not told, one view to a layer by age: what a view stands on is older than it."""
        left = {view.id: view for view in sorted(chosen, key=lambda each: each.id)}
        if self.stands_on is None:
            return tuple((view,) for view in left.values())
        under = {number: self.under(view) & left.keys() - {number} for number, view in left.items()}
        found: list[tuple[View, ...]] = []
        while left:
            # A ring cannot be created; if one is told all the same, it ends in one last layer.
            free = [number for number in left if not under[number] & left.keys()] or list(left)
            found.append(tuple(left.pop(number) for number in free))
        return tuple(found)


def _reached(start: int, pairs: Iterable[tuple[int, int]]) -> frozenset[int]:
    following: dict[int, list[int]] = {}
    for here, there in pairs:
        following.setdefault(here, []).append(there)
    found: set[int] = set()
    ahead = list(following.get(start, ()))
    while ahead:
        number = ahead.pop()
        if number not in found:
            found.add(number)
            ahead += following.get(number, ())
    return frozenset(found)
