"""A move is aborted, or loses its workers, at each of its stages: what is told is what is left (P4, P7, P8)."""

from functools import partial

import pytest

from tests.stories.scene import BOB, TARGET, Scene

pytestmark = pytest.mark.story

NEW_HOST, OLD_FE = "10.84.91.20", "10.84.0.19:9010"
NEW, NEW_FE = f"{NEW_HOST}:9050", f"{NEW_HOST}:9010"
MOVE = f"/sr migrate {TARGET} {OLD_FE} to {NEW} {NEW_FE} slots=16"
NAME = "tablet_sched_slot_num_per_path"


def frontends(scene: Scene) -> set[str]:
    return {f"{fe['host']}:9010" for fe in scene.twin("state")["frontends"]}


def begun(scene: Scene) -> str:
    ts = scene.ask(MOVE)
    scene.press(ts, "approve")
    return ts


def aborted(scene: Scene, ts: str) -> str:
    """The last words; what was lent is back, whatever the stage."""
    scene.wait(lambda: "sr.op.abort" in scene.buttons(ts))
    scene.press(ts, "abort", BOB)
    said = scene.told(ts, f"`{NAME}` is 8 again", 40)
    assert scene.twin("state")["settings"].get(NAME, "8") == "8"
    assert scene.unknown() == []
    scene.in_order(ts)
    return said


def test_aborted_while_the_new_backend_is_not_up(scene: Scene) -> None:
    scene.fault("host_process", host=NEW_HOST, running=False)
    ts = begun(scene)
    scene.wait(lambda: NEW in scene.listed())
    assert f"Undone: {NEW} is not in the cluster." in aborted(scene, ts)
    assert NEW not in scene.listed() and TARGET in scene.listed() and OLD_FE in frontends(scene)


def test_aborted_while_the_old_backend_drains(scene: Scene) -> None:
    scene.fault("drain_rate", factor=0.1)
    ts = begun(scene)
    scene.told(ts, f"{TARGET} is leaving", 40)
    assert f"Undone: {TARGET} stays in the cluster." in aborted(scene, ts)
    assert {NEW, TARGET} <= set(scene.listed()) and NEW_FE not in frontends(scene)


def test_aborted_while_the_new_frontend_is_not_up(scene: Scene) -> None:
    scene.fault("host", host=NEW_HOST, process="fe", running=False)
    ts = begun(scene)
    scene.wait(lambda: NEW_FE in frontends(scene), 60)
    said = aborted(scene, ts)
    assert f"Undone: {NEW_FE} is not in the cluster." in said and f"{TARGET} has left the cluster for good" in said
    assert NEW_FE not in frontends(scene) and OLD_FE in frontends(scene)


def test_aborted_when_only_a_process_is_left_to_stop(scene: Scene) -> None:
    ts = begun(scene)
    scene.told(ts, "Please stop the frontend process on 10.84.0.19", 60)
    said = aborted(scene, ts)
    assert TARGET in said and OLD_FE in said and "left the cluster for good" in said
    assert OLD_FE not in frontends(scene) and NEW_FE in frontends(scene)


def test_the_workers_die_at_every_step(scene: Scene) -> None:
    """Killed after every word in the thread; each statement is sent once all the same."""
    ts = begun(scene)
    told: list[str] = []

    def news(heard: int) -> list[str]:
        said = scene.thread(ts)
        return said if len(said) > heard else []

    while not any("Done in" in reply for reply in told):
        told = scene.wait(partial(news, len(told)), 60)
        if "Please stop the frontend process" in told[-1]:
            scene.fault("fe_down", fe="10.84.0.19")
        for name in ("worker-1", "worker-2"):
            scene.kill(name)
        scene.mend()
    assert (NEW in scene.listed(), TARGET in scene.listed()) == (True, False)
    assert NEW_FE in frontends(scene) and OLD_FE not in frontends(scene)
    assert scene.sent() == [
        f'ADMIN SET FRONTEND CONFIG ("{NAME}" = "16")',
        f'ALTER SYSTEM ADD BACKEND "{NEW}"',
        f'ALTER SYSTEM DECOMMISSION BACKEND "{TARGET}"',
        f'ALTER SYSTEM ADD FOLLOWER "{NEW_FE}"',
        f'ALTER SYSTEM DROP FOLLOWER "{OLD_FE}"',
        f'ADMIN SET FRONTEND CONFIG ("{NAME}" = "8")',
    ]
    scene.in_order(ts)
