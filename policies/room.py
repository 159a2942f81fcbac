"""Room: what StarRocks' own acceptance check will say, and what the disks can really take.

The acceptance check pools all free bytes (fe: alter/SystemHandler.java). The scheduler is stricter: a disk is a
destination only while it stays below the soft limit (fe: clone/RootPathLoadStatistic.java), so a drain can be accepted
and never end.
"""

from collections.abc import Iterable, Sequence

from policies import settings
from policies.address import Address
from policies.cluster import Backend, ClusterState, Disk
from policies.plan import NodeRoom
from policies.record import Record


class Room(Record):
    """Bytes: `need` must move, `usable` fits on the staying disks below the soft limit; the FE's own sums beside it."""

    need: int
    usable: int
    fe_need: int
    fe_avail: int

    @property
    def fe_accepts(self) -> bool:
        return self.fe_avail >= self.fe_need

    @property
    def fits(self) -> bool:
        return self.usable >= self.need

    @property
    def slack(self) -> float:
        """The share of the usable room that stays free; negative when it does not fit."""
        return 1 - self.need / self.usable if self.usable else -1.0 if self.need else 1.0


def measure(targets: Sequence[Address], state: ClusterState) -> Room:
    """Room for draining all of `targets`."""
    leaving = [b for b in state.backends if b.address in targets and not b.decommissioned]
    draining = [b for b in state.backends if b.decommissioned]
    stayers = list(state.staying(set(targets)))
    usable = sum(usable_bytes(disk, state) for backend in stayers if backend.alive for disk in disks_of(backend))
    return Room(
        need=sum(b.data_used for b in (*leaving, *draining)),
        usable=usable,
        fe_need=sum(b.data_used for b in leaving),
        # Dead stayers count for the FE, and what already drains is taken off.
        fe_avail=sum(b.avail for b in stayers) - sum(b.data_used for b in draining),
    )


def disks_of(backend: Backend) -> tuple[Disk, ...]:
    """The node's disks; when they could not be read, the node's totals as one disk."""
    if backend.disks:
        return tuple(disk for disk in backend.disks if disk.state in {"ONLINE", ""})
    whole = Disk(
        path="(all)", medium="", state="ONLINE", data_used=backend.data_used, avail=backend.avail, total=backend.total
    )
    return (whole,)


def usable_bytes(disk: Disk, state: ClusterState) -> int:
    """How much a disk takes before the soft limit shuts it: a destination is refused only when both hold,
    free < reserve and used share > limit; so the smaller of the two reserves is what must stay free."""
    percent = settings.number(state, settings.SOFT_LIMIT_PERCENT)
    reserve = settings.number(state, settings.SOFT_LIMIT_RESERVE)
    kept = min(reserve, disk.data_total * (100 - percent) // 100)
    return max(0, disk.avail - kept)


def spread(targets: Sequence[Address], state: ClusterState) -> tuple[NodeRoom, ...]:
    """Before and after, per node: the bytes go where the share used is lowest, as the scheduler prefers."""
    room = measure(targets, state)
    stayers = [b for b in state.staying(set(targets)) if b.alive]
    added = _fill([(b, sum(usable_bytes(d, state) for d in disks_of(b))) for b in stayers], room.need)
    table = []
    for backend in state.backends:
        leaves = backend.address in targets or backend.decommissioned
        after = None if leaves else backend.data_used + added.get(backend.id, 0)
        worst = None if after is None else _worst_after(backend, added.get(backend.id, 0))
        table.append(
            NodeRoom(
                address=backend.address,
                total=backend.data_total,
                used_before=backend.data_used,
                used_after=after,
                worst_disk_before=backend.max_disk_used_share,
                worst_disk_after=worst,
            )
        )
    return tuple(table)


def _worst_after(backend: Backend, added: int) -> float:
    """The worst disk afterwards, if the node spreads what it gets over its disks by their room."""
    if not backend.total:
        return backend.max_disk_used_share
    return min(1.0, backend.max_disk_used_share + added / backend.total)


def _fill(nodes: Iterable[tuple[Backend, int]], need: int) -> dict[int, int]:
    """Pour `need` bytes into the nodes so that their used shares level out, none beyond its usable room."""
    open_nodes = [(backend, usable) for backend, usable in nodes if usable > 0]
    low, high = 0.0, 1.0
    for _ in range(50):
        level = (low + high) / 2
        if sum(_poured(backend, usable, level) for backend, usable in open_nodes) < need:
            low = level
        else:
            high = level
    return {backend.id: _poured(backend, usable, high) for backend, usable in open_nodes}


def _poured(backend: Backend, usable: int, level: float) -> int:
    return min(usable, max(0, round(level * backend.data_total) - backend.data_used))
