"""What a resize changes in the conf file of one node: which key, from what, to what.

Sources: be: common/config.h (mem_limit, static, 90% where the file does not set it); bin/start_fe.sh (which variable the
options of the JVM are taken from: policies.releases.java).
"""

from policies.address import Address
from policies.cluster import Backend, ClusterState, ComputeNode, Frontend, NodeKind
from policies.conf_keys import refusal
from policies.hosts import HostSurvey
from policies.record import Record
from policies.releases.java import VARIABLES, heap, heap_bytes, jdk, winning_variable, with_heap

Node = Backend | ComputeNode | Frontend

MEM_LIMIT, HEAP = "mem_limit", "heap"
DEFAULT_LIMIT = "90%"


class Change(Record):
    """`old` is what the file says, None where it does not set the key and `default` counts. `heap` is the -Xmx that the
    value gives; `running` is False when the process has not read the file as it is.
    """

    role: NodeKind
    address: Address
    key: str
    old: str | None
    value: str
    default: str = ""
    heap: str = ""
    running: bool = True

    @property
    def before(self) -> str:
        """What counts until then."""
        return self.old if self.old is not None else self.default

    @property
    def in_file(self) -> bool:
        return self.before == self.value

    @property
    def nothing_to_do(self) -> bool:
        return self.in_file and self.running


def change_of(role: NodeKind, node: Node, wanted: str, state: ClusterState) -> Change | str:
    """The change on one node, or why there is none, as a sentence. `wanted` is a limit for a backend, a heap for a frontend."""
    survey = survey_of(node.address, state)
    if survey is None or survey.conf is None:
        return f"The conf file of {role.process} {node.address} could not be read."
    found = _of_frontend(role, node, wanted, survey) if role.frontend else _of_worker(role, node, wanted, survey.conf)
    if isinstance(found, Change):
        refused = "" if found.in_file else refusal(role, found.key, found.value, found.old)
        return f"{node.address}: {refused}" if refused else found.with_(running=_runs(found, survey))
    return found


def survey_of(address: Address, state: ClusterState) -> HostSurvey | None:
    look = state.host_of(address)
    return look.survey if look is not None else None


def variable_of(node: Node, survey: HostSurvey) -> str | None:
    """The variable of fe.conf that the running version takes the heap from; None when that cannot be told."""
    java = jdk(survey.java)
    if java is None or survey.conf is None:
        return None
    return winning_variable(NodeKind.FOLLOWER, node.version, java, survey.conf)


def _of_worker(role: NodeKind, node: Node, wanted: str, conf: dict[str, str]) -> Change:
    old = conf.get(MEM_LIMIT)
    return Change(role=role, address=node.address, key=MEM_LIMIT, old=old, value=wanted, default=DEFAULT_LIMIT)


def _of_frontend(role: NodeKind, node: Node, wanted: str, survey: HostSurvey) -> Change | str:
    where = f"FE {node.address}"
    if jdk(survey.java) is None:
        return f"The version of Java on the host of {where} could not be read, and with it which line of fe.conf sets the heap."
    key = variable_of(node, survey)
    conf = survey.conf or {}
    if key is None:
        found = ", ".join(name for name in VARIABLES if name in conf) or "none that may be shown"
        runs = f"{node.version or 'unknown version'}, {survey.java}"
        return f"{where} ({runs}) takes its heap from no line of fe.conf; it sets {found}."
    old = conf[key]
    if (size := heap(old)) is not None and heap_bytes(size) == heap_bytes(wanted):
        return Change(role=role, address=node.address, key=key, old=old, value=old, heap=size)
    return Change(role=role, address=node.address, key=key, old=old, value=with_heap(old, wanted), heap=wanted)


def _runs(change: Change, survey: HostSurvey) -> bool:
    """What cannot be told counts as read: a restart for nothing is worse than one that is asked for again."""
    if change.heap and survey.heap:
        return heap_bytes(survey.heap) == heap_bytes(change.heap)
    return survey.conf_read is not False
