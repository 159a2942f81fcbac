"""All workers killed at once in the middle of a drain, and started again as a supervisor does: when is it looked at next?"""

import time

from bot.queue import Mailbox
from tests.stories.scene import BOB, TARGET, Scene
from workers.demo import house

KILLS = 3


def run() -> dict[str, float]:
    """With the default visibility timeout of 30 s; the worst of a few kills, each in the middle of a turn."""
    worst = 0.0
    with house(scenario="mission000", speed=20.0, policy="quorum = 1\nexpires_s = 3600") as built:
        scene = Scene(built)
        ts = scene.ask(f"/sr decommission be {TARGET}")
        scene.press(ts, "approve", BOB)
        scene.told(ts, "is leaving", 60)
        mailbox = Mailbox(built.redis_url, timeout_s=5)
        key = mailbox.keys.operation(mailbox.live()[0].id)
        for _ in range(KILLS):
            _claimed(mailbox, key)
            for name in ("worker-1", "worker-2"):
                scene.kill(name)
            seq, killed = mailbox.redis.hget(key, "seq"), time.monotonic()
            for name in ("worker-1", "worker-2"):
                scene.revive(name)
            scene.wait(lambda: mailbox.redis.hget(key, "seq") != seq, 60)  # noqa: B023
            worst = max(worst, time.monotonic() - killed)
    return {"recovery_s": worst}


def _claimed(mailbox: Mailbox, key: str) -> None:
    """Wait until a turn is under way: the fence rises at its beginning."""
    fence, deadline = mailbox.redis.hget(key, "fence"), time.monotonic() + 60
    while mailbox.redis.hget(key, "fence") == fence and time.monotonic() < deadline:
        time.sleep(0.001)
