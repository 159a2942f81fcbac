"""Materialized views: their names, what they stand on, whether they are active, and their last refresh."""

from dataclasses import dataclass, field

MANUAL_REASON = "user use alter materialized view set status to inactive"


@dataclass(eq=False)
class Run:
    """One refresh; times in simulated seconds, `started` is when it left the queue."""

    created: float
    force: bool
    state: str = "PENDING"
    started: float | None = None
    finished: float | None = None
    error: str = ""

    @property
    def over(self) -> bool:
        return self.finished is not None


@dataclass(eq=False)
class MaterializedView:
    """`refresh` is ASYNC, MANUAL or ROLLUP (a synchronous one, inside its table); `bases` are full names of views or tables.

    `whole_s` is how long a refresh of every partition takes, `changes_s` one of what changed. `broken`: why its definition
    cannot be analysed; `fails`: why its refresh fails.
    """

    id: int
    database: str
    name: str
    refresh: str = "ASYNC"
    bases: tuple[str, ...] = ()
    active: bool = True
    reason: str = ""
    whole_s: float = 90.0
    changes_s: float = 8.0
    broken: str = ""
    fails: str = ""
    runs: list[Run] = field(default_factory=list)

    @property
    def full_name(self) -> str:
        return f"{self.database}.{self.name}"

    @property
    def last(self) -> Run | None:
        return self.runs[-1] if self.runs else None
