"""Text for a host's /bin/sh: our scripts, and values that reach them as quoted variables only."""

import re
import shlex
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from workers.hosts import HostRefused

_NOT_IN_A_VALUE = re.compile(r"[\x00-\x1f\x7f`'\"\\]|\$\(")
_NOT_IN_A_CONF_LINE = re.compile(r"[\x00-\x1f\x7f`'\\]|\$\(")
_JOB_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,119}\Z")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")
_VARIABLE = re.compile(r"[a-z][a-z0-9_]*\Z")


@cache
def script(name: str) -> str:
    """One of the scripts that ship with this package, with the comments that tell its reader why."""
    return files("workers.hosts").joinpath("scripts", f"{name}.sh").read_text(encoding="utf-8")


def assignments(values: Mapping[str, str], conf_lines: frozenset[str] = frozenset()) -> str:
    """`name='value'` lines. Values in `conf_lines` may hold double quotes; nothing may hold what a shell could run.

    Raises HostRefused: the values were checked where they came from, so one that fails here is a defect or an attack.
    """
    for name, value in values.items():
        forbidden = _NOT_IN_A_CONF_LINE if name in conf_lines else _NOT_IN_A_VALUE
        if not _VARIABLE.match(name) or forbidden.search(value):
            raise HostRefused(f"The {name} of this job holds characters that no job may hold; nothing was sent.")
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())


def job_id(text: str) -> str:
    """The id if it can name a directory; raises HostRefused."""
    if not _JOB_ID.match(text) or ".." in text:
        raise HostRefused(f"{text[:130]!r} is not a job id: 1 to 120 of a-z, 0-9, dot, dash and underscore.")
    return text


def word(text: str, what: str) -> str:
    """A version or label that may name a directory; raises HostRefused."""
    if not _VERSION.match(text) or ".." in text:
        raise HostRefused(f"{text[:110]!r} is not a {what}: letters, digits, dot, dash and underscore only.")
    return text


def whole(text: str) -> str:
    """One function around everything: a shell that was sent only a part of the text finds no end and runs nothing."""
    return f"sr_main() {{\n{text}\n}}\nsr_main\n"


def printing(function: str, text: str) -> str:
    """A function that prints `text` as it is."""
    mark = "SR_END_OF_SCRIPT"
    assert mark not in text
    return f"{function}() {{\ncat <<'{mark}'\n{text}\n{mark}\n}}\n"
