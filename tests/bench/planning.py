"""From a command to its plan, and from the last approval to the first statement, on mission 000's cluster."""

import time
from datetime import datetime

from tests.bench.goals import quantile
from tests.stories.scene import ALICE, BOB, TARGET, Scene
from workers.demo import house

REQUESTS, STARTS = 10, 5


def run() -> dict[str, float]:
    plans, starts = [], []
    with house(scenario="mission000", policy="quorum = 1\nexpires_s = 3600") as built:
        scene = Scene(built)
        for number in range(REQUESTS + STARTS):
            began = time.monotonic()
            scene.type(f"/sr decommission be {TARGET}")
            ts = str(scene.wait(lambda: (scene.slack.cards()[number:] or [None])[0])["ts"])  # noqa: B023
            plans.append(time.monotonic() - began)
            if number < REQUESTS:
                scene.press(ts, "cancel", ALICE)
                continue
            clicked = time.time()
            scene.press(ts, "approve", BOB)
            scene.told(ts, "is leaving", 60)
            starts.append(_first_statement(scene) - clicked)
            scene.press(ts, "abort", ALICE)
            scene.shows(ts, "Undone", 60)
    return {"plan_p95_s": quantile(plans, 0.95), "approve_to_first_statement_s": quantile(starts, 0.5)}


def _first_statement(scene: Scene) -> float:
    """Wall time of the newest DECOMMISSION in the twin's log."""
    sent = [s for s in scene.twin("effects")["statements"] if "DECOMMISSION BACKEND" in s["sql"] and "CANCEL" not in s["sql"]]
    return datetime.fromisoformat(sent[-1]["wall"]).timestamp()
