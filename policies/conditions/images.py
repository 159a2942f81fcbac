"""An image of the metadata on every living frontend, at least as new as the journal was when the step began."""

from policies.awaited import ImageEverywhere
from policies.cluster import ClusterState, RunMode
from policies.operation import Reading, StepMemory
from policies.units import in_count, in_list

STAR_MANAGER = " The image of StarMgr, which shared data has beside it, is told nowhere: its push is in the leader's log."


def mark(state: ClusterState) -> int | None:
    """The leader's journal now; None while it does not tell."""
    leader = state.leader
    found = (state.images or {}).get(leader.address.host) if leader is not None else None
    return found.journal if found is not None else None


def holds(_condition: ImageEverywhere, state: ClusterState, memory: StepMemory) -> bool:
    """Whether every living frontend has such an image; one that does not tell has not."""
    return memory.mark is not None and bool(_living(state)) and not _lacking(state, memory.mark)


def read(condition: ImageEverywhere, state: ClusterState, memory: StepMemory) -> Reading:
    living = _living(state)
    if memory.mark is None:
        return Reading(done=False, sentence="The leader does not tell its journal over HTTP, so no image can be recognised yet.")
    lacking = _lacking(state, memory.mark)
    have = len(living) - len(lacking)
    words = f"{have} of {len(living)} living frontends have an image up to journal {in_count(memory.mark)} or later."
    silent = [host for host in lacking if host not in (state.images or {})]
    if silent:
        words += f" {in_list(silent)} does not tell." if len(silent) == 1 else f" {in_list(silent)} do not tell."
    if not lacking and state.run_mode is RunMode.SHARED_DATA:
        words += STAR_MANAGER
    done = holds(condition, state, memory)
    return Reading(done=done, share=have / len(living) if living else None, sentence=words)


def _living(state: ClusterState) -> list[str]:
    return [frontend.address.host for frontend in state.frontends if frontend.alive]


def _lacking(state: ClusterState, least: int) -> list[str]:
    told = state.images or {}
    return [host for host in _living(state) if host not in told or told[host].image < least]
