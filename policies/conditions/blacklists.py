"""Blacklists: each frontend has its own, in memory (fe: qe/SimpleScheduler.java)."""

from policies.awaited import OnBlacklist
from policies.cluster import ClusterState
from policies.operation import Reading


def holds(condition: OnBlacklist, state: ClusterState) -> bool:
    """Whether that frontend has the node on its list, or has it not, as the condition wants."""
    found = (state.blacklists or {}).get(condition.frontend)
    return found is not None and (condition.node_id in found) == condition.listed


def read(condition: OnBlacklist, state: ClusterState) -> Reading:
    found = (state.blacklists or {}).get(condition.frontend)
    if found is None:
        return Reading(done=False, sentence=f"Frontend {condition.frontend} does not tell its blacklist now.")
    words = "is" if condition.node_id in found else "is not"
    return Reading(
        done=holds(condition, state), sentence=f"{condition.address} {words} on the blacklist of frontend {condition.frontend}."
    )
