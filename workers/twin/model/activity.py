"""What is going on beside the nodes: load transactions, ALTER jobs, the recycle bin."""

from dataclasses import dataclass

from workers.twin.model.catalog import Database, Table


@dataclass(eq=False)
class Transaction:
    """A running load. Older than a replica's watermark, it holds that replica's removal."""

    id: int
    database: Database
    label: str
    prepared: float


@dataclass(eq=False)
class AlterJob:
    """A schema change; its table's tablets are not scheduled meanwhile."""

    id: int
    table: Table
    created: float
    state: str = "RUNNING"
    finished: float | None = None


@dataclass(eq=False)
class BinnedPartition:
    """A dropped partition the FE has not erased yet; its tablets still count in TabletNum."""

    table: Table
    original: Table
    partition_id: int
    name: str
    dropped_at: float
    tablets: int


@dataclass(eq=False)
class RoutineLoad:
    """Kafka into a table. What makes it pause is not modelled: a fault says so."""

    id: int
    name: str
    database: Database
    created: float
    state: str = "RUNNING"
    paused: float | None = None
    reason: str = ""
