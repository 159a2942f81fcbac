"""The stall doctor on real processes: each cause arises in the middle of a drain, is named with what to do, and ends."""

from collections.abc import Iterator

import pytest

from tests.stories.scene import ALICE, BOB, TARGET, Scene
from workers.demo import house

pytestmark = pytest.mark.story

SPEED = 300.0
POLICY = "quorum = 1\nexpires_s = 3600"
Fault = dict[str, object]
CAUSES: dict[str, tuple[Fault, str, Fault | None]] = {
    "recycle bin": ({"name": "recycle_bin", "at": TARGET, "tablets": 40}, "recycle bin", None),
    "scheduler frozen": (
        {"name": "frozen_scheduler"},
        "tablet_sched_max_scheduling_tablets",
        {"name": "setting", "key": "tablet_sched_max_scheduling_tablets", "value": "10000"},
    ),
    "no room": ({"name": "no_room", "at": TARGET}, "soft limit", None),
    "long transaction": ({"name": "long_transaction", "age_s": 90000}, "transaction", {"name": "end_transactions"}),
    "schema change": ({"name": "alter_job", "seconds": 1500}, "schema change", None),
    "colocate": ({"name": "colocate_unstable", "seconds": 1500}, "olocate", None),
    "source unhealthy": ({"name": "source_unhealthy", "at": TARGET, "tablets": 30}, "no healthy replica", None),
    "storage medium": ({"name": "strict_medium", "at": TARGET, "tablets": 30}, "medium", None),
    "too many replicas": ({"name": "replicas_exceed", "replication": 5, "tablets": 10}, "replicas", None),
}


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with house(scenario="small", speed=SPEED, policy=POLICY, visibility_s=2.0) as built:
        yield Scene(built)


@pytest.mark.parametrize("cause", CAUSES)
def test_a_stall_is_named(scene: Scene, cause: str) -> None:
    fault, words, mended = CAUSES[cause]
    scene.twin("speed", {"factor": SPEED})
    scene.fault("drain_rate", factor=0.1)  # at this speed a drain may be over before its cause arises
    ts = scene.ask()
    scene.press(ts, "approve", BOB)
    scene.told(ts, "is leaving")
    scene.twin("fault", dict(fault))
    said = scene.told(ts, "🐌", 30)
    assert words in said, said
    scene.fault("drain_rate", factor=1.0)
    if mended is not None:
        scene.twin("fault", dict(mended))
        scene.told(ts, "Done in", 30)
        return
    scene.press(ts, "abort", ALICE)
    scene.shows(ts, "Undone")
