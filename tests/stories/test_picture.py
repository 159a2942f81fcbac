"""A long drain ends with one picture in its thread, whatever Slack and the processes do meanwhile (P4, P5)."""

import urllib.request
from typing import Any

import pytest

from tests.stories.scene import TARGET, Scene

pytestmark = [pytest.mark.story, pytest.mark.xdist_group("pictures")]
PNG = b"\x89PNG\r\n\x1a\n"


def long_drain(scene: Scene) -> str:
    """A drain of about half an hour of the cluster's time."""
    scene.fault("drain_rate", factor=0.06)
    ts = scene.ask()
    scene.press(ts, "approve")
    return ts


def pictures(scene: Scene, ts: str) -> list[dict[str, Any]]:
    return [message for message in scene.slack.thread(ts) if message["files"]]


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
    assert f"{TARGET} drained in" in file["said"] and "tablets" in file["said"]
    assert f"{TARGET} drained in" in file["alt_txt"] and "took" in file["alt_txt"]
    assert file["mimetype"] == "image/png"
    with urllib.request.urlopen(f"{scene.house.playground['control'].removesuffix('/control')}{file['url']}", timeout=10) as answer:
        content = answer.read()
    assert content.startswith(PNG) and len(content) > 20_000
    assert scene.slack.thread(ts)[-1]["files"], "it comes last"


def test_a_short_drain_has_none(scene: Scene) -> None:
    ts = scene.ask()
    scene.press(ts, "approve")
    scene.ends_done(ts)
    assert scene.slack.call("log?since=0")["entries"]
    assert not [entry for entry in scene.slack.call("log?since=0")["entries"] if "files." in str(entry.get("method"))]


@pytest.mark.parametrize("failpoint", ["before_share:1", "after_share:1"])
def test_the_notifier_dies_while_it_shares(scene: Scene, failpoint: str) -> None:
    scene.kill("notifier")
    scene.revive("notifier", SR_FAIL=failpoint)
    ts = long_drain(scene)
    scene.wait(lambda: scene.house.processes["notifier"].poll() is not None, 60)
    scene.revive("notifier")
    one_picture(scene, ts)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "429", "retry_after": 1, "count": 1, "method": "files.getUploadURLExternal"},
        {"kind": "500", "count": 2, "method": "files.completeUploadExternal"},
        {"kind": "reset_after", "count": 1, "method": "files.completeUploadExternal"},
    ],
    ids=["limited", "fails", "reply lost"],
)
def test_slack_is_in_a_bad_mood_about_files(scene: Scene, fault: dict[str, object]) -> None:
    scene.slack.call("faults", fault)
    one_picture(scene, long_drain(scene))


def test_a_slack_that_takes_no_file_loses_the_picture_and_no_word(scene: Scene) -> None:
    scene.slack.call("faults", {"kind": "500", "method": "files.getUploadURLExternal"})
    ts = long_drain(scene)
    scene.ends_done(ts, 60)
    assert pictures(scene, ts) == []
