"""While backends restart, the frontends wait longer for one that is away before its tablets are cloned onto the others.

A backend may take half an hour to read its metadata (policies.steps.process COME_BACK), and is given up after a quarter
(fe: tablet_sched_be_down_tolerate_time_s). Only raised, never lowered; upgrades freeze the scheduler anyway.
"""

from collections.abc import Iterable

from policies.cluster import ClusterState, NodeKind, RunMode
from policies.plan import Finding, Step, Verdict
from policies.settings import BACKEND_DOWN, number
from policies.steps.lend import Lent, give_back, lend, lent
from policies.units import in_time

LONG_ENOUGH = 3_600
"""Seconds; twice what a node has to come back, since a person may have to look at it."""


def to_wait_longer(roles: Iterable[NodeKind], state: ClusterState) -> Lent | None:
    """What is lent for it; None where nothing is cloned, where it is long enough, or where the leader does not tell it."""
    if NodeKind.BACKEND not in roles or state.run_mode is RunMode.SHARED_DATA or number(state, BACKEND_DOWN) >= LONG_ENOUGH:
        return None
    return lent(BACKEND_DOWN, str(LONG_ENOUGH), state)


def around_backends(longer: Lent | None, turns: Iterable[tuple[NodeKind, tuple[Step, ...]]]) -> tuple[Step, ...]:
    """The steps of all nodes; lent for the backends alone, whose turns come first: a frontend's restart would forget it."""
    listed = list(turns)
    of_backends = [step for role, steps in listed if role is NodeKind.BACKEND for step in steps]
    of_others = [step for role, steps in listed if role is not NodeKind.BACKEND for step in steps]
    if longer is None or not of_backends:
        return (*of_backends, *of_others)
    return (lend(longer), *of_backends, give_back(longer), *of_others)


def told(longer: Lent | None) -> tuple[Finding, ...]:
    """What the plan says about it."""
    if longer is None:
        return ()
    words = (
        f"A backend may be away for {in_time(LONG_ENOUGH)} meanwhile before its tablets are cloned onto the others: "
        f"`{longer.name}` {longer.new} (now {longer.old}), then {longer.old} again."
    )
    return (Finding(check="away", verdict=Verdict.OK, sentence=words, told=True),)
