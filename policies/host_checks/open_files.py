"""A process may open enough files: a backend asks for 60,000 at its start (be: common/config.h min_file_descriptor_number)."""

from collections.abc import Sequence

from policies.host_checks.seen import Seen, fine, warn
from policies.plan import Finding
from policies.units import in_count, in_list

NAME = "open files"
LEAST = 60_000


def open_files(nodes: Sequence[Seen]) -> list[Finding]:
    few = [
        f"{node} ({in_count(node.survey.open_files)})"
        for node in nodes
        if node.survey.open_files is not None and node.survey.open_files < LEAST
    ]
    if not few:
        return [fine(NAME, f"Every process may open {in_count(LEAST)} files.")]
    words = f"Fewer than {in_count(LEAST)} open files are allowed: {in_list(few)}."
    return [warn(NAME, words, "Raise nofile for the account and its unit (docs: deployment/environment_configurations).")]
