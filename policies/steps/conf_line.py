"""A line in a node's conf file for the time of a roll: written before its files are exchanged, taken back at the end.

Taken back means the value from before, or the default where the file did not set it: a line that says the default does nothing.
The process is not restarted for it; it reads the file when it starts anyway, and the next start is soon enough to forget it.
"""

from policies.acts import EditConf
from policies.address import Address
from policies.awaited_conf import ConfIs, ConfSeen
from policies.cluster import NodeKind
from policies.plan import Step
from policies.record import Record
from policies.steps.image import image_step

WRITTEN_WITHIN = 600.0
"""Cluster seconds."""


class ConfLine(Record):
    """One key of one node's file: its value for the while, what the file says now (None: nothing), and the default."""

    role: NodeKind
    address: Address
    version: str
    key: str
    new: str
    old: str | None
    default: str

    @property
    def before(self) -> str:
        return self.default if self.old is None else self.old.strip().lower()


def write(line: ConfLine, group: str) -> Step:
    """Right before the node's own turn; an abort of that node takes it back after the node."""
    return Step(
        id=f"conf-{line.address}",
        group=group,
        title=f"Write {line.key} = {line.new} into the conf file of {line.role.process} {line.address}",
        act=_edit(line, line.new, line.old),
        until=_says(line, line.new),
        undo=_edit(line, line.before, line.new),
        undo_until=_says(line, line.before),
        deadline=WRITTEN_WITHIN,
        advice="Retry tries again; Abort leaves the file as it was.",
    )


def out_of_files(lines: tuple[ConfLine, ...]) -> tuple[Step, ...]:
    """An image by the version that leads now, which holds no record it would have to skip; then the lines go."""
    if not lines:
        return ()
    return (image_step("conf files").with_(id="create-image-after"), *(take_back(line) for line in lines))


def take_back(line: ConfLine) -> Step:
    """After the roll; a person may skip one whose host is away, and edits it later."""
    return Step(
        id=f"conf-back-{line.address}",
        group=f"conf of {line.address}",
        title=f"Write {line.key} = {line.before} into the conf file of {line.role.process} {line.address} again",
        act=_edit(line, line.before, line.new),
        until=_says(line, line.before),
        deadline=WRITTEN_WITHIN,
        advice=f"Retry tries again; Skip leaves {line.key} = {line.new} there, which must not stay.",
        skippable=True,
    )


def _edit(line: ConfLine, value: str, old: str | None) -> EditConf:
    return EditConf(role=line.role, address=line.address, key=line.key, value=value, old=old)


def _says(line: ConfLine, value: str) -> ConfIs:
    return ConfIs(
        role=line.role, address=line.address, version=line.version, key=line.key, value=value, default=line.default,
        seen=ConfSeen.FILE,
    )  # fmt: skip
