"""Checks that run again in the middle of an operation, right before an act that takes data off a node.

The approval was given to the cluster as it was; an operation of hours or days meets another one. The first act is covered
by the checks of the start.
"""

from policies import checks
from policies.acts import AddNode, DecommissionBackend
from policies.address import Address
from policies.cluster import ClusterState
from policies.plan import Plan, Verdict


def judged_again(plan: Plan, step: int) -> bool:
    """Whether the act of this step needs a full look and all checks right before it is sent."""
    return 0 < step < len(plan.steps) and isinstance(plan.steps[step].act, DecommissionBackend)


def blocked_now(plan: Plan, step: int, state: ClusterState) -> str:
    """What a check says against the act of this step now, as a sentence; empty when it may be sent."""
    if not judged_again(plan, step):
        return ""
    findings = checks.run(checks.DECOMMISSION_BACKEND, _leaving_for_good(plan, step), state)
    blocking = [finding.sentence for finding in findings if finding.verdict is Verdict.BLOCK]
    return f"Looked at again before the next node: {blocking[0]}" if blocking else ""


def _leaving_for_good(plan: Plan, step: int) -> tuple[Address, ...]:
    """The node in hand and those after it. A node that is rebuilt is judged alone: it is back before the next one goes."""
    acts = [later.act for later in plan.steps[step:]]
    ahead = tuple(act.address for act in acts if isinstance(act, DecommissionBackend))
    back_again = {act.address for act in acts if isinstance(act, AddNode)}
    if ahead[0] in back_again:
        return ahead[:1]
    return tuple(address for address in ahead if address not in back_again)
