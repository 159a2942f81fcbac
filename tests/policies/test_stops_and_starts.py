"""What is told before processes stop and start: which are killed and why, and versions that refresh every view for a new leader."""

import pytest

from policies.address import Address
from policies.checks import START_ALL, STOP_FRONTEND, Check, stopping
from policies.checks.refresh_storm import refresh_storm
from policies.cluster import ClusterState
from policies.plan import Verdict
from policies.playbooks import entry_for
from policies.request import OperationKind
from tests.policies.clusters import address, mission000

LEADER, FOLLOWER, BACKEND = address("10.84.0.12:9010"), address("10.84.0.19:9010"), address("10.84.0.18:9050")
K = OperationKind


def at_version(version: str) -> ClusterState:
    state = mission000()
    backends = tuple(b.with_(version=version) for b in state.backends)
    return state.with_(version=version, backends=backends, frontends=tuple(f.with_(version=version) for f in state.frontends))


@pytest.mark.parametrize(
    ("version", "at", "words"),
    [
        ("3.3.3-312ed45", (FOLLOWER,), "Frontends of 3.3.3-312ed45 know no graceful stop"),
        ("3.3.3-312ed45", (BACKEND,), "BEs of 3.3.3-312ed45 are killed, with the queries and loads on them: their graceful stop is good from"),
        ("3.3.3-312ed45", (BACKEND, FOLLOWER), "Frontends of 3.3.3-312ed45 know no graceful stop"),
        ("3.4.8", (BACKEND, LEADER, FOLLOWER), ""),
        ("main-0ab2adc", (BACKEND,), "is no released build"),
    ],
)
def test_which_nodes_are_killed(version: str, at: tuple[Address, ...], words: str) -> None:
    (found,) = stopping(at, at_version(version))
    killed = BACKEND in at and bool(words)
    assert found.verdict is (Verdict.WARN if killed else Verdict.OK) and found.told is (bool(words) and not killed)
    assert words in found.sentence and found.sentence.count("are killed") <= 1


def test_nodes_of_two_versions_are_told_of_in_one_sentence() -> None:
    first, *others = at_version("3.3.3-312ed45").backends
    mixed = at_version("3.3.3-312ed45").with_(backends=(first.with_(version="3.3.9-7b9fccd"), *others))
    (found,) = stopping(tuple(backend.address for backend in mixed.backends), mixed)
    assert found.sentence.startswith("BEs of 3.3.9-7b9fccd and 3.3.3-312ed45 are killed") and found.sentence.count("killed") == 1


def test_frontends_that_are_too_few_to_stop_gracefully() -> None:
    state = at_version("3.4.8")
    few = state.with_(frontends=tuple(f.with_(alive=f.address != FOLLOWER) for f in state.frontends))
    (found,) = stopping((LEADER,), few)
    assert found.told and "3 of 4 are alive, so that each exits at once" in found.sentence
    assert not stopping((BACKEND,), few)[0].told and stopping((FOLLOWER,), few) == []


@pytest.mark.parametrize(
    ("version", "at", "words"),
    [
        ("3.5.16", (LEADER,), "refreshes all"), ("3.5.16", (FOLLOWER,), ""), ("3.5.16", (BACKEND,), ""),
        ("3.5.21", (LEADER, BACKEND), "may refresh"), ("3.5.14", (LEADER,), ""), ("4.0.1", (LEADER,), ""),
    ],
)  # fmt: skip
def test_a_storm_of_refreshes_is_told_where_the_leader_goes_down(version: str, at: tuple[Address, ...], words: str) -> None:
    found = refresh_storm(at, at_version(version))
    assert bool(found) is bool(words) and all(words in f.sentence and f.verdict is Verdict.WARN for f in found)


@pytest.mark.parametrize("kind", [K.RESTART_FRONTEND, K.RESTART_ALL, K.RESIZE_FRONTEND, K.STOP_FRONTEND, K.START_ALL])
def test_who_is_told_of_it(kind: OperationKind) -> None:
    rules: tuple[Check, ...] = tuple(entry_for(kind).checks)
    assert refresh_storm in rules and (stopping in rules) is (kind is not K.START_ALL)


def test_where_nobody_leads_any_start_makes_a_leader() -> None:
    state = at_version("3.5.16")
    assert START_ALL[-1] is refresh_storm and refresh_storm in STOP_FRONTEND
    assert refresh_storm((BACKEND,), state.with_(frontends=()))
