"""The files on disk are those of the version that runs, and all nodes run the same (mission 001 §2.1)."""

from collections import Counter
from collections.abc import Sequence

from policies.host_checks.seen import MOST_NAMES, Seen, fine, warn
from policies.plan import Finding
from policies.units import in_list
from policies.versions import build

NAME = "versions"


def versions(nodes: Sequence[Seen]) -> list[Finding]:
    found = []
    for node in [node for node in nodes if _apart(node.survey.installed, node.version)][:MOST_NAMES]:
        words = f"{node} runs {node.version}, but {node.survey.installed} lies on its disk: its next restart changes the version."
        found.append(warn(NAME, words, "Find out who put it there before anything restarts it."))
    running = Counter(node.version for node in nodes if node.version)
    if len(running) > 1:
        usual = running.most_common(1)[0][0]
        others = [f"{node} {node.version}" for node in nodes if node.version and node.version != usual]
        found.append(warn(NAME, f"Versions differ: most nodes run {usual}, {in_list(others)}.", "Bring them to one version."))
    return found or [fine(NAME, "What lies on the disks is what runs.")]


def _apart(installed: str, running: str) -> bool:
    """A text without a commit stands for any build of its release; what cannot be read is not judged."""
    one, other = build(installed), build(running)
    if one is None or other is None:
        return False
    return one.number != other.number or bool(one.commit and other.commit and one.commit != other.commit)
