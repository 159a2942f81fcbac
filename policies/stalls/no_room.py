"""No disk of the nodes that stay may take another tablet."""

from policies import settings
from policies.cluster import Backend, ClusterState
from policies.operation import Stall, StepMemory
from policies.room import disks_of, usable_bytes
from policies.stalls.messages import NO_DESTINATION, examples_of, nothing_named
from policies.units import GIB, in_bytes, in_count

CAUSE = "no_room"
ROOMY = 20 * GIB
"""A node with this much usable room is no full node: then something else keeps tablets from it."""


def no_room(backend: Backend, memory: StepMemory, state: ClusterState) -> Stall | None:
    """A disk takes a tablet while it stays above the reserve, or below the soft limit, after the copy.

    Source: fe: clone/BackendLoadStatistic.java isFit, clone/RootPathLoadStatistic.java.
    """
    examples = examples_of(NO_DESTINATION, state)
    room = usable_room(state)
    if max(room.values(), default=0) >= ROOMY:
        return None
    total = sum(room.values())
    if not examples and not (total == 0 and nothing_named(state)):
        return None
    limit = settings.number(state, settings.SOFT_LIMIT_PERCENT)
    return Stall(
        cause=CAUSE,
        sentence=(
            f"{in_count(backend.tablets)} tablets ({in_bytes(backend.data_used)}) find no disk: the nodes that stay have "
            f"{in_bytes(total)} left below the soft limit of {limit} %."
        ),
        advice=(
            "Free space (drop data, wait for trash to be deleted), add a disk or a BE, or abort. Raising "
            f"{settings.SOFT_LIMIT_PERCENT.name} moves the wall, not the data: the hard limit of 95 % then stops loads."
        ),
        examples=examples,
    )


def usable_room(state: ClusterState) -> dict[int, int]:
    """Bytes that each living, staying node may still take, by id."""
    staying = [backend for backend in state.staying() if backend.alive]
    return {b.id: sum(usable_bytes(disk, state) for disk in disks_of(b)) for b in staying}
