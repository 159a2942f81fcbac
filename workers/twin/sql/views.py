"""The tables of information_schema: their columns and where their rows come from."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from workers.twin.model import versions
from workers.twin.model.catalog import Partition, Table
from workers.twin.model.nodes import Backend
from workers.twin.sql import materialized_views
from workers.twin.sql.asking import Asking
from workers.twin.sql.formats import size
from workers.twin.sql.scheduler_rows import schedules

Rows = Iterable[tuple[object, ...]]

_BACKEND_IDS = re.compile(r"\bBE_ID`?\s*(?:=|IN)\s*\(?\s*([\d\s,]+)", re.IGNORECASE)


def _named_rows(rows: Iterable[dict[str, object]], names: tuple[str, ...]) -> Rows:
    return (tuple(row.get(name) for name in names) for row in rows)


_OF_PARTITION: dict[str, Callable[[Table, Partition], object]] = {
    "PARTITION_NAME": lambda table, p: p.name,
    "PARTITION_ID": lambda table, p: p.id,
    "BUCKETS": lambda table, p: p.buckets,
    "REPLICATION_NUM": lambda table, p: p.replication,
    "DATA_SIZE": lambda table, p: _short(size(p.buckets * table.tablet_bytes)),
    "ROW_COUNT": lambda table, p: p.buckets * table.tablet_bytes // 100,
}
"""What differs between a table's partitions; the rest is made once per table, for there may be a million rows."""


def _partitions_meta(asking: Asking, sql: str, names: tuple[str, ...]) -> Rows:
    own = [(at, _OF_PARTITION[name]) for at, name in enumerate(names) if name in _OF_PARTITION]
    for table in asking.cluster.catalog.tables():
        common: dict[str, object] = {
            "DB_NAME": table.database.name,
            "TABLE_NAME": table.name,
            "COMPACT_VERSION": 0,
            "VISIBLE_VERSION": 2,
            "NEXT_VERSION": 3,
            "PARTITION_KEY": "dt" if len(table.partitions) > 1 else "",
            "PARTITION_VALUE": "",
            "DISTRIBUTION_KEY": "id",
            "STORAGE_MEDIUM": table.medium,
            "IS_IN_MEMORY": 0,
            "IS_TEMP": 0,
            "ENABLE_DATACACHE": 0,
            "STORAGE_PATH": "s3://sr/" if asking.cluster.shared_data else "",
        }
        template = [common.get(name) for name in names]
        for p in table.partitions:
            if p.buckets:
                for at, value in own:
                    template[at] = value(table, p)
                yield tuple(template)


def _short(text: str) -> str:
    """`1.234 GB` -> `1.2GB`, as this table writes sizes."""
    number, unit = text.split(" ")
    return f"{float(number):.1f}{unit}"


def _tables_config(asking: Asking) -> Iterable[dict[str, object]]:
    for table in asking.cluster.catalog.tables():
        colocate = f',"colocate_with":"{table.colocate_group}"' if table.colocate_group else ""
        yield {
            "TABLE_SCHEMA": table.database.name,
            "TABLE_NAME": table.name,
            "TABLE_ENGINE": "OLAP",
            "TABLE_MODEL": table.keys,
            "PRIMARY_KEY": "",
            "PARTITION_KEY": "`dt`" if len(table.partitions) > 1 else "",
            "DISTRIBUTE_KEY": "`id`",
            "DISTRIBUTE_TYPE": "HASH",
            "DISTRIBUTE_BUCKET": table.partitions[0].buckets if table.partitions else 0,
            "SORT_KEY": "`id`",
            "PROPERTIES": f'{{"compression":"LZ4","replicated_storage":"true"{colocate},'
            f'"replication_num":"{table.replication}"}}',
            "TABLE_ID": table.id,
        }


def _tables(asking: Asking) -> Iterable[dict[str, object]]:
    for table in asking.cluster.catalog.tables():
        yield {
            "TABLE_CATALOG": "def",
            "TABLE_SCHEMA": table.database.name,
            "TABLE_NAME": table.name,
            "TABLE_TYPE": "BASE TABLE",
            "ENGINE": "StarRocks",
            "TABLE_ROWS": table.tablets * table.tablet_bytes // 100,
            "DATA_LENGTH": table.tablets * table.tablet_bytes,
            "TABLE_COLLATION": "utf8_general_ci",
            "TABLE_COMMENT": "",
        }


def _schemata(asking: Asking) -> Iterable[dict[str, object]]:
    for name in (*asking.cluster.catalog.databases, "information_schema"):
        yield {
            "CATALOG_NAME": "def",
            "SCHEMA_NAME": name,
            "DEFAULT_CHARACTER_SET_NAME": "utf8",
            "DEFAULT_COLLATION_NAME": "utf8_general_ci",
        }


def _be_tablets(asking: Asking, sql: str, names: tuple[str, ...]) -> Rows:
    """Each backend lists its own; one that is down is silently absent."""
    asked = _BACKEND_IDS.search(sql)
    wanted = {int(text) for text in re.findall(r"\d+", asked[1])} if asked else set(asking.cluster.backends)
    for backend in list(asking.cluster.backends.values()):
        if backend.id in wanted and backend.process_up:
            yield from _tablets_on(asking, backend, names)


def _tablets_on(asking: Asking, backend: Backend, names: tuple[str, ...]) -> Rows:
    """Tuples are made of one template per cohort: there are a hundred thousand of them."""
    for cohort in list(asking.cluster.placement.on(backend.id)):
        table = cohort.table
        common: dict[str, object] = {
            "BE_ID": backend.id,
            "TABLE_ID": table.id,
            "NUM_VERSION": 1,
            "MAX_VERSION": 2,
            "MIN_VERSION": 0,
            "NUM_ROWSET": 1,
            "NUM_ROW": table.tablet_bytes // 100,
            "DATA_SIZE": table.tablet_bytes,
            "STATE": "NORMAL",
            "TYPE": "DUP_KEYS",
            "DATA_DIR": backend.disk.path,
            "MEDIUM_TYPE": backend.disk.medium,
        }
        template = [common.get(name) for name in names]
        tablet_at = names.index("TABLET_ID") if "TABLET_ID" in names else None
        partition_at = names.index("PARTITION_ID") if "PARTITION_ID" in names else None
        for tablet in cohort.all_ids():
            row = template.copy()
            if tablet_at is not None:
                row[tablet_at] = tablet
            if partition_at is not None:
                row[partition_at] = table.partition_of(tablet).id
            yield tuple(row)


def _recyclebin(asking: Asking) -> Iterable[dict[str, object]]:
    for entry in asking.cluster.recycle_bin:
        yield {
            "TYPE": "Partition",
            "NAME": entry.name,
            "DB_ID": entry.original.database.id,
            "TABLE_ID": entry.original.id,
            "PARTITION_ID": entry.partition_id,
            "DROP_TIME": asking.time(entry.dropped_at),
        }


@dataclass(frozen=True)
class View:
    """A table of information_schema, or of `schema`. `guarded`: rows show only to those with a right on what they tell of."""

    columns: tuple[str, ...] | Callable[[versions.Version], tuple[str, ...]]
    rows: Callable[[Asking, str, tuple[str, ...]], Rows]
    guarded: bool = False
    needs: str = ""
    schema: str = "information_schema"

    def columns_in(self, version: versions.Version) -> tuple[str, ...]:
        return self.columns(version) if callable(self.columns) else self.columns


def _view(
    columns: tuple[str, ...] | Callable[[versions.Version], tuple[str, ...]],
    rows: Callable[[Asking], Iterable[dict[str, object]]],
    *,
    guarded: bool = False,
    needs: str = "",
) -> View:
    return View(columns, lambda asking, sql, names: _named_rows(rows(asking), names), guarded, needs)


VIEWS = {
    "partitions_meta": View(versions.PARTITIONS_META, _partitions_meta, guarded=True),
    "tables_config": _view(versions.TABLES_CONFIG, _tables_config, guarded=True),
    "tables": _view(versions.TABLES, _tables, guarded=True),
    "schemata": _view(versions.SCHEMATA, _schemata),
    # The per-backend and scheduler tables ask for OPERATE on SYSTEM (fe: catalog/system/SystemTable.java).
    "be_tablets": View(versions.BE_TABLETS, _be_tablets, needs="OPERATE"),
    "fe_tablet_schedules": _view(versions.FE_TABLET_SCHEDULES, schedules, needs="OPERATE"),
    "recyclebin_catalogs": _view(versions.RECYCLEBIN_CATALOGS, _recyclebin, guarded=True),
    "materialized_views": _view(versions.materialized_views, materialized_views.views, guarded=True),
    "object_dependencies": replace(
        _view(versions.OBJECT_DEPENDENCIES, materialized_views.dependencies, guarded=True), schema="sys"
    ),
}
