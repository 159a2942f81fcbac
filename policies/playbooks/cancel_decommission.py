"""Cancel drains that go on: the nodes stay, what has moved stays moved."""

from datetime import datetime

from policies import checks
from policies.acts import CancelDecommission
from policies.awaited import BackendStaying
from policies.cluster import Backend, ClusterState
from policies.estimate import DrainRecord
from policies.facts import nodes_facts
from policies.pacing import Pacing
from policies.plan import Estimate, Plan, Step, Verdict
from policies.request import Request
from policies.units import in_list

UNDO = "To undo it, decommission the node again: what has moved meanwhile does not move twice."
SECONDS = (1.0, 30.0)


def make_plan(
    request: Request,
    state: ClusterState,
    *,
    pacing: Pacing,
    revision: int,
    now: datetime,
    history: tuple[DrainRecord, ...] = (),
) -> Plan:
    """The plan that takes the flag off `request.targets`."""
    del history
    findings = checks.run(checks.CANCEL_DECOMMISSION, request.targets, state)
    blocked = any(finding.verdict is Verdict.BLOCK for finding in findings)
    rows = [] if blocked else [row for address in request.targets if (row := state.backend(address)) is not None]
    names = in_list([str(address) for address in request.targets])
    low, high = (pacing.wall(seconds) for seconds in SECONDS)
    return Plan(
        operation=request.id,
        revision=revision,
        kind=request.kind,
        cluster=request.cluster,
        made_at=now,
        title=f"Cancel the decommission of BE {names}",
        reason=request.reason,
        command=request.command,
        targets=request.targets,
        steps=tuple(_step(row) for row in rows),
        findings=findings,
        facts=nodes_facts(state),
        estimate=Estimate(low_s=low, high_s=high, reason="a flag is changed"),
        undo_words=UNDO,
        done_words=f"{names} {'stays' if len(rows) == 1 else 'stay'} in the cluster; what had moved stays moved.",
    )


def _step(row: Backend) -> Step:
    who = {"address": row.address, "backend_id": row.id}
    return Step(
        id=f"cancel-{row.address}",
        group=str(row.address),
        title=f"Cancel the decommission of {row.address}",
        act=CancelDecommission(**who),
        until=BackendStaying(**who),
    )
