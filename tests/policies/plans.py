"""Plans of a decommission, from the menu as the workers make them."""

from policies.cluster import ClusterState
from policies.estimate import DrainRecord
from policies.pacing import Pacing
from policies.plan import Plan
from policies.playbooks import entry_for
from tests.policies.clusters import NOW, mission000, request


def plan_of(
    *targets: str, state: ClusterState | None = None, revision: int = 1, history: tuple[DrainRecord, ...] = (), speed: float = 1.0
) -> Plan:
    asked = request(*targets)
    pacing = Pacing(speed=speed)
    return entry_for(asked.kind).make_plan(
        asked, state or mission000(), pacing=pacing, revision=revision, now=NOW, history=history
    )
