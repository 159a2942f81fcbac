"""Databases, tables, partitions: names and numbers, not data. Tablet ids of a partition are one unbroken range."""

from bisect import bisect_right
from dataclasses import dataclass, field
from operator import attrgetter

_FIRST_TABLET = attrgetter("first_tablet")  # Asked millions of times in a long drain.


@dataclass(slots=True)
class Partition:
    """`tablets` is the bucket number; ids run from `first_tablet`. `dropped` tablets went to the recycle bin."""

    id: int
    name: str
    first_tablet: int
    tablets: int
    replication: int
    dropped: int = 0

    @property
    def buckets(self) -> int:
        return self.tablets - self.dropped


@dataclass(eq=False)
class Table:
    """`replication` is the table-level default, which a partition may differ from."""

    id: int
    database: "Database"
    name: str
    replication: int
    tablet_bytes: int
    keys: str = "DUP_KEYS"
    colocate_group: str = ""
    state: str = "NORMAL"
    in_recycle_bin: bool = False
    medium: str = "HDD"
    partitions: list[Partition] = field(default_factory=list)

    @property
    def full_name(self) -> str:
        return f"{self.database.name}.{self.name}"

    @property
    def tablets(self) -> int:
        return sum(partition.buckets for partition in self.partitions)

    def partition_of(self, tablet: int) -> Partition:
        """The partition whose id range holds `tablet`; partitions are kept in the order of their ranges."""
        at = bisect_right(self.partitions, tablet, key=_FIRST_TABLET)
        return self.partitions[at - 1]


@dataclass(eq=False)
class Database:
    id: int
    name: str
    tables: dict[str, Table] = field(default_factory=dict)


@dataclass(eq=False)
class ColocateGroup:
    """Tables whose bucket i lives on the same backends (fe: catalog/ColocateTableIndex.java)."""

    id: str
    name: str
    tables: list[Table]
    buckets: int
    replication: int
    sequence: list[frozenset[int]]
    stable: bool = True
    held_unstable: bool = False
    """Kept unstable by a fault, so nothing of it is moved."""

    def bucket_of(self, table: Table, tablet: int) -> int:
        return (tablet - table.partition_of(tablet).first_tablet) % self.buckets


class Catalog:
    """All databases by name, in the order they were created, which is the order checks walk them."""

    def __init__(self, first_id: int = 10_101) -> None:
        self.databases: dict[str, Database] = {}
        self.groups: dict[str, ColocateGroup] = {}
        self.binned: list[Table] = []
        self.revision = 0
        """Raised on every change of names or partitions, so that answers built from them can be kept."""
        self._next_id = first_id

    def new_id(self, count: int = 1) -> int:
        """The first of `count` ids in a row; one counter serves everything, as in the FE."""
        first = self._next_id
        self._next_id += count
        return first

    def database(self, name: str) -> Database:
        if name not in self.databases:
            self.databases[name] = Database(self.new_id(), name)
            self.revision += 1
        return self.databases[name]

    def add_table(self, full_name: str, replication: int, tablet_bytes: int, *, colocate: str = "") -> Table:
        database_name, name = full_name.split(".", 1)
        database = self.database(database_name)
        table = Table(self.new_id(), database, name, replication, tablet_bytes, colocate_group=colocate)
        database.tables[name] = table
        self.revision += 1
        return table

    def add_partition(self, table: Table, name: str, buckets: int, replication: int) -> Partition:
        partition = Partition(self.new_id(), name, self.new_id(buckets), buckets, replication)
        table.partitions.append(partition)
        self.revision += 1
        return partition

    def tables(self) -> list[Table]:
        return [table for database in self.databases.values() for table in database.tables.values()]

    def table(self, full_name: str) -> Table | None:
        database_name, _, name = full_name.partition(".")
        database = self.databases.get(database_name)
        return database.tables.get(name) if database else None

    def database_by_id(self, ident: str) -> Database | None:
        """By id, as PROC paths name them; by name too, which newer FEs accept."""
        for database in self.databases.values():
            if ident in (str(database.id), database.name):
                return database
        return None
