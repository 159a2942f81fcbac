"""Readings: a node that comes, goes, fills, leads, or is silent."""

from datetime import timedelta

import pytest

from policies.awaited import LeaderElsewhere, NodeCondition, NodeListed, NodeUnlisted, NodeUp, ProcessSilent, TabletsArriving
from policies.cluster import ClusterState, NodeKind, Role
from policies.conditions import holds, read
from policies.heartbeat_errors import HEARTBEAT_ERRORS, explained, in_words
from policies.operation import StepMemory
from policies.pacing import Pacing
from policies.units import GIB
from tests.policies.clusters import NOW, address, changed, mission000

STATE = mission000()
BE, FE = NodeKind.BACKEND, NodeKind.FOLLOWER
AT, FE_AT = address("10.84.0.18:9050"), address("10.84.0.19:9010")
UP = NodeUp(role=BE, address=AT, version="3.3.3-312ed45")
FE_UP = NodeUp(role=FE, address=FE_AT, version="3.3.3-312ed45")
SILENT = ProcessSilent(address=FE_AT, port=9030)


def frontend(**changes: object) -> ClusterState:
    return STATE.with_(frontends=tuple(f.with_(**changes) if f.address == FE_AT else f for f in STATE.frontends))


@pytest.mark.parametrize(
    ("condition", "state", "done", "words"),
    [
        (UP, STATE, True, "BE 10.84.0.18:9050 is up: alive, version 3.3.3-312ed45"),
        (UP, changed(STATE, "10.84.0.18", alive=False), False, "is not alive yet"),
        (UP, changed(STATE, "10.84.0.18", alive=False, error="Connection refused"), False, "nothing listens there"),
        (UP, changed(STATE, "10.84.0.18", version=""), False, "has not told its version yet"),
        (UP, changed(STATE, "10.84.0.18", version="3.3.4-1"), False, "but 3.3.3-312ed45 is wanted"),
        (UP.with_(more_than=783 * GIB), STATE, True, "783.4 GB of disk"),
        (UP.with_(more_than=784 * GIB), STATE, False, "more than 784.0 GB is awaited"),
        (UP.with_(address=address("10.84.9.9:9050")), STATE, False, "is not listed"),
        (FE_UP, STATE, True, "follower 10.84.0.19:9010 is up"),
        (FE_UP, frontend(joined=False), False, "has not joined the group"),
        (FE_UP, frontend(journal_id=197425393 - 5_000), False, "5,000 journal entries behind"),
        (FE_UP, frontend(alive=False, error="invalid cluster id: 7"), False, "--helper"),
        (NodeListed(role=BE, address=AT), STATE, True, "is listed as BE"),
        (NodeListed(role=BE, address=FE_AT), STATE, False, "is not listed yet"),
        (NodeUnlisted(role=FE, address=FE_AT), STATE, False, "is still listed as follower"),
        (NodeUnlisted(role=NodeKind.OBSERVER, address=FE_AT), STATE, True, "is no longer listed as observer"),
        (NodeUnlisted(role=FE, address=FE_AT), STATE.with_(frontends=()), False, "is still listed"),
        (TabletsArriving(address=AT), STATE, True, "Balancing has begun"),
        (TabletsArriving(address=AT), changed(STATE, "10.84.0.18", tablets=0), False, "has not begun yet"),
        (LeaderElsewhere(address=FE_AT), STATE, True, "10.84.0.12:9010 leads now"),
        (LeaderElsewhere(address=address("10.84.0.12:9010")), STATE, False, "still leads"),
        (LeaderElsewhere(address=FE_AT), STATE.with_(frontends=tuple(f.with_(role=Role.FOLLOWER) for f in STATE.frontends)), False, "election"),
        (SILENT, STATE.with_(silent=frozenset({SILENT.probed})), True, "Nothing answers at 10.84.0.19:9030"),
        (SILENT, STATE.with_(silent=frozenset()), False, "still answers"),
        (SILENT, STATE, False, "cannot be tried from here"),
    ],
)  # fmt: skip
def test_reading(condition: NodeCondition, state: ClusterState, done: bool, words: str) -> None:
    reading = read(condition, state, StepMemory(step="s", entered_at=NOW), Pacing(), NOW)
    assert (reading.done, holds(condition, state)) == (done, done), reading.sentence
    assert words in reading.sentence


def test_a_node_that_gets_no_tablet_does_not_hold_the_operation_for_ever() -> None:
    empty = changed(STATE, "10.84.0.18", tablets=0)
    memory = StepMemory(step="s", entered_at=NOW)
    reading = read(TabletsArriving(address=AT), empty, memory, Pacing(), NOW + timedelta(minutes=31))
    assert reading.done and "the balancer sees no need" in reading.sentence


def test_an_empty_node_list_proves_nothing() -> None:
    blank = STATE.with_(backends=())
    assert not read(NodeUnlisted(role=BE, address=AT), blank, StepMemory(step="s", entered_at=NOW), Pacing(), NOW).done


@pytest.mark.parametrize("known", HEARTBEAT_ERRORS, ids=lambda known: known.text)
def test_a_heartbeat_error_is_explained(known: object) -> None:
    text = f"java.lang.Exception: {known.text.upper()} (11, 22)"  # type: ignore[attr-defined]
    assert explained(text) == known
    assert known.meaning in in_words(text)  # type: ignore[attr-defined]


def test_an_unknown_heartbeat_error_is_quoted() -> None:
    assert in_words("Kaboom") == ": “Kaboom”."
    assert in_words("") == ""
