"""SET: what drivers say when they connect, and the few variables that change answers."""

import re

from workers.twin.answers import Ok, SqlError, refused
from workers.twin.model.variables import parsed, unknown
from workers.twin.sessions import ALIASES, DEFAULT_VARIABLES
from workers.twin.sql.asking import Asking
from workers.twin.sql.formats import zone

_ASSIGNMENT = re.compile(
    r"\s*(?:@@)?(?:(?P<scope>session|local|global)\s*[.\s]\s*)?`?(?P<name>@?\w+)`?\s*(?::=|=)\s*(?P<value>.+?)\s*",
    re.IGNORECASE | re.DOTALL,
)
_PARTS = re.compile(r"(?:[^,'\"(]|'[^']*'|\"[^\"]*\"|\([^)]*\))+")
_HARMLESS = re.compile(r"\s*(names\b|character\s+set\b|charset\b|(session\s+|global\s+)?transaction\b)", re.IGNORECASE)
_ROLE = re.compile(r"\s*(default\s+)?role\b\s*(?P<role>.*)", re.IGNORECASE | re.DOTALL)


def set_variables(asking: Asking, body: str) -> Ok:
    """`body` is what follows SET."""
    role = _ROLE.match(body)
    if role:
        return _set_role(asking, role["role"])
    if _HARMLESS.match(body):
        return Ok()
    for part in _PARTS.findall(body):
        match = _ASSIGNMENT.fullmatch(part)
        if match is None:
            raise refused(f"Getting syntax error. Detail message: cannot read SET '{part.strip()}'")
        value = match["value"].strip().strip("'\"")
        if (match["scope"] or "").lower() == "global":
            _assign_globally(asking, match["name"].lower(), value)
        else:
            _assign(asking, match["name"].lower(), value)
    return Ok()


def _assign(asking: Asking, name: str, value: str) -> None:
    if name.startswith("@"):
        return  # a user variable; nothing here reads them
    name = ALIASES.get(name, name)
    variables = asking.session.variables
    if name not in variables:
        raise unknown(name)
    if name == "time_zone":
        try:
            zone(value)
        except ValueError:
            raise SqlError(1298, "HY000", f"Unknown or incorrect time zone: '{value}'") from None
    variables[name] = {"on": "true", "off": "false"}.get(value.lower(), value)
    if name in ("forward_to_leader", "autocommit") and value in ("0", "1"):
        variables[name] = "true" if value == "1" else "false"


def _assign_globally(asking: Asking, name: str, value: str) -> None:
    """On the leader, in the metadata, and in this very session (fe: sql/ast/SetStmt.java, qe/VariableMgr.java)."""
    asking.require("OPERATE")
    asking.require_leader()
    name = ALIASES.get(name, name)
    if name not in asking.session.variables:
        raise unknown(name)
    known = parsed(name, value)
    before = asking.cluster.global_variables.get(name, DEFAULT_VARIABLES[name])
    asking.cluster.global_variables[name] = known
    asking.session.variables[name] = known
    asking.effects.append(f"global variable {name}: {before} -> {known}")


def _set_role(asking: Asking, role: str) -> Ok:
    """Every account's roles are default roles here, so activating them changes nothing."""
    wanted = re.sub(r"[`'\";]", "", role).strip()
    granted = {*asking.session.account.roles, "public"}
    if wanted.upper() in ("ALL", "DEFAULT", "NONE") or all(part.strip() in granted for part in wanted.split(",")):
        return Ok()
    raise refused(f"Role {wanted} is not granted to '{asking.session.account.name}'@'%'")
