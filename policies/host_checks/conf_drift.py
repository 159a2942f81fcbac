"""The conf files of one kind of node say the same, but for what belongs to a host (mission 001 §2.1).

Values of keys that may hold a secret never come here (policies.hosts.HostSurvey.conf).
"""

from collections import Counter
from collections.abc import Sequence

from policies.host_checks.seen import Seen, fine, warn
from policies.plan import Finding
from policies.units import in_list

NAME = "conf drift"
OF_THE_HOST = frozenset(
    {
        "priority_networks", "NETWORKS", "storage_root_path", "meta_dir", "JAVA_HOME", "LOG_DIR", "PID_DIR", "sys_log_dir",
        "audit_log_dir", "small_file_dir", "custom_config_dir", "spill_local_storage_dir", "labels", "location",
    }
)  # fmt: skip
"""Keys that differ from host to host by nature, or have a rule of their own."""
MOST_KEYS = 8
LONGEST = 40


def conf_drift(nodes: Sequence[Seen]) -> list[Finding]:
    found = []
    for process in ("FE", "BE", "CN"):
        alike = [node for node in nodes if node.kind.process == process and node.survey.conf]
        found += _of_kind(process, alike)
    return found or [fine(NAME, "Nodes of one kind have the same settings.")]


def _of_kind(process: str, nodes: Sequence[Seen]) -> list[Finding]:
    keys = sorted({key for node in nodes for key in node.conf} - OF_THE_HOST)
    differing = [key for key in keys if len({_value(node, key) for node in nodes}) > 1]
    found = [_told(key, nodes) for key in differing[:MOST_KEYS]]
    if len(differing) > MOST_KEYS:
        found.append(warn(NAME, f"{len(differing) - MOST_KEYS} more keys of {process}s differ."))
    return found


def _value(node: Seen, key: str) -> str | None:
    """The host's own name is no difference."""
    value = node.conf.get(key)
    return None if value is None else value.replace(node.address.host, "HOST")


def _told(key: str, nodes: Sequence[Seen]) -> Finding:
    counted = Counter(_value(node, key) for node in nodes)
    usual, times = counted.most_common(1)[0]
    others = [f"{_shown(_value(node, key), usual)} on {node.address}" for node in nodes if _value(node, key) != usual]
    rest = f"{_shown(usual, next(value for value in counted if value != usual))} on {_others(times)}"
    return warn(NAME, f"`{key}` of {nodes[0].kind.process}s differs: {in_list(others)}; {rest}.")


def _others(times: int) -> str:
    return "1 other" if times == 1 else f"{times} others"


def _shown(value: str | None, other: str | None) -> str:
    """A long value is told by the words that are not in the other one."""
    if value is None:
        return "not set"
    if len(value) > LONGEST and other is not None:
        value = " ".join(word for word in value.split() if word not in other.split()) or "the same in another order"
    return f"`{value if len(value) <= LONGEST else value[: LONGEST - 1] + '…'}`"
