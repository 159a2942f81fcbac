"""Room beside the installation and, of a frontend, where its metadata lies: its journal stops taking writes on a full disk.

BDB JE keeps 5 GB free unless told otherwise (je.freeDisk); fe: common/Config.java bdbje_reserved_disk_size.
"""

from collections.abc import Sequence

from policies.host_checks.seen import Seen, block, fine, warn
from policies.plan import Finding
from policies.units import GIB, in_bytes, in_list

NAME = "room"
FRONTEND, OTHERS = 5 * GIB, 2 * GIB
"""Others need room for the files of a next version."""


def room(nodes: Sequence[Seen]) -> list[Finding]:
    tight = [
        f"{node} ({in_bytes(node.survey.home_free)})"
        for node in nodes
        if node.survey.home_free is not None and node.survey.home_free < (FRONTEND if node.kind.frontend else OTHERS)
    ]
    full = _full(nodes)
    found = []
    if full:
        advice = "A frontend that cannot write its journal ends, a leader as well: make room first."
        found.append(warn(NAME, f"Little room on the disk of meta_dir: {in_list(full)}.", advice))
    if not tight:
        return found or [fine(NAME, "Every installation has room.")]
    words = f"Little room on the disk of the installation: {in_list(tight)}."
    return [*found, warn(NAME, words, "Metadata, logs and packages lie there.")]


def journal_room(nodes: Sequence[Seen]) -> list[Finding]:
    """Of frontends that start again: below its reserve the journal takes no write, and the frontend ends each time it starts."""
    full = _full(nodes)
    if not full:
        return []
    words = f"Too little room on the disk of meta_dir for a frontend to start again: {in_list(full)}; {in_bytes(FRONTEND)} needed."
    return [block(NAME, words, "Make room first.")]


def _full(nodes: Sequence[Seen]) -> list[str]:
    return [
        f"{node} ({in_bytes(node.survey.meta_free)})"
        for node in nodes
        if node.kind.frontend and node.survey.meta_free is not None and node.survey.meta_free < FRONTEND
    ]
