"""A package staged on several hosts at a time: each host is begun once, one that fails is told by name, nothing that runs is touched."""

from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest

from tests.stories.scene import ALICE, Scene
from workers.demo import house

pytestmark = pytest.mark.story

NEW, FAN_OUT = "3.3.9", 3
HOSTS = ["10.84.0.12", "10.84.0.18", "10.84.0.19", "10.84.91.16", "10.84.91.18"]
ALONE = "10.84.0.18"
"""Has a backend and no frontend, so one job."""
VERIFIED = "3.3.9 is unpacked and verified for all 9 nodes"
SLOW = "/bin/sleep 0.7"
HELD = "while [ ! -e go ]; do /bin/sleep 0.05; done"
"""A job is in the directory of its host's account."""


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with house(
        scenario="small", speed=50.0, policy="quorum = 1\nexpires_s = 3600", visibility_s=2.0, hosts=True, packages=(NEW,),
        host_lines=f"stage_fan_out = {FAN_OUT}",
    ) as built:  # fmt: skip
        yield Scene(built)


def host(scene: Scene, name: str) -> Path:
    return scene.house.directory / "hosts" / name


def jobs(scene: Scene) -> list[Path]:
    """Every staging job that was begun on any host."""
    return [path for name in HOSTS for path in (host(scene, name) / ".sr" / "jobs").glob("*/*-stage-*") if (path / "begun").exists()]


def spans(scene: Scene) -> list[tuple[float, float]]:
    """When each job began and when it ended, by the host's own files."""
    return [((job / "begun").stat().st_mtime, (job / "rc").stat().st_mtime) for job in jobs(scene)]


def most_at_once(times: list[tuple[float, float]]) -> int:
    return max(sum(began <= at < ended for began, ended in times) for at, _ in times)


def unpacking(scene: Scene, takes: str) -> None:
    """What a job does first with the archive takes its time on every host."""
    program = f'#!/bin/sh\ncase $(readlink /proc/$$/fd/0) in *.tar.gz) {takes} ;; esac\nexec {which("sha256sum")} "$@"\n'
    for name in HOSTS:
        stub = host(scene, name) / ".stubs" / "sha256sum"
        stub.write_text(program)
        stub.chmod(0o755)


def let_go(scene: Scene) -> None:
    for name in HOSTS:
        (host(scene, name) / "go").touch()


def approved(scene: Scene) -> str:
    ts = scene.ask(f"/sr upgrade to {NEW}")
    assert "on 5 hosts, 3 at a time" in scene.card(ts)
    scene.press(ts, "approve")
    return ts


def once_each(scene: Scene) -> None:
    """Nine nodes on five hosts: nine jobs, whatever was cut or killed, and never more at a time than the settings say."""
    assert len(jobs(scene)) == 9, sorted(map(str, jobs(scene)))
    assert all((job / "rc").read_text().strip() == "0" for job in jobs(scene))
    assert 1 < most_at_once(spans(scene)) <= FAN_OUT, spans(scene)


def test_hosts_stage_at_the_same_time_and_never_more_than_the_settings_say(scene: Scene) -> None:
    unpacking(scene, HELD)
    ts = approved(scene)
    assert "; the others follow" in scene.told(ts, "The job has begun on", 20)
    scene.shows(ts, "0 of 9 verified, 3 under way")
    assert len(jobs(scene)) == FAN_OUT
    let_go(scene)
    scene.told(ts, VERIFIED, 40)
    once_each(scene)
    assert most_at_once(spans(scene)) == FAN_OUT
    assert len([reply for reply in scene.thread(ts) if "The job has begun on" in reply and "unpack" in reply]) == 1
    scene.in_order(ts)


def test_a_wrong_package_on_one_host(scene: Scene) -> None:
    """An archive of the right size is there already, and is something else."""
    package = next((scene.house.directory / "hosts").rglob(f"packages/StarRocks-{NEW}.tar.gz"))
    (host(scene, ALONE) / "stage" / package.name).write_bytes(bytes(package.stat().st_size))
    ts = approved(scene)
    halted = scene.told(ts, "Staging of 3.3.9 failed", 60)
    assert "for 1 of 9 nodes" in halted and f"BE on {ALONE}: " in halted and "not what its checksum says" in halted
    scene.shows(ts, "8 of 9 verified, 1 failed")
    before = len(jobs(scene))
    scene.press(ts, "retry", ALICE)
    scene.told(ts, VERIFIED, 40)
    assert len(jobs(scene)) == before + 1, "only where it had failed"
    scene.told(ts, "is the first node that runs 3.3.9", 60)
    scene.press(ts, "abort", ALICE)
    scene.told(ts, "Restored", 60)
    scene.in_order(ts)


def test_a_disk_that_is_full_on_one_host(scene: Scene) -> None:
    ts = scene.ask(f"/sr upgrade to {NEW}")
    scene.fault("host_disk_full", host=ALONE, on=True)
    scene.press(ts, "approve")
    halted = scene.told(ts, "Staging of 3.3.9 failed", 60)
    assert f"BE on {ALONE}: " in halted and "MiB" in halted
    scene.shows(ts, "8 of 9 verified, 1 failed")
    assert len(jobs(scene)) == 8
    scene.fault("host_disk_full", host=ALONE, on=False)
    scene.press(ts, "retry", ALICE)
    scene.told(ts, VERIFIED, 60)
    once_each(scene)


@pytest.mark.parametrize("after", ["before_exec", "after_exec"])
def test_links_are_cut_again_and_again(scene: Scene, after: str) -> None:
    unpacking(scene, SLOW)
    for name in (HOSTS[0], HOSTS[3]):
        scene.fault("host_cut", host=name, after=after, matching="sr-begun", times=2)
        scene.fault("host_cut", host=name, after=after, matching="sftp", times=1)
    ts = approved(scene)
    scene.told(ts, VERIFIED, 60)
    once_each(scene)
    scene.in_order(ts)


@pytest.mark.parametrize("failpoint", ["after_intent", "after_send:2", "before_acted_commit"])
def test_a_worker_dies_while_several_stage(scene: Scene, failpoint: str) -> None:
    unpacking(scene, SLOW)
    scene.kill("worker-2")
    scene.kill("worker-1")
    scene.revive("worker-1", SR_FAIL=failpoint)
    ts = approved(scene)
    scene.wait(lambda: scene.house.processes["worker-1"].poll() is not None)
    scene.revive("worker-1")
    scene.told(ts, VERIFIED, 60)
    once_each(scene)
    scene.in_order(ts)


def test_an_abort_leaves_what_runs_to_its_end(scene: Scene) -> None:
    unpacking(scene, HELD)
    ts = approved(scene)
    scene.told(ts, "The job has begun on", 20)
    scene.press(ts, "abort", ALICE)
    scene.told(ts, "Nothing that runs was touched", 40)
    assert len(jobs(scene)) == FAN_OUT and not any((job / "rc").exists() for job in jobs(scene))
    let_go(scene)
    scene.wait(lambda: all((job / "rc").exists() for job in jobs(scene)))
    assert len(jobs(scene)) == FAN_OUT and scene.sent() == []
