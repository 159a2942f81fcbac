"""Room: what StarRocks' own acceptance check will say, and what the disks can really take.

The acceptance check pools all free bytes (fe: alter/SystemHandler.java). The scheduler is stricter: a disk is a
destination only while it stays below the soft limit (fe: clone/RootPathLoadStatistic.java), so a drain can be accepted
and never end.
"""

from collections.abc import Iterable, Iterator, Sequence

from policies import settings
from policies.address import Address
from policies.cluster import Backend, ClusterState, Disk
from policies.plan import NodeRoom
from policies.record import Record

WANTED_SLACK = 0.20
"""Below this share of free usable room a person should know: loads go on while a drain runs."""


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
        if not self.usable:
            return -1.0 if self.need else 1.0
        return 1 - self.need / self.usable


def measure(targets: Sequence[Address], state: ClusterState) -> Room:
    """Room for draining all of `targets`. They leave one by one, and the last of them meets these sums."""
    leaving = [b for b in state.backends if b.address in targets and not b.decommissioned]
    draining = [b for b in state.backends if b.decommissioned]
    stayers = list(state.staying(set(targets)))
    return Room(
        need=sum(b.data_used for b in (*leaving, *draining)),
        usable=sum(usable_bytes(disk, state) for _, disk in destinations(targets, state)),
        fe_need=sum(b.data_used for b in leaving),
        # Dead stayers count for the FE, and what already drains is taken off.
        fe_avail=sum(b.avail for b in stayers) - sum(b.data_used for b in draining),
    )


def destinations(targets: Sequence[Address], state: ClusterState) -> Iterator[tuple[Backend, Disk]]:
    """The disks of living nodes that stay; whether they have room is another question."""
    for backend in state.staying(set(targets)):
        if backend.alive:
            yield from ((backend, disk) for disk in disks_of(backend))


def disks_of(backend: Backend) -> tuple[Disk, ...]:
    """The node's disks that are in use; when they could not be read, the node's totals as one disk."""
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
    # Rounded up: the byte that brings a disk over the limit is one too many.
    kept = min(reserve, -(-disk.data_total * (100 - percent) // 100))
    return max(0, disk.avail - kept)


def full_nodes(targets: Sequence[Address], state: ClusterState) -> list[Backend]:
    """Living nodes that stay and have no disk that takes anything."""
    roomy = {backend.id for backend, disk in destinations(targets, state) if usable_bytes(disk, state)}
    return [b for b in state.staying(set(targets)) if b.alive and b.id not in roomy]


def short_media(targets: Sequence[Address], state: ClusterState) -> dict[str, tuple[int, int]]:
    """Where the strict medium check is on: each medium whose bytes do not fit on disks of that medium (need, usable)."""
    if not settings.is_on(state, settings.STRICT_MEDIUM):
        return {}
    leaving = [disk for b in state.backends if b.address in targets or b.decommissioned for disk in b.disks or ()]
    staying = [disk for _, disk in destinations(targets, state)]
    found = {}
    for medium in dict.fromkeys(disk.medium for disk in leaving if disk.medium):
        need = sum(disk.data_used for disk in leaving if disk.medium == medium)
        usable = sum(usable_bytes(disk, state) for disk in staying if disk.medium == medium)
        if need > usable:
            found[medium] = (need, usable)
    return found


def spread(targets: Sequence[Address], state: ClusterState) -> tuple[NodeRoom, ...]:
    """Before and after, per node. A forecast: bytes go where the used share is lowest, as the scheduler prefers, and
    tablets are taken as fine as bytes; how many replicas a host may take is left out."""
    disks = list(destinations(targets, state))
    added = _level([disk for _, disk in disks], measure(targets, state).need, state)
    poured: dict[int, list[tuple[Disk, int]]] = {}
    for (backend, disk), extra in zip(disks, added, strict=True):
        poured.setdefault(backend.id, []).append((disk, extra))
    gone = {backend.id for backend in state.backends if backend.address in targets or backend.decommissioned}
    return tuple(_node_room(b, poured.get(b.id, []), leaves=b.id in gone) for b in state.backends)


def _node_room(backend: Backend, poured: Sequence[tuple[Disk, int]], *, leaves: bool) -> NodeRoom:
    return NodeRoom(
        address=backend.address,
        total=backend.data_total,
        used_before=backend.data_used,
        used_after=None if leaves else backend.data_used + sum(extra for _, extra in poured),
        worst_disk_before=backend.max_disk_used_share,
        worst_disk_after=None if leaves else _worst_after(backend, poured),
    )


def _worst_after(backend: Backend, poured: Iterable[tuple[Disk, int]]) -> float:
    """StarRocks' share of a disk counts everything on it, not its data alone (fe: catalog/DiskInfo.java getUsedPct).

    It comes from what StarRocks says of the node today, so that a disk that gets nothing shows no change.
    """
    shares = [(d.total - d.avail + extra) / d.total for d, extra in poured if d.total > 0 and extra > 0]
    return min(1.0, max([backend.max_disk_used_share, *shares]))


def _level(disks: Sequence[Disk], need: int, state: ClusterState) -> list[int]:
    """Pour `need` bytes so that the data shares of the disks level out, no disk beyond its usable room.

    The level is found by halving an interval: 50 halvings are finer than a byte on any disk.
    """
    usable = [usable_bytes(disk, state) for disk in disks]
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        if sum(map(_poured, disks, usable, [middle] * len(disks))) < need:
            low = middle
        else:
            high = middle
    return list(map(_poured, disks, usable, [high] * len(disks)))


def _poured(disk: Disk, usable: int, level: float) -> int:
    return min(usable, max(0, round(level * disk.data_total) - disk.data_used))
