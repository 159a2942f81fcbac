"""A node's conf file, and whether the process that runs has read it: from a closer look at its host."""

from policies.awaited import NodeUp
from policies.awaited_conf import ConfIs, ConfSeen
from policies.cluster import ClusterState, Frontend
from policies.conditions.nodes import missing
from policies.host_memory import limit_bytes
from policies.hosts import HostLook, HostSurvey
from policies.operation import Reading
from policies.releases.java import heap, heap_bytes
from policies.resizing import MEM_LIMIT
from policies.units import in_bytes

KEPT_FOR_ITSELF = 0.9
"""Of mem_limit: what the process counts against, and tells the frontends (be: runtime _init_mem_tracker); older ones tell all."""
TOLERANCE = 0.03


def holds(condition: ConfIs, state: ClusterState) -> bool:
    """Whether this look shows what the condition wants."""
    return not _wanting(condition, state)


def read(condition: ConfIs, state: ClusterState) -> Reading:
    """What the condition sees, as a sentence."""
    who = f"{condition.role.process} {condition.address}"
    wanting = _wanting(condition, state)
    if wanting:
        return Reading(done=False, sentence=f"{who} {wanting}")
    says = shown(condition.key, condition.value)
    if condition.seen is ConfSeen.FILE:
        return Reading(done=True, sentence=f"The conf file of {who} says {says}.")
    return Reading(done=True, sentence=f"{who} is up with {says}{_proof(condition, state)}.")


def shown(key: str, value: str) -> str:
    """`mem_limit = 80%`, and of the options of a JVM only the heap."""
    size = heap(value)
    return f"-Xmx{size} in {key}" if size else f"{key} = {value}"


def _wanting(condition: ConfIs, state: ClusterState) -> str:
    """What is not as it should be yet, in words; what could not be read is not as it should be."""
    look = state.host_of(condition.address)
    host = condition.address.host
    if look is None or look.trouble:
        return f"cannot be looked at on its host: {look.trouble if look else f'no look at {host} was made.'}"
    survey = look.survey
    if survey is None or survey.conf is None:
        return f"has a conf file on {host} that could not be read."
    says = survey.conf.get(condition.key, condition.default)
    if says != condition.value:
        found = shown(condition.key, says) if says else f"no {condition.key}"
        return f"has {found} in its conf file, not {shown(condition.key, condition.value)}."
    return "" if condition.seen is ConfSeen.FILE else _process_wanting(condition, state, look, survey)


def _process_wanting(condition: ConfIs, state: ClusterState, look: HostLook, survey: HostSurvey) -> str:
    row = state.node(condition.role, condition.address)
    if row is None:
        return "is not listed."
    untouched = row.last_start is not None and row.last_start == condition.before
    if untouched and condition.seen is ConfSeen.RESTARTED:
        return "has not restarted yet: its start time is the old one." if row.alive else "is down."
    wanting = missing(NodeUp(role=condition.role, address=condition.address, version=condition.version), row, state)
    if wanting or untouched:
        return wanting
    if look.process is None:
        return "has no process on its host."
    if survey.conf_read is False:
        return "runs with a process that began before its conf file was changed."
    if condition.heap and survey.heap and heap_bytes(survey.heap) != heap_bytes(condition.heap):
        return f"runs with -Xmx{survey.heap}: something else than {condition.key} sets the heap of its JVM."
    if condition.seen is ConfSeen.RESTARTED and condition.key == MEM_LIMIT and not isinstance(row, Frontend):
        return _limit_wanting(condition, row.mem_limit, survey.memory)
    return ""


def _limit_wanting(condition: ConfIs, told: int | None, memory: int | None) -> str:
    """Where the cluster shows the limit that the process itself tells, it must be the one of the file."""
    wanted = limit_bytes(condition.value, memory)
    if not told or not wanted:
        return ""
    if any(abs(told - share * wanted) <= TOLERANCE * wanted for share in (1.0, KEPT_FOR_ITSELF)):
        return ""
    says = shown(condition.key, condition.value)
    return f"tells a limit of {in_bytes(told)}, which is not what {says} comes to ({in_bytes(wanted)}, or nine tenths of it)."


def _proof(condition: ConfIs, state: ClusterState) -> str:
    look = state.host_of(condition.address)
    if condition.heap and look is not None and look.survey is not None and look.survey.heap:
        return f": its JVM was started with -Xmx{look.survey.heap}"
    if condition.seen is not ConfSeen.RESTARTED:
        return ""
    row = state.node(condition.role, condition.address)
    told = ""
    if condition.key == MEM_LIMIT and row is not None and not isinstance(row, Frontend):
        limit = f"tells a limit of {in_bytes(row.mem_limit)}" if row.mem_limit else ""
        told = f", and {limit or 'this version shows no limit that would prove it'}"
    return f", which its process has read: it began after the file was changed{told}"
