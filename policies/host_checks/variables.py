"""`${NAME}` in a conf file comes from the environment; where it is set nowhere, the process ends as it starts.

fe: common/ConfigBase.java ("no such env variable"); be: common/configbase.cpp. Lines in capitals are exported by the start
script (bin/common.sh export_env_from_conf), and so are STARROCKS_HOME and a few of its own.
"""

import re
from collections.abc import Mapping, Sequence

from policies.host_checks.seen import MOST_NAMES, Seen, warn
from policies.plan import Finding
from policies.units import in_list

NAME = "variables"
SECRET = re.compile(r"KEY|SECRET|TOKEN|PASS|CREDENTIAL")
"""Such lines never come here, so that it is not known whether the conf file sets them."""
SCRIPTS = frozenset({"STARROCKS_HOME", "LOG_DIR", "PID_DIR", "UDF_RUNTIME_DIR", "HOME", "USER", "PATH", "HOSTNAME"})
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def variables(nodes: Sequence[Seen]) -> list[Finding]:
    """Of nodes that do not run: one that runs had what it needs."""
    found = []
    for node in nodes:
        unset = [f"${{{name}}} (`{key}`)" for key, name in _named(node.conf) if name not in node.conf]
        if unset and node.look.process is None:
            words = f"The conf file of {node} takes {in_list(unset, MOST_NAMES)} from the environment and does not set it."
            found.append(warn(NAME, words, "Write the value out, or set it where the process is started: else it ends at once."))
    return found


def expanded(value: str, conf: Mapping[str, str]) -> str:
    """The value with what the conf file itself sets in capitals; the rest stays as it is written."""
    return _VARIABLE.sub(lambda found: conf.get(found[1], found[0]) if found[1].isupper() else found[0], value)


def _named(conf: Mapping[str, str]) -> list[tuple[str, str]]:
    """Keys in capitals are the shell's matter: there an unset variable is empty."""
    return [(key, name) for key, value in conf.items() if not key.isupper() for name in _VARIABLE.findall(value) if _judged(name)]


def _judged(name: str) -> bool:
    return name not in SCRIPTS and not SECRET.search(name)
