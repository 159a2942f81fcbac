"""System variables: what a session begins with, of which type, and what a frontend says of a value it does not take.

A global one is metadata (fe: qe/VariableMgr.java): the leader writes it into its journal, so every frontend has it, and neither
a restart nor an election forgets it. A session copies all of them when it begins and keeps its own from then on.
"""

from dataclasses import dataclass

from workers.twin.answers import SqlError


@dataclass(frozen=True)
class Variable:
    """One that SET GLOBAL is about: its default, and the Java type that its values are parsed as."""

    name: str
    default: str
    type: str


TYPED: dict[str, Variable] = {
    variable.name: variable
    for variable in (
        Variable("cbo_enable_low_cardinality_optimize", "true", "boolean"),
        Variable("enable_pipeline_engine", "true", "boolean"),
        Variable("enable_rewrite_simple_agg_to_meta_scan", "false", "boolean"),
        Variable("batch_size", "4096", "int"),
        Variable("query_timeout", "300", "int"),
    )
}
READ_ONLY = frozenset({"version_comment", "system_time_zone", "license", "language"})
_TRUTH = {"on": "true", "true": "true", "1": "true", "off": "false", "false": "false", "0": "false"}


def unknown(name: str) -> SqlError:
    """fe: common/ErrorCode.java ERR_UNKNOWN_SYSTEM_VARIABLE."""
    return SqlError(1193, "HY000", f"Unknown system variable '{name}'")


def parsed(name: str, value: str) -> str:
    """The value as SHOW VARIABLES prints it afterwards. Raises SqlError on one of another type, or where none may be set."""
    if name in READ_ONLY:
        raise SqlError(1238, "HY000", f"Variable '{name}' is a read only variable")
    kind = TYPED[name].type if name in TYPED else "string"
    if kind == "boolean" and value.lower() not in _TRUTH:
        raise _wrong_type(name)
    if kind == "int" and not value.removeprefix("-").isdecimal():
        raise _wrong_type(name)
    return _TRUTH[value.lower()] if kind == "boolean" else value


def _wrong_type(name: str) -> SqlError:
    return SqlError(1232, "42000", f"Incorrect argument type to variable '{name}'")
