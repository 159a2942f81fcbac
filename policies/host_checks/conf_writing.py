"""Traps in how a conf file is written.

A `#` behind a value is part of the value (be: common/configbase.cpp; fe: java.util.Properties). Lines with an upper-case key are
run by a shell at each start (bin/common.sh export_env_from_conf).
"""

import re
from collections.abc import Sequence

from policies.host_checks.seen import MOST_NAMES, Seen, fine, warn
from policies.plan import Finding
from policies.units import in_list

NAME = "conf writing"
_NOTE = re.compile(r"\s#")
_RUNS = re.compile(r"`|\$\((?!date\b)|[;|&]")
"""A date in the name of a log is StarRocks' own (conf/fe.conf)."""


def conf_writing(nodes: Sequence[Seen]) -> list[Finding]:
    lines = [(f"`{key}` of {node}", key, value) for node in nodes for key, value in node.conf.items()]
    noted = [line for line, key, value in lines if not key.isupper() and _NOTE.search(value)]
    run = [line for line, key, value in lines if key.isupper() and _RUNS.search(_bare(value))]
    found = []
    if noted:
        words = f"A `#` behind a value is part of the value: {in_list(noted, MOST_NAMES)}."
        found.append(warn(NAME, words, "Put the note on a line of its own."))
    if run:
        words = f"The start script runs what stands in upper-case keys, here more than a value: {in_list(run, MOST_NAMES)}."
        found.append(warn(NAME, words, "Write the value out."))
    return found or [fine(NAME, "No note behind a value, no command in an upper-case key.")]


def _bare(value: str) -> str:
    """Signs between quotes part no commands."""
    return re.sub(r"[;|&]", "", value) if value[:1] == value[-1:] and value[:1] in {'"', "'"} else value
