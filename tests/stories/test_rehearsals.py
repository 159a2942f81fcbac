"""A newer frontend tried on a copy of the metadata, told from the command to its end. The cluster hears nothing of it."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.scene import ALICE, Scene
from workers.demo import house

pytestmark = pytest.mark.story

NEW, SPARE = "3.4.4", "10.84.99.1"
TOOL = ["unshare", "--net"] if os.getuid() == 0 else ["unshare", "--user", "--map-root-user", "--net"]
isolated = pytest.mark.skipif(
    subprocess.run([*TOOL, "true"], capture_output=True).returncode != 0, reason="this machine makes no network of its own"
)


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with house(scenario="small", policy="quorum = 1\nexpires_s = 3600", visibility_s=4.0, hosts=True, packages=(NEW,)) as built:
        yield Scene(built)


def left(scene: Scene) -> list[str]:
    """What of a rehearsal lies on the spare host."""
    directory = Path(scene.house.twin["ssh"]["rehearsal_dir"])
    return [str(path) for path in directory.glob("sr-*/**/*")] if directory.exists() else []


def begun(scene: Scene) -> str:
    ts = scene.ask(f"/sr rehearse {NEW}")
    card = scene.card(ts)
    assert "It does not show how backends take the new version" in card and "password hashes" in card
    scene.press(ts, "approve")
    return ts


def untouched(scene: Scene) -> None:
    assert scene.sent() == ["ALTER SYSTEM CREATE IMAGE"] and scene.unknown() == [] and left(scene) == []
    assert len(scene.alive()) == len(scene.listed())


@isolated
def test_a_version_that_can_read_the_metadata(scene: Scene) -> None:
    ts = begun(scene)
    told = scene.told(ts, f"The rehearsal of {NEW} on {SPARE} is done", 60)
    assert "read image." in told and "led alone, and wrote image." in told
    done = scene.told(ts, "Done in", 20)
    assert f"{NEW} can read this metadata" in done
    untouched(scene)
    scene.in_order(ts)


@isolated
def test_a_version_that_cannot(scene: Scene) -> None:
    scene.fault("rehearsal_fails", host=SPARE, text="java.io.IOException: got unknown type 20123")
    ts = begun(scene)
    told = scene.told(ts, f"The job on {SPARE} failed", 60)
    assert f"{NEW} did not start from this metadata" in told and "got unknown type 20123" in told
    assert left(scene) == []
    scene.press(ts, "abort", ALICE)
    scene.told(ts, "no copy of the metadata is left", 40)
    untouched(scene)


def test_a_host_that_cannot_cut_it_off(scene: Scene) -> None:
    scene.fault("host_no_namespaces", host=SPARE)
    scene.type(f"/sr rehearse {NEW}")
    assert "could reach the cluster" in scene.private(ALICE, f"{SPARE} cannot make a network of its own")
    assert scene.sent() == [] and left(scene) == [] and scene.slack.cards() == []


@isolated
def test_one_that_takes_too_long_is_aborted(scene: Scene) -> None:
    """With a worker killed meanwhile; the abort does not wait for it to end by itself."""
    scene.fault("rehearsal_hangs", host=SPARE)
    ts = begun(scene)
    scene.told(ts, "cut off from every network, on 10.84.99.1", 60)
    scene.wait(lambda: [path for path in left(scene) if path.endswith("fe.log")])
    scene.kill("worker-1")
    scene.press(ts, "abort", ALICE)
    scene.told(ts, "no copy of the metadata is left on the spare host", 60)
    scene.revive("worker-1")
    untouched(scene)


def test_a_version_that_is_none(scene: Scene) -> None:
    scene.type("/sr rehearse newest")
    scene.private(ALICE, "is no version such as 3.3.9")
