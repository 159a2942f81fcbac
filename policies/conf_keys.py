"""Which keys of a node's conf file may be changed from chat, and to what.

A start script evaluates every UPPER_CASE line of the file in a shell (bin/common.sh export_env_from_conf), and options
of a JVM can name programs to run. So keys are listed, and of JAVA_OPTS only sizes and percentages of memory may differ.
"""

import re
from collections.abc import Callable

from policies.cluster import NodeKind

_EVERYWHERE_REFUSED = re.compile(r"[\x00-\x1f\x7f`'\\;&|<>]|\$\(|\$\{[^}]*[^A-Za-z0-9_}][^}]*\}|[^\x20-\x7e]|\s#|^\s|\s$|^#")

_SIZE = re.compile(r"[1-9]\d{0,15}(?:\.\d+)?[KMGTkmgt]?[Bb]?\Z")
_SHARE = re.compile(r"(?:[1-9]\d?|100)%\Z")
_COUNT = re.compile(r"-?\d{1,10}\Z")
_TRUTH = re.compile(r"(?:true|false)\Z")
_NETWORK = r"(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f:]+)(?:/\d{1,3})?"
_NETWORKS = re.compile(rf"{_NETWORK}(?:;{_NETWORK})*\Z")
_JVM_MEMORY = re.compile(r"-Xm[sx][1-9]\d{0,6}[kKmMgG]\Z|-XX:(?:Max|Initial|Min)RAMPercentage=\d{1,2}(?:\.\d+)?\Z")

Rule = Callable[[str, str | None], str]


def refusal(role: NodeKind, key: str, value: str, old: str | None) -> str:
    """Why this key may not get this value, in one sentence; empty when it may. `old` is what the file says now."""
    rule = KEYS[_file(role)].get(key)
    if rule is None:
        known = ", ".join(sorted(KEYS[_file(role)]))
        return f"`{key}` may not be changed from here. Keys that may: {known}."
    if len(value) > 4000 or (_EVERYWHERE_REFUSED.search(value) and not (rule is _networks and _NETWORKS.match(value))):
        return f"The value for `{key}` holds a character that a shell or the file would read as something else."
    return rule(value, old)


def _file(role: NodeKind) -> str:
    if role.frontend:
        return "fe"
    return "be" if role is NodeKind.BACKEND else "cn"


def _memory(value: str, old: str | None) -> str:
    return "" if _SIZE.match(value) or _SHARE.match(value) else f"`{value}` is no amount of memory, e.g. `80%` or `100G`."


def _count(value: str, old: str | None) -> str:
    return "" if _COUNT.match(value) else f"`{value}` is not a whole number."


def _truth(value: str, old: str | None) -> str:
    return "" if _TRUTH.match(value) else f"`{value}` is neither `true` nor `false`."


def _networks(value: str, old: str | None) -> str:
    return "" if _NETWORKS.match(value) else f"`{value}` is no list of networks, e.g. `10.84.0.0/16;192.168.1.0/24`."


def _java_options(value: str, old: str | None) -> str:
    if not re.fullmatch(r"\"[^\"]*\"|[^\"\s]*", value):
        return "JVM options stand in one pair of double quotes, e.g. `\"-Xmx16g -XX:+UseG1GC\"`."
    before, after = (old or "").strip('"').split(), value.strip('"').split()
    if sorted(_others(before)) != sorted(_others(after)):
        return "Of the JVM options only -Xmx, -Xms and -XX:…RAMPercentage may differ from what the file says now."
    if not any(_JVM_MEMORY.match(option) for option in after):
        return "The JVM options would set no -Xmx."
    return ""


def _others(options: list[str]) -> list[str]:
    return [option for option in options if not _JVM_MEMORY.match(option)]


_DATA_NODE: dict[str, Rule] = {
    "mem_limit": _memory,  # be: common/config.h; static
    "priority_networks": _networks,
    "datacache_mem_size": _memory,  # 3.3+: mutable, but a restart reads the file again
    "datacache_disk_size": _memory,
    "storage_page_cache_limit": _memory,
    "loop_count_wait_fragments_finish": _count,  # graceful exit, docs: administration/management/graceful_exit
    "parallel_clone_task_per_path": _count,
    "JAVA_OPTS": _java_options,
    "JAVA_OPTS_FOR_JDK_9_AND_LATER": _java_options,  # 3.1 to 3.4 on a JDK newer than 8 (bin/start_backend.sh)
    "JAVA_OPTS_FOR_JDK_11": _java_options,
}

KEYS: dict[str, dict[str, Rule]] = {
    "be": _DATA_NODE,
    "cn": _DATA_NODE,
    "fe": {
        "JAVA_OPTS": _java_options,  # which one counts depends on version and JDK (bin/start_fe.sh)
        "JAVA_OPTS_FOR_JDK_9": _java_options,
        "JAVA_OPTS_FOR_JDK_11": _java_options,
        "priority_networks": _networks,
        "min_graceful_exit_time_second": _count,  # 3.4.2+, fe: common/Config.java
        "max_graceful_exit_time_second": _count,
        "qe_max_connection": _count,
        "ignore_unknown_log_id": _truth,  # docs: deployment/downgrade; in only while older files read a newer journal
        "enable_statistic_collect_on_first_load": _truth,
        "drop_backend_after_decommission": _truth,
    },
}
"""File -> key -> rule. `storage_root_path` and `meta_dir` are not here: another path means other data."""

STORAGE = "storage_root_path"
_PATH = r"/[A-Za-z0-9_.@+-][A-Za-z0-9_.@+/-]*(?:,medium:(?i:hdd|ssd))?"
_PATHS = re.compile(rf"(?!.*\.\.){_PATH}(?:;{_PATH})*\Z")


def storage_refusal(value: str) -> str:
    """Why a backend that has left may not get these storage paths, in one sentence; empty when it may (acts.SetStorage)."""
    if len(value) <= 4000 and _PATHS.match(value):
        return ""
    return f"`{value[:200]}` is no list of storage paths, e.g. `/data1/be;/data2/be`."
