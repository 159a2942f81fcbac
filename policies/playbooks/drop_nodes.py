"""Drop what holds no data: frontends, compute nodes, dead or empty backends. Never with FORCE.

Mission 001 §5.2, and the warnings it lacks: the majority, the leader, the process that lives on (StarRocks issue 78195).
"""

from datetime import datetime

from policies import checks
from policies.acts import Ground
from policies.cluster import Backend, ClusterState, ComputeNode, Frontend, NodeKind, Role
from policies.estimate import DrainRecord
from policies.facts import nodes_facts
from policies.pacing import Pacing
from policies.plan import Estimate, Plan, Step, Verdict
from policies.playbooks.shape import MakePlan
from policies.request import Request
from policies.steps.leave import leave, leave_frontend
from policies.units import in_list
from policies.voters import can_stop

UNDO = "A drop cannot be undone. A node that was dropped comes back only by adding it again, as a new and empty one."
SECONDS = (2.0, 60.0)


def drop_nodes(kind: NodeKind, rules: tuple[checks.Check, ...]) -> MakePlan:
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
        rows = [] if wrong else [row for address in request.targets if (row := state.node(kind, address)) is not None]
        names = in_list([str(address) for address in request.targets])
        low, high = (pacing.wall(seconds) * len(request.targets) for seconds in SECONDS)
        people = "; a person stops the process, and that may take longer" if kind.frontend else ""
        return Plan(
            operation=request.id,
            revision=revision,
            kind=request.kind,
            cluster=request.cluster,
            made_at=now,
            title=f"Drop {kind.short} {names}",
            reason=request.reason,
            command=request.command,
            targets=request.targets,
            steps=tuple(step for row in _leader_last(rows) for step in _steps(kind, row, state)),
            findings=findings,
            facts=nodes_facts(state),
            estimate=Estimate(low_s=low, high_s=high, reason=f"a drop takes effect at once{people}"),
            undo_words=UNDO,
            done_words=f"{names} {'is' if len(request.targets) == 1 else 'are'} out of the cluster.",
        )

    return make_plan


def _leader_last(rows: list[Backend | ComputeNode | Frontend]) -> list[Backend | ComputeNode | Frontend]:
    return sorted(rows, key=lambda row: isinstance(row, Frontend) and row.role is Role.LEADER)


def _steps(kind: NodeKind, row: Backend | ComputeNode | Frontend, state: ClusterState) -> tuple[Step, ...]:
    if isinstance(row, Frontend):
        host = state.host_of(row.address)
        return leave_frontend(kind, row, others_elect=can_stop(state), by_ssh=host is not None and not host.trouble)
    if isinstance(row, ComputeNode):
        return leave(kind, row, Ground.HOLDS_NO_DATA)
    return leave(kind, row, Ground.EMPTY if row.alive else Ground.DEAD)
