"""An operation's time beside the cluster's own, and how many statements the frontends answer while it is watched."""

from datetime import datetime

from bot.queue import Mailbox
from tests.stories.scene import BOB, TARGET, Scene
from workers.demo import house

SPEED = 60.0


def run() -> dict[str, float]:
    with house(scenario="mission000", speed=SPEED, policy="quorum = 1\nexpires_s = 3600") as built:
        scene = Scene(built)
        ts = scene.ask(f"/sr decommission be {TARGET}")
        scene.press(ts, "approve", BOB)
        scene.told(ts, "Done in", 400)
        operation = Mailbox(built.redis_url, timeout_s=5).recent(1)[0]
        log = scene.twin("log")["statements"]
        events = scene.twin("events")["events"]
    assert operation.started_at is not None and operation.ended_at is not None
    ours = (operation.ended_at - operation.started_at).total_seconds() * SPEED
    sent = next(s for s in log if "DECOMMISSION BACKEND" in s["sql"])
    gone = next(event["at"] for event in events if "removed by the frontend" in event["what"])
    theirs = gone - sent["at"]
    ended = operation.ended_at.timestamp()
    watching = [s for s in log if sent["id"] < s["id"] and datetime.fromisoformat(s["wall"]).timestamp() < ended]
    return {"drain_time_ratio": ours / theirs, "fe_statements_per_minute": len(watching) / (theirs / 60)}
