"""Loads that run when nodes are about to be restarted."""

from datetime import timedelta

import pytest

from policies import checks
from policies.cluster import ClusterState, RunMode, RunningTransaction
from policies.plan import Verdict
from policies.playbooks import entry_for
from policies.request import OperationKind
from tests.policies.test_processes import STATE
from tests.policies.test_resizing import AT, FE_AT
from tests.policies.test_upgrade_plans import REACHED
from tests.policies.test_upgrade_plans import plan as upgrade

K = OperationKind
LOAD = RunningTransaction(database="sales", id=1, label="nightly", prepared=STATE.taken_at - timedelta(hours=2))
LOADED = STATE.with_(transactions=(LOAD, LOAD.with_(id=2, prepared=STATE.taken_at)))
LEADER = STATE.leader.address if STATE.leader else FE_AT
FOLLOWER = next(f.address for f in STATE.frontends if f.address != LEADER)


@pytest.mark.parametrize(
    ("at", "state", "verdict", "words"),
    [
        (AT, LOADED, Verdict.WARN, "2 loads run now (the oldest since 2 h): one fails when a node stops that it uses."),
        (AT, STATE.with_(transactions=(LOAD,)), Verdict.WARN, "1 load runs now"),
        (LEADER, LOADED, Verdict.WARN, "2 h): Broker Loads and EXPORTs end with the leader."),
        (AT, STATE.with_(transactions=()), Verdict.OK, "No load runs now."),
        (AT, STATE.with_(transactions=None), Verdict.WARN, "could not be read"),
        (FOLLOWER, LOADED, None, ""),
        (AT, LOADED.with_(run_mode=RunMode.SHARED_DATA), None, ""),
    ],
)
def test_what_it_costs_them(at: object, state: ClusterState, verdict: Verdict | None, words: str) -> None:
    found = checks.running_loads((at,), state)  # type: ignore[arg-type]
    assert [f.verdict for f in found] == ([verdict] if verdict else [])
    assert all(words in f.sentence for f in found)


@pytest.mark.parametrize(
    "kind", [K.RESTART_BACKEND, K.RESTART_ALL, K.RESTART_FRONTEND, K.RESTART_COMPUTE_NODE, K.RESIZE_BACKEND, K.RESIZE_FRONTEND,
             K.STOP_BACKEND, K.STOP_FRONTEND, K.STOP_COMPUTE_NODE],
)  # fmt: skip
def test_every_interruption_looks_at_them(kind: OperationKind) -> None:
    assert checks.running_loads in entry_for(kind).checks


def test_so_does_a_change_of_version() -> None:
    made = upgrade(state=REACHED.with_(transactions=LOADED.transactions))
    assert not made.blocked and any("Broker Loads and EXPORTs end" in f.sentence for f in made.findings)
