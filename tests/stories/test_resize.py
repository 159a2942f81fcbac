"""Resize over SSH: another value in the conf file, a restart that reads it, and an abort that puts both back."""

import os
import re
import time
from collections.abc import Iterator

import pytest

from tests.stories.scene import ALICE, TARGET, Scene
from workers.demo import house

pytestmark = pytest.mark.story

HOST = "10.84.0.18"


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with house(scenario="small", policy="quorum = 1\nexpires_s = 3600", visibility_s=2.0, hosts=True) as built:
        yield Scene(built)


def conf(scene: Scene, host: str = HOST, process: str = "be") -> str:
    return (scene.house.directory / "hosts" / host / "starrocks" / process / "conf" / f"{process}.conf").read_text()


def limit(scene: Scene, host: str = HOST) -> str:
    found = re.findall(r"^mem_limit\s*=\s*(\S+)$", conf(scene, host), re.MULTILINE)
    assert len(found) == 1
    return str(found[0])


def starts(scene: Scene, host: str = HOST, process: str = "be") -> int:
    return sum(e["what"].startswith(f"{process} on {host} started") for e in scene.twin("events")["events"])


def approved(scene: Scene, command: str) -> str:
    ts = scene.ask(command)
    scene.press(ts, "approve")
    scene.told(ts, "Started")
    return ts


def test_two_backends_get_another_limit(scene: Scene) -> None:
    before = conf(scene)
    ts = approved(scene, f"/sr resize be {TARGET} 10.84.0.12:9050 mem_limit=50%")
    scene.told(ts, "Done in", 60)
    assert conf(scene) == before.replace("mem_limit=60%", "mem_limit=50%") and limit(scene, "10.84.0.12") == "50%"
    assert starts(scene) == starts(scene, "10.84.0.12") == 1
    assert any("which its process has read" in reply for reply in scene.thread(ts))
    scene.in_order(ts)


def test_a_frontend_runs_with_the_heap_that_was_asked_for(scene: Scene) -> None:
    ts = approved(scene, "/sr resize fe 10.84.0.19:9010 heap=1g")
    assert "its JVM was started with -Xmx1g" in scene.told(ts, "its JVM was started", 60)
    scene.told(ts, "Done in", 60)
    assert "-Xmx1g -XX:+UseG1GC" in conf(scene, "10.84.0.19", "fe")
    scene.in_order(ts)


def test_a_node_that_does_not_start_with_it_gets_the_old_value_back(scene: Scene) -> None:
    before = conf(scene)
    scene.fault("host_never_starts", host=HOST, process="be", on=True)
    ts = approved(scene, f"/sr resize be {TARGET} mem_limit=50%")
    scene.shows(ts, "a person must decide", 60)
    assert limit(scene) == "50%"
    scene.fault("host_never_starts", host=HOST, process="be", on=False)
    scene.press(ts, "abort", ALICE)
    ended = scene.told(ts, f"{TARGET} runs 3.3.3", 60)
    assert "Its conf file says mem_limit = 60%" in ended
    assert conf(scene) == before and TARGET in scene.alive()


def test_a_node_on_its_way_up_with_it_gets_the_old_value_back_and_another_restart(scene: Scene) -> None:
    before = conf(scene)
    scene.fault("host_slow_start", host=HOST, seconds=300.0)
    ts = approved(scene, f"/sr resize be {TARGET} mem_limit=50%")
    scene.told(ts, f"restart the BE on {HOST}", 40)
    scene.wait(lambda: starts(scene) == 1)
    scene.press(ts, "abort", ALICE)
    scene.told(ts, "Its conf file says mem_limit = 60%", 60)
    assert conf(scene) == before and starts(scene) == 2 and TARGET in scene.alive()
    scene.in_order(ts)


def test_a_worker_dies_right_after_it_began_the_edit(scene: Scene) -> None:
    scene.kill("worker-2")
    scene.kill("worker-1")
    scene.revive("worker-1", SR_FAIL="after_send:2")
    ts = approved(scene, f"/sr resize be {TARGET} mem_limit=50%")
    scene.wait(lambda: scene.house.processes["worker-1"].poll() is not None)
    scene.revive("worker-1")
    scene.told(ts, "Done in", 60)
    assert limit(scene) == "50%" and starts(scene) == 1
    scene.in_order(ts)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (f"/sr resize be {TARGET}", "How much is missing"),
        (f"/sr resize be {TARGET} mem_limit=lots", "is no amount of memory"),
        (f"/sr resize be {TARGET} heap=16g", "is no option of"),
        (f"/sr resize be {TARGET} storage_root_path=/data2", f"rebuild be {TARGET} path=/data2"),
        ("/sr resize fe 10.84.0.19:9010 heap=16", "is no amount of memory"),
        (f"/sr resize be {TARGET} mem_limit=60%", "there is nothing to do"),
    ],
)
def test_what_cannot_be_is_said_privately(scene: Scene, command: str, words: str) -> None:
    scene.type(command)
    scene.private(ALICE, words)
    assert scene.slack.cards() == []


def test_hosts_are_shown_to_whoever_asks(scene: Scene) -> None:
    file = scene.house.directory / "hosts" / HOST / "starrocks" / "be" / "conf" / "be.conf"
    file.write_text(conf(scene).replace("mem_limit=60%", "mem_limit=70%    # for now"))
    os.utime(file, (time.time() + 1, time.time() + 1))  # The process began a moment ago, too short a one to tell.
    scene.fault("host_unreachable", host="10.84.0.19", on=True)
    scene.type("/sr hosts")
    told = scene.private(ALICE, "Hosts of demo")
    assert re.search(rf"{TARGET} +up +3\.3\.3 +\S+ +\d+G", told), told
    assert re.search(r"10\.84\.0\.19:9050 +\? +\? +\?", told), told
    words = re.sub(r"\s+", " ", told)
    assert "mem_limit of BEs differs: 70% # for now on 10.84.0.18:9050; 60% on 3 others" in words
    assert "behind a value is part of the value: mem_limit of BE 10.84.0.18:9050" in words
    assert "was changed after the process began" in words
    assert "not-a-real-one" not in told and scene.slack.cards() == []


def test_the_host_of_a_new_node_is_looked_at_before_it_is_added(scene: Scene) -> None:
    scene.reset("before-join")
    new, home = "10.84.91.16:9050", scene.house.directory / "hosts" / "10.84.91.16" / "starrocks" / "be"
    (home / "conf" / "be.conf").write_text(conf(scene, "10.84.91.16").replace("mem_limit=60%", "mem_limit=40%"))
    card = scene.card(scene.ask(f"/sr add be {new}"))
    assert "mem_limit of BEs differs: 40% on 10.84.91.16:9050" in re.sub(r"\s+", " ", card)
    assert "Kerberos principal" in card and "Prepared like the others" not in card, "what was looked at is not asked of anybody"
    (home / "lib" / "VERSION").write_text("3.3.9-7b9fccd\n")
    scene.type(f"/sr check add be {new}")
    scene.private(ALICE, "3.3.9-7b9fccd lies on the disk of BE 10.84.91.16:9050")
