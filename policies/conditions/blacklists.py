"""Blacklists: each frontend has its own, in memory (fe: qe/SimpleScheduler.java)."""

from policies.awaited import OnBlacklist
from policies.cluster import ClusterState
from policies.operation import Reading
from policies.units import in_list


def holds(condition: OnBlacklist, state: ClusterState) -> bool:
    """Whether the frontends that are meant have the node on their lists, or have it not, as the condition wants."""
    return bool(_meant(condition, state)) and not _otherwise(condition, state)


def read(condition: OnBlacklist, state: ClusterState) -> Reading:
    """What the lists say; a frontend that does not tell its list is not done."""
    silent = [host for host in _meant(condition, state) if host not in (state.blacklists or {})]
    if silent or not _meant(condition, state):
        who = f"Frontend {in_list(silent)} does" if silent else "The frontends do"
        return Reading(done=False, sentence=f"{who} not tell the blacklist now.")
    otherwise, done = _otherwise(condition, state), holds(condition, state)
    where = f"frontend {condition.frontend}" if condition.frontend else f"{len(_meant(condition, state))} frontends"
    if otherwise and not condition.frontend:
        where = f"frontend {in_list(otherwise)}"
    words = "is" if condition.listed is done else "is not"
    return Reading(done=done, sentence=f"{condition.address} {words} on the blacklist of {where}.")


def _meant(condition: OnBlacklist, state: ClusterState) -> list[str]:
    """A frontend that is down has lost its list and takes no statement: of all, only the living are meant."""
    if condition.frontend:
        return [condition.frontend]
    return [frontend.address.host for frontend in state.frontends if frontend.alive]


def _otherwise(condition: OnBlacklist, state: ClusterState) -> list[str]:
    lists = state.blacklists or {}
    meant = _meant(condition, state)
    return [host for host in meant if host not in lists or (condition.node_id in lists[host]) != condition.listed]
