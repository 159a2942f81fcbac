"""SHOW statements about databases, sessions and privileges."""

from workers.twin.answers import Ok, ResultSet, SqlError, columns, refused, text_rows
from workers.twin.model.catalog import Database, Table
from workers.twin.sessions import DEFAULT_VARIABLES
from workers.twin.sql import node_rows
from workers.twin.sql.admin import like
from workers.twin.sql.asking import Asking
from workers.twin.sql.formats import size
from workers.twin.sql.shapes import Values

_ALTER = columns(
    "JobId TableName CreateTime FinishTime IndexName IndexId OriginIndexId SchemaVersion TransactionId State Msg "
    "Progress Timeout"
)
_PARTITIONS = columns(
    "PartitionId PartitionName VisibleVersion VisibleVersionTime VisibleVersionHash State PartitionKey Range "
    "DistributionKey Buckets ReplicationNum StorageMedium CooldownTime LastConsistencyCheckTime DataSize IsInMemory "
    "RowCount"
)


def show_backends(asking: Asking, values: Values) -> ResultSet:
    return node_rows.backends(asking)


def show_frontends(asking: Asking, values: Values) -> ResultSet:
    return node_rows.frontends(asking)


def show_compute_nodes(asking: Asking, values: Values) -> ResultSet:
    return node_rows.compute_nodes(asking)


def show_databases(asking: Asking, values: Values) -> ResultSet:
    """Only what the account may see; information_schema is for everybody."""
    seen = list(asking.cluster.catalog.databases) if asking.session.account.sees_tables else []
    return ResultSet(("Database",), [(name,) for name in sorted([*seen, "information_schema", "sys"])])


def database_of(asking: Asking, name: str | None) -> Database:
    if not name:
        raise SqlError(1046, "3D000", "No database selected")
    database = asking.cluster.catalog.databases.get(name)
    if database is None:
        raise SqlError(asking.cluster.version.unknown_database, "42000", f"Unknown database '{name}'")
    return database


def table_of(asking: Asking, parts: list[str]) -> Table:
    database = database_of(asking, parts[0] if len(parts) > 1 else asking.session.database)
    table = database.tables.get(parts[-1])
    if table is None:
        text = f"Unknown table '{database.name}.{parts[-1]}'"
        raise SqlError(asking.cluster.version.unknown_table, "42S02", text)
    return table


def show_tables(asking: Asking, values: Values) -> ResultSet:
    name = values["name"][0] if "name" in values else asking.session.database
    if name == "information_schema":
        return ResultSet((f"Tables_in_{name}",))
    database = database_of(asking, name)
    seen = sorted(database.tables) if asking.session.account.sees_tables else []
    return ResultSet((f"Tables_in_{database.name}",), [(table,) for table in seen])


def show_partitions(asking: Asking, values: Values) -> ResultSet:
    table = table_of(asking, values["table"])
    rows: list[dict[str, object]] = [
        {
            "PartitionId": str(p.id),
            "PartitionName": p.name,
            "VisibleVersion": "2",
            "VisibleVersionHash": "0",
            "State": table.state,
            "PartitionKey": "dt" if len(table.partitions) > 1 else "",
            "Range": "",
            "DistributionKey": "id",
            "Buckets": str(p.buckets),
            "ReplicationNum": str(p.replication),
            "StorageMedium": table.medium,
            "CooldownTime": "9999-12-31 23:59:59",
            "DataSize": size(p.buckets * table.tablet_bytes).replace(" ", ""),
            "IsInMemory": "false",
            "RowCount": str(p.buckets * table.tablet_bytes // 100),
        }
        for p in table.partitions
        if p.buckets
    ]
    return text_rows(_PARTITIONS, rows)


def show_alter_table(asking: Asking, values: Values) -> ResultSet:
    """Jobs of one kind in one database; the twin runs schema changes only, so ROLLUP and OPTIMIZE are empty."""
    database = database_of(asking, values["name"][0] if "name" in values else asking.session.database)
    jobs = asking.cluster.alter_jobs if "COLUMN" in values["keyword"] else []
    rows: list[dict[str, object]] = [
        {
            "JobId": str(job.id),
            "TableName": job.table.name,
            "CreateTime": asking.time(job.created),
            "FinishTime": asking.time(job.finished),
            "IndexName": job.table.name,
            "IndexId": str(job.table.id + 1),
            "OriginIndexId": str(job.table.id),
            "SchemaVersion": "1:1720437110",
            "TransactionId": "-1",
            "State": job.state,
            "Msg": "",
            "Progress": "40.00%" if job.state == "RUNNING" else "N/A",
            "Timeout": "86400",
        }
        for job in jobs
        if job.table.database is database
    ]
    return text_rows(_ALTER, rows)


def show_grants(asking: Asking, values: Values) -> ResultSet:
    if "value" in values:
        return _grants_of_role(asking, values["value"][0])
    account = asking.session.account
    user = f"'{account.name}'@'%'"
    roles = ", ".join(f"'{role}'" for role in account.roles)
    rows: list[tuple[object, ...]] = [
        (user, None, f"GRANT {roles} TO USER {user}"),
        *((user, "default_catalog" if " IN ALL " in grant else None, grant) for grant in account.grants),
    ]
    return ResultSet(("UserIdentity", "Catalog", "Grants"), rows)


def _grants_of_role(asking: Asking, role: str) -> ResultSet:
    """Only a holder of the role may ask; built-in roles list what they bring in their own words."""
    if role not in asking.session.account.roles and asking.session.account.name != "root":
        raise refused(f"Access denied; you need the GRANT privilege to see the grants of role {role}")
    grant = f"GRANT NODE ON SYSTEM TO ROLE '{role}'"
    return ResultSet(columns("RoleName Catalog Grants"), [(role, None, grant)])


def show_variables(asking: Asking, values: Values) -> ResultSet:
    """GLOBAL: what a new session begins with; else what this one has."""
    wanted = like(values["string"][0]) if "string" in values else None
    everybody = "GLOBAL" in values.get("keyword", [])
    own = DEFAULT_VARIABLES | asking.cluster.global_variables if everybody else asking.session.variables
    shown = own | {
        "version": asking.cluster.version.server_version,
        "version_comment": version_comment(asking),
    }
    rows = [(k, v) for k, v in sorted(shown.items()) if wanted is None or wanted.fullmatch(k)]
    return ResultSet(("Variable_name", "Value"), [tuple(row) for row in rows])


def version_comment(asking: Asking) -> str:
    return f"StarRocks version {asking.cluster.version.release}"


def show_processlist(asking: Asking, values: Values) -> ResultSet:
    names = columns("Id User Host Db Command ConnectionStartTime Time State Info IsPending")
    here = [s for s in asking.sessions.values() if s.frontend is asking.frontend and not s.closed]
    rows: list[dict[str, object]] = [
        {
            "Id": str(s.id),
            "User": s.account.name,
            "Host": "127.0.0.1",
            "Db": s.database or "",
            "Command": "Sleep" if s is not asking.session else "Query",
            "ConnectionStartTime": asking.time(s.since),
            "Time": str(int(asking.cluster.now - s.since)),
            "State": "OK",
            "Info": "",
            "IsPending": "false",
        }
        for s in here
    ]
    return text_rows(names, rows)


def nothing(asking: Asking, values: Values) -> ResultSet:
    """SHOW WARNINGS and its kin: accepted, empty."""
    return ResultSet(("Level", "Code", "Message"))


def show_columns(asking: Asking, values: Values) -> ResultSet:
    """Accepted for the mysql client's completion, which asks for every table; columns are not modelled."""
    return ResultSet(columns("Field Type Null Key Default Extra"))


def use(asking: Asking, values: Values) -> Ok:
    name = values["name"][0]
    if name not in ("information_schema", "sys"):
        database_of(asking, name)
    asking.session.database = name
    return Ok()
