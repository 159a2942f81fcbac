"""A long drain ends with one picture in its thread, whatever Slack and the processes do meanwhile (P4, P5)."""

import urllib.request
from typing import Any

import pytest

from bot.redis_connection import connect
from tests.stories.scene import TARGET, Scene

pytestmark = pytest.mark.story
SHARE = "files.completeUploadExternal"
PNG = b"\x89PNG\r\n\x1a\n"


def long_drain(scene: Scene) -> str:
    """A drain of a quarter of an hour of the cluster's time."""
    scene.fault("drain_rate", factor=0.05)
    ts = scene.ask()
    scene.press(ts, "approve")
    return ts


def pictures(scene: Scene, ts: str) -> list[dict[str, Any]]:
    return [message for message in scene.slack.thread(ts) if message["files"]]


def calls(scene: Scene, since: int) -> list[str]:
    """The methods that the bot called since then, in order."""
    return [str(entry["method"]) for entry in scene.slack.call(f"log?since={since}")["entries"] if entry["kind"] == "api"]


def so_far(scene: Scene) -> int:
    return int(scene.slack.call("log?since=0")["last"])


def one_picture(scene: Scene, ts: str) -> dict[str, Any]:
    """Wait for it; then everything else is as in a story without it."""
    scene.wait(lambda: pictures(scene, ts), 60)
    scene.ends_done(ts, 60)
    (message,) = pictures(scene, ts)
    (file,) = message["files"]
    return {**file, "said": message["text"]}


def test_a_long_drain_ends_with_a_picture(scene: Scene) -> None:
    ts = long_drain(scene)
    file = one_picture(scene, ts)
    assert " took " in file["said"] and f"{TARGET} drained in" in file["alt_txt"] and " took " in file["alt_txt"]
    assert file["mimetype"] == "image/png"
    with urllib.request.urlopen(f"{scene.house.playground['control'].removesuffix('/control')}{file['url']}", timeout=10) as answer:
        content = answer.read()
    assert content.startswith(PNG) and len(content) > 20_000
    assert scene.slack.thread(ts)[-1]["files"], "it comes last"


def test_the_notifier_dies_before_and_after_it_shares(scene: Scene) -> None:
    scene.kill("notifier")
    scene.revive("notifier", SR_FAIL="before_share:1")
    ts = long_drain(scene)
    scene.wait(lambda: scene.house.processes["notifier"].poll() is not None, 60)
    scene.revive("notifier", SR_FAIL="after_share:1")
    scene.wait(lambda: scene.house.processes["notifier"].poll() is not None, 60)
    scene.revive("notifier")
    scene.told(ts, "Done in")
    scene.wait(lambda: connect(scene.house.redis_url).zcard("{sr}:outbox-ready") == 0)
    one_picture(scene, ts)


def test_slack_limits_fails_and_loses_its_reply(scene: Scene) -> None:
    before = so_far(scene)
    for kind, method in (("429", "files.getUploadURLExternal"), ("500", SHARE), ("reset_after", SHARE)):
        scene.slack.call("faults", {"kind": kind, "retry_after": 1, "count": 1, "method": method})
    ts = long_drain(scene)
    one_picture(scene, ts)
    assert calls(scene, before).count(SHARE) == 2, "the third time it was found in the thread"


def test_a_slack_that_takes_no_file_loses_the_picture_and_no_word(scene: Scene) -> None:
    scene.slack.call("faults", {"kind": "500", "method": "files.getUploadURLExternal"})
    ts = long_drain(scene)
    scene.ends_done(ts, 60)
    assert pictures(scene, ts) == []
