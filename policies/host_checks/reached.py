"""Every host answers, and shows what is installed there."""

from collections.abc import Sequence

from policies.host_checks.seen import MOST_NAMES, Seen, block, fine, warn
from policies.plan import Finding
from policies.units import in_list

NAME = "hosts"


def reached(nodes: Sequence[Seen]) -> list[Finding]:
    troubles = list(dict.fromkeys(node.look.trouble for node in nodes if node.look.trouble))
    found = [block(NAME, trouble, "Nothing can be begun there.") for trouble in troubles[:MOST_NAMES]]
    if len(troubles) > MOST_NAMES:
        found.append(block(NAME, f"{len(troubles) - MOST_NAMES} more hosts could not be looked at."))
    dark = [str(node) for node in nodes if not node.look.trouble and (not node.survey.installed or node.survey.conf is None)]
    if dark:
        words = f"The version or the conf file of {in_list(dark)} could not be read."
        found.append(warn(NAME, words, "Are the directories in the settings of this cluster's hosts right?"))
    idle = [str(node) for node in nodes if not node.look.trouble and node.look.process is None]
    if idle:
        found.append(warn(NAME, f"No process of {in_list(idle)} runs on its host."))
    return found or [fine(NAME, f"All {len(nodes)} nodes were looked at on their hosts.")]
