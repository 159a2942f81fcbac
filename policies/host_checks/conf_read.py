"""Every process has read its conf file as it is: what was written since waits for the next restart, whoever does it."""

from collections.abc import Sequence

from policies.host_checks.seen import Seen, fine, warn
from policies.plan import Finding
from policies.units import in_list

NAME = "conf in force"


def conf_read(nodes: Sequence[Seen]) -> list[Finding]:
    stale = [str(node) for node in nodes if node.survey.conf_read is False]
    if not stale:
        return [fine(NAME, "No conf file was changed since its process began.")]
    words = f"The conf file of {in_list(stale)} was changed after the process began."
    return [warn(NAME, words, "What was changed is not in force: it comes with the next restart, wanted or not.")]
