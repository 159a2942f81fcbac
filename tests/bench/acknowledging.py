"""The acknowledgement of a slash command, 50 at once: beside an app that does nothing, and while Redis is down."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from statistics import median

from tests.bench.goals import quantile
from tests.stories.scene import ALICE, TARGET, Scene
from workers.demo import house

AT_ONCE, ROUNDS, BURSTS = 50, 5, 6
COMMAND = "/sr show sr-aaaaaaaa"
"""It reads Redis, and leaves nothing behind that would weigh on the next round: the lightest command there is."""
REQUEST = f"/sr decommission be {TARGET}"
"""It is recorded and a worker is woken: the command that the bot is for."""


def run() -> dict[str, float]:
    """Rounds of both apps take turns in one run, on the same playground.

    The p99 is that of a burst of 50, the median of many bursts: on a shared machine one burst in ten, of either app, meets
    something else that runs, and the slowest hundredth of all would measure only that.
    """
    ours: list[list[float]] = []
    bare: list[list[float]] = []
    with house(scenario="small") as built:
        scene = Scene(built)
        _burst(scene)
        for _ in range(ROUNDS):
            ours += [_burst(scene) for _ in range(BURSTS)]
            scene.kill("bot")
            built.launch("bare", "tests.bench.bare_app")
            _connected(built.directory / "bare.log")
            _burst(scene)
            bare += [_burst(scene) for _ in range(BURSTS)]
            scene.kill("bare")
            (built.directory / "bare.log").unlink()
            scene.revive("bot")
            _burst(scene)
        requests = _requests(scene)
        assert built.valkey is not None
        os.kill(built.valkey.pid, signal.SIGSTOP)
        try:
            hung = _burst(scene)
        finally:
            os.kill(built.valkey.pid, signal.SIGCONT)
        built.valkey.kill()
        down = _burst(scene)
    return {
        "ack_p99_ratio": _p99(ours) / _p99(bare),
        "ack_p99_ratio_pooled": quantile([*chain(*ours)], 0.99) / quantile([*chain(*bare)], 0.99),
        "ack_p99_ratio_request": _p99(requests) / _p99(bare),
        "ack_p99_ms_redis_down": quantile(down, 0.99),
        "ack_p99_ms_redis_hung": quantile(hung, 0.99),
    }


def _p99(bursts: list[list[float]]) -> float:
    return median(quantile(burst, 0.99) for burst in bursts)


def _requests(scene: Scene) -> list[list[float]]:
    """Bursts that record requests; nobody works on them meanwhile, so that only the acknowledgement is measured."""
    for name in ("clock", "notifier", "worker-1", "worker-2"):
        scene.kill(name)
    return [_burst(scene, REQUEST) for _ in range(2 * BURSTS)]


def _burst(scene: Scene, command: str = COMMAND) -> list[float]:
    """Milliseconds from the command to its acknowledgement, as the playground saw them."""
    with ThreadPoolExecutor(AT_ONCE) as people:
        answers = list(people.map(lambda _: scene.slack.command(ALICE, command), range(AT_ONCE)))
    return [float(answer["ack_ms"]) for answer in answers]


def _connected(log: Path) -> None:
    deadline = time.monotonic() + 20
    while not (log.exists() and b"connected" in log.read_bytes()):
        if time.monotonic() > deadline:
            raise RuntimeError("the bare app did not connect")
        time.sleep(0.05)
