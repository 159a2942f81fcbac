"""Who is connected, as whom, and the log of everything that was said."""

from collections.abc import Callable
from dataclasses import dataclass, field

from workers.twin.model.cluster import ZONE
from workers.twin.model.nodes import Frontend
from workers.twin.model.variables import TYPED


@dataclass(frozen=True)
class Account:
    """`system` are privileges on SYSTEM; a role's are spelled out (fe: authorization/AuthorizationMgr.java)."""

    name: str
    roles: tuple[str, ...]
    system: frozenset[str]
    sees_tables: bool
    grants: tuple[str, ...] = ()
    alters_views: bool = False


ACCOUNTS = {
    account.name: account
    for account in (
        Account("root", ("root",), frozenset({"NODE", "OPERATE", "BLACKLIST"}), True, alters_views=True),
        Account(
            "sr_bot",
            ("cluster_admin",),
            frozenset({"NODE", "OPERATE", "BLACKLIST"}),
            True,
            (
                "GRANT OPERATE, BLACKLIST ON SYSTEM TO USER 'sr_bot'@'%'",
                "GRANT SELECT ON ALL TABLES IN ALL DATABASES TO USER 'sr_bot'@'%'",
                "GRANT ALTER ON ALL MATERIALIZED VIEWS IN ALL DATABASES TO USER 'sr_bot'@'%'",
            ),
            alters_views=True,
        ),
        # cluster_admin carries NODE and nothing else: SHOW PROC is refused, table listings come back empty.
        Account("sr_limited", ("cluster_admin",), frozenset({"NODE"}), False),
    )
}

DEFAULT_VARIABLES = {
    "time_zone": ZONE,
    "forward_to_leader": "false",
    "query_timeout": "300",
    "wait_timeout": "28800",
    "autocommit": "true",
    "sql_mode": "ONLY_FULL_GROUP_BY",
    "character_set_client": "utf8",
    "character_set_connection": "utf8",
    "character_set_results": "utf8",
    "character_set_server": "utf8",
    "collation_connection": "utf8_general_ci",
    "max_allowed_packet": "33554432",
    "net_write_timeout": "60",
    "interactive_timeout": "3600",
    "lower_case_table_names": "0",
    "init_connect": "",
    "tx_isolation": "REPEATABLE-READ",
    "transaction_isolation": "REPEATABLE-READ",
    "system_time_zone": ZONE,
    "activate_all_roles_on_login": "false",
    "enable_profile": "false",
    "license": "Apache License 2.0",
    "language": "/starrocks/share/english/",
    "auto_increment_increment": "1",
    "sql_select_limit": "9223372036854775807",
    "sql_auto_is_null": "false",
    "performance_schema": "false",
    "query_cache_size": "1048576",
    "query_cache_type": "0",
}
DEFAULT_VARIABLES |= {variable.name: variable.default for variable in TYPED.values()}
ALIASES = {"forward_to_master": "forward_to_leader"}


@dataclass(eq=False)
class Session:
    """One connection to one frontend. Once `closed`, every statement on it finds the connection gone."""

    id: int
    frontend: Frontend
    account: Account
    variables: dict[str, str] = field(default_factory=lambda: dict(DEFAULT_VARIABLES))
    database: str | None = None
    closed: bool = False
    on_cut: Callable[[], None] | None = None
    since: float = 0.0

    def cut(self) -> None:
        """Break the connection under the client's feet."""
        if not self.closed:
            self.closed = True
            if self.on_cut is not None:
                self.on_cut()


@dataclass
class LoggedStatement:
    """One statement as it was seen: simulated and wall time, outcome "ok" or "error CODE: text".

    `cut`: its reply never reached the client. `effects`: what it changed. `unknown`: the twin was never taught it.
    """

    id: int
    connection: int
    fe: str
    user: str
    at: float
    wall: str
    sql: str
    outcome: str = "ok"
    rows: int = 0
    unknown: bool = False
    cut: bool = False
    effects: list[str] = field(default_factory=list)
