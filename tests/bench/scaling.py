"""Planning on large clusters: from the command to its card, and what a worker needs in memory for it."""

import time
from pathlib import Path

from tests.stories.scene import Scene
from workers.demo import house

SIZES = {"100": "big-100", "1000": "big-1000"}


def run() -> dict[str, float]:
    results: dict[str, float] = {}
    for size, scenario in SIZES.items():
        with house(scenario=scenario, policy="quorum = 1\nexpires_s = 3600", workers=1) as built:
            scene = Scene(built)
            target = scene.twin("state")["backends"][0]["address"]
            began = time.monotonic()
            scene.type(f"/sr decommission be {target}")
            scene.wait(scene.slack.cards, 120)
            results[f"plan_{size}_be_s"] = time.monotonic() - began
            results[f"plan_{size}_be_worker_mb"] = _peak_mb(built.processes["worker-1"].pid)
    return results


def _peak_mb(pid: int) -> float:
    """The most that the process ever held."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no VmHWM for {pid}")
