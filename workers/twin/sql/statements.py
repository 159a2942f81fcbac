"""Every statement the twin was taught, in one table: shape, handler, privilege, and who answers.

A statement in none of these shapes is a syntax error and is marked unknown in the log, so that a test fails when
somebody sends SQL the twin never learned. REFUSED holds shapes a real frontend rejects, which is knowledge too.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from workers.twin.answers import Ok, ResultSet
from workers.twin.sql import admin, alter, materialized_views, proc, shows, warehouses
from workers.twin.sql.asking import Asking
from workers.twin.sql.information_schema import select
from workers.twin.sql.session_statements import set_variables
from workers.twin.sql.shapes import Miss, Shape, Values
from workers.twin.sql.tokens import syntax_error, tokenize

Answer = ResultSet | Ok
Handler = Callable[[Asking, Values], Answer]


@dataclass(frozen=True)
class Statement:
    """`needs`: any one of these on SYSTEM. `forwarded`: a follower sends it to the leader."""

    shape: Shape
    handler: Handler
    needs: tuple[str, ...] = ()
    forwarded: bool = False


def _node(shape: str, handler: Handler) -> Statement:
    return Statement(Shape(shape), handler, ("NODE",), forwarded=True)


def _nodes(shape: str, handler: Handler) -> Statement:
    return Statement(Shape(shape), handler, ("OPERATE", "NODE"), forwarded=True)


def _local(shape: str, handler: Handler, *needs: str) -> Statement:
    return Statement(Shape(shape), handler, needs)


STATEMENTS = (
    _node("ALTER SYSTEM ADD BACKEND :addresses", alter.add_backend),
    _node("ALTER SYSTEM DROP BACKEND :addresses [FORCE]", alter.drop_backend),
    _node("ALTER SYSTEM DECOMMISSION BACKEND :addresses", alter.decommission_backend),
    _node("CANCEL DECOMMISSION BACKEND :addresses", alter.cancel_decommission),
    _node("ALTER SYSTEM ADD COMPUTE NODE :addresses [INTO WAREHOUSE :name]", alter.add_compute_node),
    _node("ALTER SYSTEM DROP COMPUTE NODE :addresses [FROM WAREHOUSE :name]", alter.drop_compute_node),
    _node("ALTER SYSTEM ADD FOLLOWER|OBSERVER :string", alter.add_frontend),
    _node("ALTER SYSTEM DROP FOLLOWER|OBSERVER :string", alter.drop_frontend),
    _node("ALTER SYSTEM CREATE IMAGE", alter.create_image),
    _node("ALTER SYSTEM CLEAN TABLET SCHEDULER QUEUE", alter.clean_queue),
    Statement(Shape("ALTER MATERIALIZED VIEW :table ACTIVE|INACTIVE"), materialized_views.alter, forwarded=True),
    _nodes("SHOW BACKENDS", shows.show_backends),
    _nodes("SHOW FRONTENDS", shows.show_frontends),
    _nodes("SHOW COMPUTE NODES", shows.show_compute_nodes),
    Statement(Shape("SHOW WAREHOUSES"), warehouses.show_warehouses, forwarded=True),
    Statement(Shape("SHOW NODES FROM WAREHOUSES"), warehouses.show_nodes, forwarded=True),
    Statement(Shape("SHOW NODES FROM WAREHOUSE :name"), warehouses.show_nodes, forwarded=True),
    # Which frontend answers depends on the path, so PROC sees to that itself.
    _local("SHOW PROC :string", proc.show_proc, "OPERATE"),
    Statement(
        Shape("ADMIN SET FRONTEND CONFIG ( :string = :string )"), admin.set_config, ("OPERATE",), forwarded=True
    ),
    _local("ADMIN SHOW FRONTEND CONFIG [LIKE :string]", admin.show_config, "OPERATE"),
    _local("ADD|DELETE BACKEND BLACKLIST :numbers", admin.change_blacklist, "BLACKLIST"),
    _local("ADD|DELETE COMPUTE NODE BLACKLIST :numbers", admin.change_blacklist, "BLACKLIST"),
    _local("SHOW COMPUTE NODE BLACKLIST", admin.show_blacklist, "BLACKLIST"),
    _local("SHOW BACKEND BLACKLIST", admin.show_blacklist, "BLACKLIST"),
    _local("KILL [CONNECTION] :number", admin.kill),
    _local("SHOW DATABASES", shows.show_databases),
    _local("SHOW TABLES [FROM|IN :name]", shows.show_tables),
    _local("SHOW PARTITIONS FROM :table", shows.show_partitions),
    _local("SHOW ALTER TABLE COLUMN|ROLLUP|OPTIMIZE [FROM|IN :name]", shows.show_alter_table),
    _local("SHOW GRANTS [FOR ROLE :value]", shows.show_grants),
    _local("SHOW [GLOBAL|SESSION] VARIABLES [LIKE :string]", shows.show_variables),
    _local("SHOW [FULL] PROCESSLIST", shows.show_processlist),
    _local("SHOW WARNINGS", shows.nothing),
    _local("SHOW [FULL] COLUMNS|FIELDS FROM|IN :table [FROM|IN :name] [LIKE :string]", shows.show_columns),
    _local("USE :name", shows.use),
)

REFUSED = (
    # One address only (fe: sql/parser/StarRocks.g4, addFrontendClause and dropFrontendClause).
    Shape("ALTER SYSTEM ADD|DROP FOLLOWER|OBSERVER :addresses"),
    # Decommission of a backend is cancelled by a statement of its own.
    Shape("CANCEL ALTER SYSTEM DECOMMISSION BACKEND :addresses"),
    # Proposed in StarRocks#56864, never merged: no release parses it.
    Shape("ALTER MATERIALIZED VIEW :table ACTIVE WITH NO_VALIDATION"),
    # Doris has it; StarRocks lists its bin in information_schema.recyclebin_catalogs, from 4.0 (StarRocks#51007).
    Shape("SHOW CATALOG RECYCLE BIN"),
)

_SET = re.compile(r"\s*SET\s+(?P<body>.+?)\s*;?\s*", re.IGNORECASE | re.DOTALL)
_SELECT = re.compile(r"\s*(?:/\*.*?\*/\s*)*(?:SELECT|WITH|\()\b", re.IGNORECASE | re.DOTALL)
_STRANGE = re.compile(r"\s*(?:COMMIT|ROLLBACK|BEGIN|START\s+TRANSACTION)\s*;?\s*", re.IGNORECASE)


def answer(asking: Asking, sql: str) -> Answer:
    """The answer to one statement; raises SqlError as the frontend would."""
    if _SELECT.match(sql):
        return select(asking, sql)
    setting = _SET.fullmatch(sql)
    if setting:
        return set_variables(asking, setting["body"])
    if _STRANGE.fullmatch(sql):
        return Ok()  # drivers say it unasked; a frontend takes it and does nothing
    statement, values = _recognise(sql)
    if statement.needs:
        asking.require(*statement.needs)
    if statement.forwarded:
        asking.require_leader()
    return statement.handler(asking, values)


def _recognise(sql: str) -> tuple[Statement, Values]:
    tokens = tokenize(sql)
    furthest = Miss(0, ())
    for statement in STATEMENTS:
        outcome = statement.shape.match(tokens)
        if not isinstance(outcome, Miss):
            return statement, outcome
        if outcome.index > furthest.index:
            furthest = outcome
        elif outcome.index == furthest.index:
            furthest = Miss(furthest.index, (*furthest.expected, *outcome.expected))
    at = tokens[furthest.index].at if furthest.index < len(tokens) else len(sql.rstrip())
    unexpected = tokens[furthest.index].text if furthest.index < len(tokens) else "<EOF>"
    known = any(not isinstance(shape.match(tokens), Miss) for shape in REFUSED)
    raise syntax_error(sql, at, unexpected, furthest.expected, unknown=not known)
