"""What an act brings about, and what forbids it: the last look before a statement is sent."""

import pytest

from policies.acts import AddNode, AskPerson, DropNode, Ground
from policies.cluster import ClusterState, NodeKind, RunMode
from policies.effects import effect_visible, forbidden, repeatable
from tests.policies.clusters import address, changed, mission000
from tests.policies.test_moving_plans import MISSION

STATE = mission000()
BE, FE = NodeKind.BACKEND, NodeKind.FOLLOWER
EMPTY = changed(STATE, "10.84.0.18", tablets=0)
DEAD = changed(STATE, "10.84.0.18", tablets=0, alive=False)


def drop(ground: Ground = Ground.EMPTY, text: str = "10.84.0.18:9050", node_id: int | None = 18320972) -> DropNode:
    return DropNode(role=BE, address=address(text), ground=ground, node_id=node_id)


def fe(text: str) -> DropNode:
    return DropNode(role=FE, address=address(text), ground=Ground.HOLDS_NO_DATA)


def leaderless(state: ClusterState) -> ClusterState:
    return state.with_(frontends=tuple(f.with_(alive=f.address.host == "10.84.0.19") for f in state.frontends))


@pytest.mark.parametrize(
    ("act", "state", "words"),
    [
        (drop(), EMPTY, None),
        (drop(), STATE, "a node with tablets is never dropped"),
        (drop(Ground.DEAD), DEAD, None),
        (drop(Ground.DEAD), EMPTY, "is alive again"),
        (drop(Ground.DEAD), changed(STATE, "10.84.0.18", alive=False), "never dropped"),
        (drop(Ground.JUST_ADDED, node_id=None), STATE, "never dropped"),
        (drop(node_id=1), EMPTY, "is not what is listed there any more"),
        (drop(), STATE.with_(run_mode=RunMode.SHARED_DATA), None),
        (fe("10.84.0.12:9010"), STATE, "a leader cannot be dropped"),
        (fe("10.84.0.19:9010"), STATE, None),
        (fe("10.84.0.19:9010"), leaderless(STATE), "no drop can take effect"),
        (AddNode(role=FE, address=address("10.84.0.19:9011")), STATE, "has a frontend already"),
        (AddNode(role=FE, address=address("10.84.91.20:9010")), leaderless(STATE), "Nothing can be added now"),
        (AddNode(role=FE, address=address("10.84.91.20:9010")), STATE, None),
        (AddNode(role=BE, address=address("10.84.91.20:9050")), STATE, None),
        (AskPerson(address=address("10.84.0.18:9050"), task="please"), STATE, None),
    ],
)  # fmt: skip
def test_what_forbids_an_act(act: object, state: ClusterState, words: str | None) -> None:
    reason = forbidden(act, MISSION, (), state)  # type: ignore[arg-type]
    assert reason is None if words is None else reason is not None and words in reason


def test_an_effect_is_seen_in_the_list_it_belongs_to() -> None:
    new, gone = AddNode(role=BE, address=address("10.84.91.20:9050")), drop(text="10.84.0.20:9050", node_id=3)
    assert not effect_visible(new, STATE) and repeatable(new, STATE)
    assert effect_visible(AddNode(role=BE, address=address("10.84.0.18:9050")), STATE)
    assert effect_visible(gone, STATE) and not repeatable(gone, STATE)


def test_nothing_is_gone_in_a_list_that_was_not_read() -> None:
    unread = STATE.with_(frontends=(), backends=())
    node = DropNode(role=NodeKind.COMPUTE_NODE, address=address("10.84.9.9:9050"), ground=Ground.HOLDS_NO_DATA)
    assert not effect_visible(fe("10.84.0.19:9010"), unread)
    assert not effect_visible(drop(), unread)
    assert not effect_visible(node, STATE)
    assert effect_visible(node, STATE.with_(compute_nodes_read=True))
