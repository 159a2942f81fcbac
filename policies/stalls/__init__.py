"""The stall doctor: why a drain stands still, and what a person can do about it.

One cause per file, asked in the order of `CAUSES`; the first that has evidence is named. Without evidence the answer is
an honest "unknown" that says where to look. A drain is not called stalled in its first minutes, nor while the scheduler
says that disks are busy: that is back-pressure.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from policies.awaited import BackendDrained, GoAhead
from policies.cluster import Backend, ClusterState
from policies.operation import Stall, StepMemory
from policies.pacing import Pacing
from policies.plan import Step
from policies.progress import crawling, quiet_since, standing_still
from policies.stalls.colocate import colocate_wait
from policies.stalls.died import backend_died
from policies.stalls.frozen_scheduler import scheduler_frozen
from policies.stalls.location import location
from policies.stalls.long_transaction import long_transaction
from policies.stalls.lost_meanwhile import lost_meanwhile
from policies.stalls.messages import BUSY, causes_named
from policies.stalls.no_destination import no_destination
from policies.stalls.no_room import no_room
from policies.stalls.recycle_bin import recycle_bin as recycle_bin_holds
from policies.stalls.running_alter import running_alter
from policies.stalls.source_unhealthy import source_unhealthy
from policies.stalls.strict_medium import strict_medium
from policies.stalls.too_many_replicas import too_many_replicas
from policies.stalls.unknown import unknown

Cause = Callable[[Backend, StepMemory, ClusterState], Stall | None]

CAUSES: tuple[Cause, ...] = (
    backend_died,
    source_unhealthy,
    scheduler_frozen,
    recycle_bin_holds,
    too_many_replicas,
    no_room,
    long_transaction,
    running_alter,
    colocate_wait,
    strict_medium,
    location,
    no_destination,
)


def diagnose(step: Step, memory: StepMemory, state: ClusterState, pacing: Pacing, now: datetime) -> Stall | None:
    """The cause of a standstill, or None while the drain moves, is in its first minutes, or is no drain.

    `memory` must already hold this look's sample. While people are waited for, it is what they should know before they go on.
    """
    if isinstance(step.until, GoAhead):
        return lost_meanwhile(state)
    if not isinstance(step.until, BackendDrained):
        return None
    backend = state.backend_by_id(step.until.backend_id)
    if backend is None or backend.tablets == 0:
        return None
    if not standing_still(memory, pacing, now):
        # A frozen scheduler still lets one tablet through now and then; any other slowness may be large tablets.
        return scheduler_frozen(backend, memory, state) if crawling(memory, pacing) else None
    for cause in CAUSES:
        if (stall := cause(backend, memory, state)) is not None:
            return stall
    if causes_named(state)[BUSY]:
        return None
    return unknown(backend, memory, state, now - quiet_since(memory, pacing))


def needs_evidence(step: Step, memory: StepMemory, pacing: Pacing, now: datetime) -> bool:
    """Whether the next look should read what a diagnosis needs (pending tablets, transactions, settings and so on).

    True one look before a standstill counts as a stall, and as long as one lasts.
    """
    if not isinstance(step.until, BackendDrained) or memory.step != step.id or not memory.samples:
        return False
    if memory.samples[-1].tablets == 0:
        return False
    if crawling(memory, pacing):
        return True
    near = timedelta(seconds=pacing.wall(pacing.stalled_after - pacing.look_every))
    return memory.stall is not None or now - quiet_since(memory, pacing) >= near
