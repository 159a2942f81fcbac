"""Which tablet has replicas where.

Invariants: a tablet is in exactly one cohort; a cohort's backends are distinct, so no backend holds two replicas of
a tablet; backend.tablets and disk.tablet_bytes always equal the sums over the cohorts.
Tablets of one table with the same replicas are kept together, so work follows what moves, not what exists.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from workers.twin.model.catalog import Table
from workers.twin.model.nodes import Backend

SOURCE_BAD = "source bad"
"""No replica can be read: nothing to clone from."""
NO_MEDIUM = "no medium"
"""Strict storage medium wanted and no disk of it left."""
NO_LOCATION = "no location "
"""Followed by the label of the backends that the table's replicas may lie on."""
MISSED_LOADS = "missed loads on "
"""Followed by the host of the replica that lacks versions; unhealthy until the scheduler has cloned them."""
UNHEALTHY = "unhealthy"
"""Counted as unhealthy for a reason of its own; moves like any other."""

Key = tuple[int, int, frozenset[int], str]


@dataclass(eq=False, slots=True)
class Cohort:
    """`ids` are at rest, `busy` are being cloned or losing a replica. Both are dicts for their order."""

    table: Table
    replication: int
    backends: frozenset[int]
    trouble: str = ""
    ids: dict[int, None] = field(default_factory=dict)
    busy: dict[int, None] = field(default_factory=dict)
    message: str = ""
    """Why the scheduler could not serve it last time (ErrMsg of pending_tablets)."""

    @property
    def key(self) -> Key:
        return (self.table.id, self.replication, self.backends, self.trouble)

    def __len__(self) -> int:
        return len(self.ids) + len(self.busy)

    def all_ids(self) -> Iterator[int]:
        yield from self.busy
        yield from self.ids


class Placement:
    """All cohorts, and the counts per backend that follow from them."""

    def __init__(self, backends: dict[int, Backend]) -> None:
        self.cohorts: dict[Key, Cohort] = {}
        self._backends = backends

    def cohort(self, table: Table, replication: int, backends: frozenset[int], trouble: str = "") -> Cohort:
        key = (table.id, replication, backends, trouble)
        found = self.cohorts.get(key)
        if found is None:
            found = self.cohorts[key] = Cohort(table, replication, backends, trouble)
        return found

    def place(self, table: Table, replication: int, backends: Iterable[int], ids: Iterable[int]) -> None:
        """New tablets with a replica on each of `backends`."""
        cohort = self.cohort(table, replication, frozenset(backends))
        before = len(cohort.ids)
        cohort.ids.update(dict.fromkeys(ids))
        self._count(cohort.backends, len(cohort.ids) - before, table.tablet_bytes)

    def move(self, cohort: Cohort, tablet: int, backends: frozenset[int]) -> None:
        """The busy tablet's replicas are now on `backends`; it comes to rest there."""
        del cohort.busy[tablet]
        self.cohort(cohort.table, cohort.replication, backends, cohort.trouble).ids[tablet] = None
        size = cohort.table.tablet_bytes
        self._count(backends - cohort.backends, 1, size)
        self._count(cohort.backends - backends, -1, size)

    def relabel(self, cohort: Cohort, ids: Iterable[int], *, table: Table | None = None, trouble: str) -> None:
        """Resting tablets get another table (recycle bin) or trouble; their replicas stay where they are."""
        target = self.cohort(table or cohort.table, cohort.replication, cohort.backends, trouble)
        for tablet in list(ids):
            del cohort.ids[tablet]
            target.ids[tablet] = None

    def erase(self, cohort: Cohort) -> None:
        """The tablets cease to exist (DROP, recycle bin emptied)."""
        self._count(cohort.backends, -len(cohort), cohort.table.tablet_bytes)
        self.cohorts.pop(cohort.key, None)

    def forget_backend(self, backend: int) -> None:
        """The node was dropped: its replicas are gone at once, whatever that leaves behind. Nothing may be busy."""
        for cohort in [c for c in self.cohorts.values() if backend in c.backends]:
            rest = self.cohort(cohort.table, cohort.replication, cohort.backends - {backend}, cohort.trouble)
            rest.ids.update(cohort.ids)
            self._count(frozenset({backend}), -len(cohort), cohort.table.tablet_bytes)
            self.cohorts.pop(cohort.key, None)

    def tidy(self) -> None:
        for key in [key for key, cohort in self.cohorts.items() if not cohort.ids and not cohort.busy]:
            del self.cohorts[key]

    def on(self, backend: int) -> Iterator[Cohort]:
        return (cohort for cohort in self.cohorts.values() if backend in cohort.backends)

    def _count(self, backends: Iterable[int], tablets: int, size: int) -> None:
        for backend_id in backends:
            backend = self._backends.get(backend_id)
            if backend is None:
                continue
            backend.tablets += tablets
            backend.disk.tablet_bytes += tablets * size
            if tablets < 0:
                # Removed tablets wait in the BE's trash directory (be: trash_file_expire_time_sec 86400).
                backend.disk.trash -= tablets * size
