"""Playbooks: one kind of operation per file, one ordered menu. Help and grammar derive from the menu."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from policies import checks
from policies.address import Address
from policies.cluster import ClusterState
from policies.estimate import DrainRecord
from policies.pacing import Pacing
from policies.plan import Finding, Plan
from policies.playbooks import decommission_backend
from policies.request import OperationKind, Request


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


@dataclass(frozen=True)
class Entry:
    """A line of the menu: how people name an operation, and how it is planned. `operation_class` picks the policy."""

    kind: OperationKind
    words: tuple[str, ...]
    usage: str
    summary: str
    example: str
    operation_class: str
    checks: Sequence[checks.Check]
    make_plan: MakePlan

    def check(self, targets: tuple[Address, ...], state: ClusterState) -> tuple[Finding, ...]:
        """The preflight rules of this operation, judged on one state."""
        return checks.run(self.checks, targets, state)


MENU: tuple[Entry, ...] = (
    Entry(
        kind=OperationKind.DECOMMISSION_BACKEND,
        words=("decommission", "be"),
        usage='decommission be HOST:PORT [HOST:PORT …] [on CLUSTER] [reason="…"]',
        summary="Move all data off a backend and take it out of the cluster, one node after the other.",
        example='decommission be 10.84.0.18:9050 reason="disk full"',
        operation_class="data-moving",
        checks=checks.DECOMMISSION_BACKEND,
        make_plan=decommission_backend.make_plan,
    ),
)


def entry_for(kind: OperationKind) -> Entry:
    """The menu entry of a kind."""
    return next(entry for entry in MENU if entry.kind is kind)
