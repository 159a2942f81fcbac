"""SELECT: answered by SQLite over tables filled from the model, so that any join or grouping gives true numbers.

Only the tables a statement names are filled, be_tablets only for the backends it asks for.
"""

import re
import sqlite3

from workers.twin.answers import ResultSet, SqlError
from workers.twin.sql.asking import Asking
from workers.twin.sql.shows import version_comment
from workers.twin.sql.views import VIEWS

_VARIABLE = re.compile(r"@@(?:(?:session|global)\.)?(\w+)", re.IGNORECASE)
_NAMED_TABLE = re.compile(r"`?\b(?:information_schema|sys)`?\s*\.\s*`?(\w+)`?", re.IGNORECASE)
_BARE_TABLE = re.compile(r"\b(?:from|join)\s+`?(\w+)`?", re.IGNORECASE)
_FROM_CATALOG = {"partitions_meta", "tables_config", "tables", "schemata"}
_MOMENTARY = re.compile(r"@@|\b(?:now|unix_timestamp|connection_id|database|schema|current_\w+|\w*user)\s*\(", re.IGNORECASE)
_WORDS = re.compile(r"\b(current_user|session_user|system_user)\b(?!\s*\()", re.IGNORECASE)


def select(asking: Asking, sql: str) -> ResultSet:
    """Any SELECT SQLite can run over the tables above. An unknown table is real; an unknown column is the twin's gap."""
    named = _named(asking, sql)
    key = _kept_as(asking, sql, named)
    kept = asking.cluster.kept_answers
    if key in kept:
        return kept[key]
    result = _computed(asking, sql, named)
    if key is not None:
        for other in [other for other in kept if other[0] != key[0]]:
            del kept[other]
        kept[key] = result
    return result


def _kept_as(asking: Asking, sql: str, named: list[str]) -> tuple[object, ...] | None:
    """What an answer depends on, if that is the catalog and the account alone: a million partitions take seconds."""
    if not named or not set(named) <= _FROM_CATALOG or _MOMENTARY.search(sql):
        return None
    return (asking.cluster.catalog.revision, sql, asking.session.account.name, _somebody_scans(asking))


def _computed(asking: Asking, sql: str, named: list[str]) -> ResultSet:
    connection = _connection(asking)
    try:
        text = _prepared(asking, sql)
        for name in named:
            _fill(asking, connection, name, sql)
        cursor = connection.execute(text)
        columns = tuple(str(column[0]) for column in cursor.description or ())
        return ResultSet(columns, list(cursor.fetchall()))
    except sqlite3.Error as error:
        text = f"Getting analyzing error. Detail message: {error}."
        raise SqlError(1064, "HY000", text, unknown=True) from error
    finally:
        connection.close()


def _named(asking: Asking, sql: str) -> list[str]:
    names = [name.lower() for name in _NAMED_TABLE.findall(sql)]
    if asking.session.database == "information_schema":
        names += [name.lower() for name in _BARE_TABLE.findall(sql) if name.lower() in VIEWS and name.lower() not in names]
    return list(dict.fromkeys(names))


def _prepared(asking: Asking, sql: str) -> str:
    variables = asking.session.variables | {
        "version": asking.cluster.version.server_version,
        "version_comment": version_comment(asking),
    }

    def literal(match: re.Match[str]) -> str:
        name = match[1].lower()
        if name not in variables:
            raise SqlError(1193, "HY000", f"Unknown system variable '{name}'")
        value = variables[name].replace("'", "''")
        return f"'{value}' AS \"{match[0]}\"" if _is_bare(sql, match) else f"'{value}'"

    return _WORDS.sub(lambda match: f"{match[1]}()", _VARIABLE.sub(literal, sql.rstrip().rstrip(";")))


def _is_bare(sql: str, match: re.Match[str]) -> bool:
    """A select item of its own without an alias: the column is then called as it was written."""
    after = sql[match.end() :].lstrip().rstrip(";").lstrip().lower()
    before = sql[: match.start()].rstrip().lower()
    alone = not after or after.startswith((",", "limit", "from"))
    return alone and (before.endswith("select") or before.endswith(","))


def _fill(asking: Asking, connection: sqlite3.Connection, name: str, sql: str) -> None:
    if name not in VIEWS or not _exists(asking, name):
        version = asking.cluster.version
        schema = VIEWS[name].schema if name in VIEWS else "information_schema"
        error = SqlError(version.unknown_table, "42S02", f"Unknown table '{schema}.{name}'")
        error.unknown = name not in VIEWS
        raise error
    view = VIEWS[name]
    if view.needs:
        asking.require(view.needs)
    # Only the columns the statement can mean: a hundred thousand rows are quicker without the rest.
    known = view.columns_in(asking.cluster.version)
    names = known if "*" in sql.replace("(*)", "") else tuple(c for c in known if c.lower() in sql.lower())
    names = names or known[:1]
    connection.execute(f"CREATE TABLE {view.schema}.{name} ({', '.join(names)})")
    if view.guarded and not asking.session.account.sees_tables:
        return  # unauthorised tables are skipped without a word
    if name == "partitions_meta" and not _somebody_scans(asking):
        raise SqlError(1064, "HY000", "Backend node not found. Check if any backend node is down.")
    insert = f"INSERT INTO {view.schema}.{name} VALUES ({', '.join('?' for _ in names)})"
    connection.execute("BEGIN")
    connection.executemany(insert, view.rows(asking, sql, names))
    connection.execute("COMMIT")


def _exists(asking: Asking, name: str) -> bool:
    version = asking.cluster.version
    if name == "partitions_meta":
        return version.partitions_meta
    if name == "object_dependencies":
        return version.object_dependencies
    return name != "recyclebin_catalogs" or version.recycle_bin_table


def _somebody_scans(asking: Asking) -> bool:
    """A backend or compute node pulls this table's rows from the frontend; without one there is no answer."""
    cluster = asking.cluster
    return any(b.alive for b in cluster.backends.values()) or any(n.alive for n in cluster.compute_nodes.values())


def _connection(asking: Asking) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for schema in ("information_schema", "sys"):
        connection.execute(f"ATTACH ':memory:' AS {schema}")
    connection.execute("PRAGMA case_sensitive_like = ON")
    session, cluster = asking.session, asking.cluster
    number, _, commit = cluster.version.release.partition("-")
    user = f"'{session.account.name}'@'%'"
    for name, value in {
        "current_version": f"{number} {commit}",
        "version": cluster.version.server_version,
        "current_user": user,
        "session_user": user,
        "system_user": user,
        "user": f"'{session.account.name}'@'127.0.0.1'",
        "current_role": ", ".join(session.account.roles),
        "database": session.database or "",
        "schema": session.database or "",
        "connection_id": session.id,
        "now": asking.time(cluster.now),
    }.items():
        connection.create_function(name, 0, lambda value=value: value)
    connection.create_function("unix_timestamp", 0, lambda: int(cluster.epoch + cluster.now))
    connection.create_function("concat", -1, lambda *parts: "".join(str(part) for part in parts))
    connection.create_function("if", 3, lambda test, yes, no: yes if test else no)
    return connection
