"""The doctor: one line for each thing that an installation needs."""

import subprocess
import sys

import pytest

from tests.stories.scene import TARGET, Scene
from workers.demo import house

pytestmark = pytest.mark.story


def examined(scene: Scene, **environment: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "workers.doctor"],
        env={**scene.house.environment, **environment}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout


def test_a_healthy_house(scene: Scene) -> None:
    code, said = examined(scene)
    assert code == 0, said
    assert [line.split(":")[0] for line in said.splitlines()] == [
        "ok   settings", "ok   redis", "ok   slack", "ok   cluster demo", "ok   audit",
    ]  # fmt: skip


def test_what_is_wrong_is_named(scene: Scene) -> None:
    code, said = examined(scene, SR_PASSWORDS__DEMO="h4rmless-guess", SR_SLACK_BOT_TOKEN="xoxb-h4rmless-guess", REDIS_URL="redis://127.0.0.1:1/0")
    assert code == 1
    wrong = [line.split(":")[0] for line in said.splitlines() if line.startswith("FIX")]
    assert wrong == ["FIX  redis", "FIX  slack", "FIX  cluster demo"]
    assert "h4rmless" not in said, "no secret is printed"


def test_every_host_can_be_entered() -> None:
    with house(scenario="small", policy="quorum = 1", hosts=True) as built:
        scene = Scene(built)
        code, said = examined(scene)
        assert code == 0 and "ok   hosts of demo: " in said, said
        scene.fault("host_unreachable", host="10.84.0.18", on=True)
        code, said = examined(scene)
        assert code == 1 and f"FIX  hosts of demo: {TARGET}: 10.84.0.18" in said, said
