"""What the bot's account may do, as far as it can be proven without changing anything.

NODE (every ALTER SYSTEM) cannot be granted by itself and cannot be tried without acting: it is inferred from the roles
that hold it (docs: administration/user_privs/privilege_item, built-in roles). OPERATE is proven by statements of the same
look that need it. Whether every table is visible is a rule's business: it compares partitions_meta with /statistic.
"""

import re
from collections.abc import Iterable, Set

from policies.cluster import Privileges
from workers.starrocks import queries
from workers.starrocks.client import Connection
from workers.starrocks.errors import Refused
from workers.starrocks.rows import Row

NODE_ROLES = frozenset({"root", "cluster_admin"})
"""The built-in roles with the NODE privilege (fe: authorization/AuthorizationMgr.java initBuiltinRolesUnlocked)."""

BUILT_IN = NODE_ROLES | {"db_admin", "user_admin", "security_admin", "public"}
MOST_ROLES_ASKED = 8
"""A role may contain roles, 16 deep at most (privilege_max_role_depth); more than this many are not looked into."""

VIEW_ROLES = frozenset({"root", "db_admin"})
"""The built-in roles that may ALTER every materialized view (the same method)."""
_VIEWS_GRANTED = re.compile(
    r"GRANT\s+[^;]*\b(?:ALTER|ALL)\b[^;]*\sON\s+ALL\s+MATERIALIZED\s+VIEWS\s+IN\s+ALL\s+DATABASES", re.IGNORECASE
)
_ROLES_GRANTED = re.compile(r"GRANT\s+(?P<roles>.+?)\s+TO\s", re.IGNORECASE)
_PRIVILEGE_GRANTED = re.compile(r"\sON\s", re.IGNORECASE)


def read(connection: Connection, denied: Set[str]) -> Privileges:
    """Prove what can be proven; `denied` names the parts of this look that were refused for want of a privilege.

    Raises Refused where not even SHOW GRANTS is answered.
    """
    rows = connection.rows(queries.GRANTS)
    account = next((row.text("UserIdentity") for row in rows if row.text("UserIdentity")), connection.cluster.user)
    granted = roles_in(rows)
    active = _active_roles(connection, granted)
    missing = [*_node(connection, account, granted, active), *_operate(account, denied)]
    return Privileges(
        account=account, roles=tuple(sorted(active)), missing=tuple(missing), alters_views=_alters_views(rows, active)
    )


def _alters_views(rows: Iterable[Row], active: Set[str]) -> bool:
    """A role that holds everything in databases, or a grant on all materialized views to the account itself."""
    return bool(active & VIEW_ROLES) or any(_VIEWS_GRANTED.search(row.text("Grants")) for row in rows)


def roles_in(rows: Iterable[Row]) -> frozenset[str]:
    """The roles that SHOW GRANTS lists; lines that grant a privilege on something are not about roles."""
    found: set[str] = set()
    for row in rows:
        match = _ROLES_GRANTED.match(row.text("Grants"))
        if match and not _PRIVILEGE_GRANTED.search(match.group("roles")):
            found.update(_names(match.group("roles")))
    return frozenset(found)


def _names(text: str) -> list[str]:
    return [name for part in text.split(",") if (name := part.strip().strip("'\"`").strip())]


def _active_roles(connection: Connection, granted: frozenset[str]) -> frozenset[str]:
    """Granted roles are inactive unless they are default roles; before 3.0 there are no roles to ask for."""
    try:
        rows = connection.rows(queries.CURRENT_ROLE)
    except Refused:
        return granted
    text = rows[0].text("CURRENT_ROLE") if rows else ""
    return frozenset(name for name in _names(text) if name.upper() != "NONE")


def _node(connection: Connection, account: str, granted: Set[str], active: Set[str]) -> list[str]:
    if active & NODE_ROLES or _contained(connection, active - BUILT_IN) & NODE_ROLES:
        return []
    held = sorted(granted & NODE_ROLES)
    if held:
        return [f"its role {held[0]} is granted but not active (SET DEFAULT ROLE ALL TO {account})"]
    return [
        f"the NODE privilege, which only the role cluster_admin brings "
        f"(GRANT cluster_admin TO USER {account}; SET DEFAULT ROLE ALL TO {account})"
    ]


def _contained(connection: Connection, roles: Set[str]) -> Set[str]:
    """These roles and the roles inside them, breadth first; built-in ones contain nothing that matters here."""
    found: set[str] = set(roles)
    ahead = sorted(roles)
    for _ in range(MOST_ROLES_ASKED):
        if not ahead:
            break
        try:
            inside = roles_in(connection.rows(queries.grants_of_role(ahead.pop(0))))
        except (Refused, ValueError):
            continue
        ahead += sorted(inside - found - BUILT_IN)
        found |= inside
    return found


def _operate(account: str, denied: Set[str]) -> list[str]:
    if not denied:
        return []
    parts = ", ".join(sorted(denied)).replace("_", " ")
    return [f"OPERATE on SYSTEM, needed to read {parts} (GRANT OPERATE ON SYSTEM TO USER {account})"]
