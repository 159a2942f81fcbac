"""A click is heard: nobody can press what is not there, and what was pressed counts or is said to have failed (P4, P5)."""

import pytest

from bot.queue import Mailbox
from tests.stories.scene import ALICE, BOB, Scene

pytestmark = pytest.mark.story


@pytest.mark.parametrize(("decision", "words"), [("abort", "Restored:"), ("pause", "Paused")])
def test_who_reads_in_the_thread_that_it_runs_can_decide_on_the_card(scene: Scene, decision: str, words: str) -> None:
    """The notifier dies after its last word, before it would come back to the card."""
    mailbox = Mailbox(scene.house.redis_url)
    ts = scene.ask("/sr tune slots=16 for=2d")
    scene.kill("notifier")
    scene.press(ts, "approve", BOB)
    running = scene.wait(lambda: next((each for each in mailbox.live() if each.step == 1), None))
    waiting = mailbox.redis.xlen(mailbox.keys.outbox(f"op:{running.id}"))
    scene.revive("notifier", SR_FAIL=f"after_said:{waiting}")
    scene.wait(lambda: scene.house.processes["notifier"].poll() is not None)
    assert any("is 16 on the leader" in reply for reply in scene.thread(ts))
    assert scene.press(ts, decision, ALICE)["ok"]
    scene.mend()
    scene.told(ts, words)


def test_slack_tells_of_a_click_that_the_bot_did_not_record(scene: Scene) -> None:
    """The bot dies with the click in its hands."""
    ts = scene.ask("/sr tune slots=16 for=2d")
    scene.kill("bot")
    scene.revive("bot", SR_FAIL="before_decision:1")
    assert scene.press(ts, "approve", BOB)["error"] == "operation_timeout"
    scene.private(BOB, "That did not work")
    scene.mend()
    scene.press(ts, "approve", BOB)
    scene.told(ts, "is 16 on the leader")
