"""The acknowledgement of a slash command, 50 at once: beside an app that does nothing, and while Redis is down."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from tests.bench.goals import quantile
from tests.stories.scene import ALICE, Scene
from workers.demo import house

AT_ONCE, ROUNDS, BURSTS = 50, 5, 6
COMMAND = "/sr show sr-aaaaaaaa"
"""It reads Redis, and leaves nothing behind that would weigh on the next round."""


def run() -> dict[str, float]:
    """Rounds of both apps take turns in one run, on the same playground.

    The p99 is that of a burst of 50, the median of many bursts: on a shared machine one burst in ten, of either app, meets
    something else that runs, and the slowest hundredth of all would measure only that.
    """
    ours: list[float] = []
    bare: list[float] = []
    with house(scenario="small") as built:
        scene = Scene(built)
        _burst(scene)
        for _ in range(ROUNDS):
            ours += [quantile(_burst(scene), 0.99) for _ in range(BURSTS)]
            scene.kill("bot")
            built.launch("bare", "tests.bench.bare_app")
            _connected(built.directory / "bare.log")
            _burst(scene)
            bare += [quantile(_burst(scene), 0.99) for _ in range(BURSTS)]
            scene.kill("bare")
            (built.directory / "bare.log").unlink()
            scene.revive("bot")
            _burst(scene)
        assert built.valkey is not None
        built.valkey.kill()
        down = _burst(scene)
    return {
        "ack_p99_ratio": median(ours) / median(bare),
        "ack_p99_ms_redis_down": quantile(down, 0.99),
    }


def _burst(scene: Scene) -> list[float]:
    """Milliseconds from the command to its acknowledgement, as the playground saw them."""
    with ThreadPoolExecutor(AT_ONCE) as people:
        answers = list(people.map(lambda _: scene.slack.command(ALICE, COMMAND), range(AT_ONCE)))
    return [float(answer["ack_ms"]) for answer in answers]


def _connected(log: Path) -> None:
    deadline = time.monotonic() + 20
    while not (log.exists() and b"connected" in log.read_bytes()):
        if time.monotonic() > deadline:
            raise RuntimeError("the bare app did not connect")
        time.sleep(0.05)
