"""What every playbook looks like from outside."""

from datetime import datetime
from typing import Protocol

from policies.cluster import ClusterState
from policies.estimate import DrainRecord
from policies.pacing import Pacing
from policies.plan import Plan
from policies.request import Request


class MakePlan(Protocol):
    """Request + cluster state -> plan; pure."""

    def __call__(
        self,
        request: Request,
        state: ClusterState,
        *,
        pacing: Pacing,
        revision: int,
        now: datetime,
        history: tuple[DrainRecord, ...] = (),
    ) -> Plan: ...
