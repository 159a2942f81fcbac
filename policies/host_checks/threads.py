"""A process may have enough threads (docs: deployment/environment_configurations asks for nproc 65535)."""

from collections.abc import Sequence

from policies.host_checks.seen import Seen, fine, warn
from policies.plan import Finding
from policies.units import in_count, in_list

NAME = "threads"
LEAST = 65_535


def threads(nodes: Sequence[Seen]) -> list[Finding]:
    few = [
        f"{node} ({in_count(node.survey.threads)})"
        for node in nodes
        if node.survey.threads is not None and node.survey.threads < LEAST
    ]
    if not few:
        return [fine(NAME, f"Every process may have {in_count(LEAST)} threads.")]
    words = f"Fewer than {in_count(LEAST)} processes and threads are allowed: {in_list(few)}."
    return [warn(NAME, words, "Raise nproc for the account, or TasksMax and LimitNPROC of its unit.")]
