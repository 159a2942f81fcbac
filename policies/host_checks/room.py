"""Room beside the installation: metadata and logs of a frontend; below 5 GiB its journal may stop taking writes.

docs: deployment/environment_configurations; fe: common/Config.java bdbje_reserved_disk_size, bdbje free disk.
"""

from collections.abc import Sequence

from policies.host_checks.seen import Seen, fine, warn
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
    if not tight:
        return [fine(NAME, "Every installation has room.")]
    return [warn(NAME, f"Little room on the disk of the installation: {in_list(tight)}.", "Metadata, logs and packages lie there.")]
