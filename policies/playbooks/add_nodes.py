"""Add backends, compute nodes, followers or observers: one statement each, seen up, or taken out again.

Mission 001 §3 with its port corrected (--helper wants the edit_log_port), mission 000 with its two-address ADD FOLLOWER
taken apart (a syntax error: fe: sql/parser/StarRocks.g4 addFrontendClause).
"""

from datetime import datetime

from policies import checks
from policies.address import Address
from policies.cluster import ClusterState, NodeKind
from policies.estimate import DrainRecord
from policies.facts import nodes_facts
from policies.host_checks.newcomers import judge_new
from policies.joining import by_driver, judge_starts
from policies.pacing import Pacing
from policies.plan import Estimate, Plan, Step, Verdict
from policies.playbooks.shape import MakePlan
from policies.preparing import to_prepare
from policies.request import Request
from policies.steps.join import join
from policies.units import in_list

UNDO = (
    "Until a new node is up, Abort drops it again: it holds nothing yet. Once a backend has tablets, it leaves by a "
    "decommission only."
)
STOPPED = "A process that a job has started for it is stopped then."
SECONDS = {NodeKind.BACKEND: (20.0, 300.0), NodeKind.COMPUTE_NODE: (15.0, 120.0), NodeKind.FOLLOWER: (30.0, 600.0)}
"""Of the cluster, for one node that a job starts: empty, or with a copy of the metadata to read (invented; nothing is measured)."""
NOT_KNOWN = "it depends on when the process is started; a running one is up within a minute"


def add_nodes(kind: NodeKind, rules: tuple[checks.Check, ...]) -> MakePlan:
    """The playbook for one kind of node."""

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
        findings = checks.run(rules, request.targets, state)
        wrong = any(finding.check == "target" and finding.verdict is Verdict.BLOCK for finding in findings)
        new: tuple[Address, ...] = () if wrong else request.targets
        names = in_list([str(address) for address in request.targets])
        return Plan(
            operation=request.id,
            revision=revision,
            kind=request.kind,
            cluster=request.cluster,
            made_at=now,
            title=f"Add {kind.short} {names}",
            reason=request.reason,
            command=request.command,
            targets=request.targets,
            steps=tuple(step for address in new for step in _joined(kind, address, state, pacing)),
            findings=(*findings, *judge_new(kind, new, state), *judge_starts(kind, new, state)),
            facts=nodes_facts(state),
            estimate=_estimate(kind, new, state, pacing),
            undo_words=UNDO if state.hosts is None else f"{UNDO} {STOPPED}",
            done_words=f"{names} {'is' if len(request.targets) == 1 else 'are'} up, with version {state.version}.",
            to_prepare=to_prepare(kind, new, state),
        )

    return make_plan


def _joined(kind: NodeKind, address: Address, state: ClusterState, pacing: Pacing) -> tuple[Step, ...]:
    return join(kind, address, state, pacing=pacing, by_ssh=by_driver(kind, address, state))


def _estimate(kind: NodeKind, new: tuple[Address, ...], state: ClusterState, pacing: Pacing) -> Estimate:
    if not new or not all(by_driver(kind, address, state) for address in new):
        return Estimate(low_s=None, high_s=None, reason=NOT_KNOWN)
    low, high = (pacing.wall(seconds) * len(new) for seconds in SECONDS[NodeKind.FOLLOWER if kind.frontend else kind])
    return Estimate(low_s=low, high_s=high, reason="a new process is up within minutes; balancing goes on afterwards")
