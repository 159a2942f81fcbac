"""Resize: another mem_limit for backends and compute nodes, another heap for frontends, one node after the other.

Mission document 001 §2.3 and §4, corrected: which line of fe.conf counts depends on version and JDK (bin/start_fe.sh;
StarRocks issues 47495, 48388), and with three frontends and two replicas no stop of service is needed.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from policies import checks
from policies.address import Address
from policies.cluster import ClusterState, NodeKind
from policies.conditions.confs import shown
from policies.estimate import DrainRecord
from policies.facts import nodes_facts
from policies.host_memory import judge_memory
from policies.pacing import Pacing
from policies.plan import Fact, Finding, Plan, Step, Verdict
from policies.playbooks.processes import accepted, estimate, in_order, names_of, nodes_of, starts
from policies.playbooks.shape import MakePlan
from policies.request import Request
from policies.resizing import HEAP, MEM_LIMIT, Change, Node, change_of
from policies.steps import resize as steps
from policies.steps.away import around_backends, to_wait_longer, told
from policies.steps.lend import lent_fact
from policies.steps.routine_loads import tell_paused
from policies.units import in_list

UNDO = (
    "Abort puts the old value back on the node in hand, and restarts it if it has read the new one. Nodes before it keep the new "
    "value; another `/sr resize` changes it."
)
BY_HAND = "Nobody but the person asked sees the file: an abort leaves it as it is."


def resize(kind: NodeKind, rules: tuple[checks.Check, ...]) -> MakePlan:
    """The playbook for one kind of node; FOLLOWER stands for every frontend."""

    def make_plan(
        request: Request,
        state: ClusterState,
        *,
        pacing: Pacing,
        revision: int,
        now: datetime,
        history: tuple[DrainRecord, ...] = (),
    ) -> Plan:
        del history
        wanted = request.options.get(HEAP if kind.frontend else MEM_LIMIT, "")
        named = dict(nodes_of(kind)(request, state))
        found = accepted(checks.run(rules, tuple(named) or request.targets, state), request)
        wrong = any(finding.verdict is Verdict.BLOCK for finding in found)
        rows = [] if wrong else in_order(named, state)
        changes, reasons = _changes(rows, wanted, state)
        due = [(role, row) for role, row in rows if state.hosts is None or row.address in changes]
        names = names_of(request, kind, rows)
        longer = None if wrong or reasons else to_wait_longer((role for role, _ in due), state)
        turns = [] if reasons else [(role, _steps(role, row, wanted, changes, state, pacing)) for role, row in due]
        to = f"{HEAP} {wanted}" if kind.frontend else f"{MEM_LIMIT} {wanted}"
        return Plan(
            operation=request.id,
            revision=revision,
            kind=request.kind,
            cluster=request.cluster,
            made_at=now,
            title=f"Resize {names}: {to}",
            reason=request.reason,
            command=request.command,
            targets=tuple(row.address for _, row in due) or request.targets,
            steps=(*around_backends(longer, turns), *(tell_paused(state) if turns else ())),
            findings=(
                *found, *reasons, *(checks.routine_loads((), state) if turns else ()), *told(longer),
                *_told(rows, changes, wanted, state, blind=bool(reasons) or wrong),
            ),
            facts=(*nodes_facts(state), *starts(due), *_conf_facts(changes), *((lent_fact(longer),) if longer else ())),
            estimate=estimate(due, pacing, by_people=state.hosts is None),
            unhealthy_baseline=state.health.unhealthy if state.health else 0,
            undo_words=UNDO if state.hosts is not None else BY_HAND,
            done_words=f"{names} {'has' if len(due) == 1 else 'have'} restarted with {to}.",
        )

    return make_plan


class with_neighbours:  # noqa: N801  (called like a function; a class so that entries of the menu stay comparable)
    """The nodes that are named, and whatever else runs on their hosts: they share its memory."""

    def __init__(self, named: Callable[[Request, ClusterState], Mapping[Address, NodeKind]]) -> None:
        self.named = named

    def __call__(self, request: Request, state: ClusterState) -> Mapping[Address, NodeKind]:
        named = dict(self.named(request, state))
        hosts = {address.host for address in named}
        return named | {a: kind for a, kind in state.kinds.items() if a.host in hosts and a not in named}


def _changes(rows: list[tuple[NodeKind, Node]], wanted: str, state: ClusterState) -> tuple[dict[Address, Change], list[Finding]]:
    """What is to be changed where, without nodes that have it so; and why it cannot be."""
    if state.hosts is None:
        return {}, []
    found = {row.address: change_of(role, row, wanted, state) for role, row in rows}
    reasons = [_block(words, "Mend that first, or change the file by hand.") for words in found.values() if isinstance(words, str)]
    changes = {a: change for a, change in found.items() if isinstance(change, Change) and not change.nothing_to_do}
    if rows and not reasons and not changes:
        which = "It has" if len(rows) == 1 else f"All {len(rows)} nodes have"
        reasons = [_block(f"{which} {wanted} already, in the file and in what runs: there is nothing to do.", "")]
    return changes, reasons


def _told(
    rows: list[tuple[NodeKind, Node]], changes: dict[Address, Change], wanted: str, state: ClusterState, *, blind: bool
) -> list[Finding]:
    if blind:
        return []
    if state.hosts is None:
        words = "How much memory the hosts have is not known here: nobody looks at them."
        return [Finding(check="memory", verdict=Verdict.WARN, sentence=words, advice=f"See that {wanted} fits before approving.")]
    findings = judge_memory(list(changes.values()), state)
    told = [f"{change.address}: {_words(change)}" for change in changes.values()]
    already = [str(row.address) for _, row in rows if row.address not in changes]
    if already:
        told.append(f"{in_list(already)} {'has' if len(already) == 1 else 'have'} it so already and stay as they are")
    order = Finding(check="order", verdict=Verdict.OK, sentence=f"One after the other: {'; '.join(told)}.", told=True)
    return [*findings, order]


def _words(change: Change) -> str:
    if change.in_file:
        return f"the file says {shown(change.key, change.value)} already, its process has not read it"
    default = "" if change.old is not None else " by default"
    return f"{shown(change.key, change.before)}{default}, then {shown(change.key, change.value)}"


def _steps(
    role: NodeKind, row: Node, wanted: str, changes: dict[Address, Change], state: ClusterState, pacing: Pacing
) -> tuple[Step, ...]:
    if state.hosts is None:
        return steps.by_hand(role, row, wanted, state)
    return steps.resize(changes[row.address], row, state, pacing)


def _conf_facts(changes: dict[Address, Change]) -> tuple[Fact, ...]:
    return tuple(
        Fact(key=f"conf {address}", label=f"{change.key} of {address}", value=change.before) for address, change in changes.items()
    )


def _block(sentence: str, advice: str) -> Finding:
    return Finding(check="target", verdict=Verdict.BLOCK, sentence=sentence, advice=advice)
