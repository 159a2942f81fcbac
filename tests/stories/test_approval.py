"""Who approves, how often, and how late: votes on one plan with a quorum of two."""

from collections.abc import Iterator

import pytest

from tests.stories.scene import ALICE, BOB, CAROL, TARGET, Scene
from workers.demo import house

pytestmark = pytest.mark.story
DECOMMISSION = f'ALTER SYSTEM DECOMMISSION BACKEND "{TARGET}"'


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with house(scenario="small", speed=100.0, policy="quorum = 2\nexpires_s = 6") as built:
        yield Scene(built)


def test_a_double_click_is_one_vote(scene: Scene) -> None:
    ts = scene.ask()
    scene.press(ts, "approve", BOB)
    scene.press(ts, "approve", BOB)
    scene.private(BOB, "approved this plan already")
    scene.shows(ts, "1 of 2 approvals")
    assert scene.sent() == []
    scene.press(ts, "approve", CAROL)
    scene.ends_done(ts)
    assert sum("Approved (1 of 2)" in reply for reply in scene.thread(ts)) == 1
    assert sum("Approved (2 of 2)" in reply for reply in scene.thread(ts)) == 1


def test_one_vote_of_two_expires_with_the_plan(scene: Scene) -> None:
    ts = scene.ask()
    scene.press(ts, "approve", BOB)
    scene.shows(ts, "1 of 2 approvals")
    forged = _value(scene, ts, "sr.op.approve")
    scene.shows(ts, "Expired")
    assert scene.buttons(ts) == []
    scene.press(ts, "approve", CAROL, force=True, value=forged)
    scene.private(CAROL, "is over")
    assert scene.sent() == []
    scene.in_order(ts)


def test_the_requester_takes_the_request_back(scene: Scene) -> None:
    ts = scene.ask()
    scene.press(ts, "approve", BOB)
    scene.press(ts, "cancel", ALICE)
    scene.shows(ts, "Taken back")
    assert scene.buttons(ts) == [] and scene.sent() == []
    scene.in_order(ts)


def _value(scene: Scene, ts: str, action: str) -> str:
    """What the card's button carries, to click it after it is gone."""
    card = next(card for card in scene.slack.cards() if card["ts"] == ts)
    elements = [e for block in card["blocks"] if block["type"] == "actions" for e in block["elements"]]
    return str(next(e["value"] for e in elements if e["action_id"] == action))
