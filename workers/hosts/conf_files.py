"""Reading be.conf, cn.conf and fe.conf as StarRocks reads them, and changing one key without touching the rest.

Frontends use java.util.Properties (fe: common/ConfigBase.java); backends read line by line, where `#` is a comment only
at the beginning of a line (be: common/configbase.cpp). A note after a value is therefore part of the value in both.
"""

import hashlib
import re
from dataclasses import dataclass

import javaproperties

from workers.hosts import HostRefused

_SECRET_KEY = re.compile(
    r"passw|secret|token|credential|sas_|_sas|(?:access|shared|account|private|api|encrypt\w*|master)_?key|key_?(?:id|pass)",
    re.IGNORECASE,
)
_SECRET_IN_VALUE = re.compile(r"(?:passw|secret|token|credential)\w*[=:]|://[^/\s:@]*:[^/\s@]*@", re.IGNORECASE)
_SECRET_SAID = re.compile(
    rf"([\w.-]*(?:{_SECRET_KEY.pattern})[\w.-]*[\"']?\s*[=:]\s*)(?:\"[^\"]*\"?|'[^']*'?|[^\s,;]+)", re.IGNORECASE
)
_SECRET_IN_ADDRESS = re.compile(r"://[^/\s:@]*:[^/\s@]*@")


@dataclass(frozen=True)
class ConfEntry:
    """A key with its value, and the lines it takes (from 1, both ends included)."""

    key: str
    value: str
    first: int
    last: int


@dataclass(frozen=True)
class ConfEdit:
    """Replace lines first..last by `line`; first 0 appends. `before` and `after` are sha256 of the whole file."""

    first: int
    last: int
    line: str
    before: str
    after: str


def read_conf(role: str, content: bytes) -> list[ConfEntry]:
    """Every key in the order of the file; a key may come twice, and then the last one counts."""
    text = content.decode("utf-8", "surrogateescape")
    return _properties(text) if role == "fe" else _lines(text)


def values_of(role: str, content: bytes) -> dict[str, str]:
    """Key -> value as the process reads it, without what may be secret."""
    entries = {entry.key: _printable(entry.value) for entry in read_conf(role, content)}
    return {key: value for key, value in entries.items() if not may_be_secret(key, value)}


def may_be_secret(key: str, value: str) -> bool:
    """By the key's name, or by what the value assigns; rather too often than once too seldom."""
    return bool(_SECRET_KEY.search(key) or _SECRET_IN_VALUE.search(value))


def without_secrets(text: str) -> str:
    """Words of a host, without what they may assign to a secret: a start script, or a log, quotes conf lines when it fails."""
    return _SECRET_IN_ADDRESS.sub("://***@", _SECRET_SAID.sub(r"\1***", text))


def value_of(role: str, content: bytes, key: str) -> str | None:
    """One key's value; None when it is not set."""
    return next((entry.value for entry in reversed(read_conf(role, content)) if entry.key == key), None)


def edited(role: str, content: bytes, key: str, value: str, old: str | None) -> ConfEdit:
    """The edit that gives `key` this value; raises HostRefused when the file does not say `old` (any more)."""
    found = next((entry for entry in reversed(read_conf(role, content)) if entry.key == key), None)
    before = hashlib.sha256(content).hexdigest()
    if found is not None and found.value == value:
        return ConfEdit(found.first, found.last, "", before, before)
    if (found.value if found else None) != old:
        says = "does not set it" if found is None else f"says {_shown(key, found.value)}"
        expected = "not to be set" if old is None else f"to be {_shown(key, old)}"
        raise HostRefused(f"The plan expects {key} {expected}, but {role}.conf {says}: nothing was changed.")
    return _edit(role, content, found, key, value)


def _edit(role: str, content: bytes, found: ConfEntry | None, key: str, value: str) -> ConfEdit:
    """Raises HostRefused when the new file would read otherwise than meant, e.g. after a line that goes on in the next."""
    lines = content.decode("utf-8", "surrogateescape").split("\n")
    if lines[-1] == "":
        lines.pop()
    line = _prefix(lines[found.first - 1] if found else "", key) + value
    new = [*lines, line] if found is None else [*lines[: found.first - 1], line, *lines[found.last :]]
    result = ("\n".join(new) + "\n").encode("utf-8", "surrogateescape")
    meant = {entry.key: entry.value for entry in read_conf(role, content)} | {key: value}
    if {entry.key: entry.value for entry in read_conf(role, result)} != meant:
        raise HostRefused(f"{role}.conf cannot be changed safely around {key}: change it by hand.")
    before, after = (hashlib.sha256(text).hexdigest() for text in (content, result))
    return ConfEdit(found.first if found else 0, found.last if found else 0, line, before, after)


def _prefix(line: str, key: str) -> str:
    """What stands before the value: as in the line that is replaced, else as in StarRocks' own files."""
    kept = re.match(rf"\s*{re.escape(key)}\s*=[ \t]*", line)
    if kept:
        return kept[0]
    return f"{key}=" if key.isupper() else f"{key} = "


def _properties(text: str) -> list[ConfEntry]:
    entries, line = [], 1
    for part in javaproperties.parse(text):
        lines = part.source.count("\n") + (not part.source.endswith("\n"))
        if isinstance(part, javaproperties.KeyValue):
            entries.append(ConfEntry(part.key, part.value, line, line + lines - 1))
        line += lines
    return entries


def _lines(text: str) -> list[ConfEntry]:
    entries = []
    for number, line in enumerate(text.split("\n"), start=1):
        key, equals, value = line.strip().partition("=")
        if equals and not key.startswith("#"):
            entries.append(ConfEntry(key.strip().removeprefix("doris_"), value.strip(), number, number))
    return entries


def _shown(key: str, value: str) -> str:
    if may_be_secret(key, value):
        return "a value that is not shown"
    shown = _printable(value)
    return f"`{shown if len(shown) <= 120 else shown[:117] + '...'}`"


def _printable(value: str) -> str:
    return value.encode("utf-8", "replace").decode("utf-8")
