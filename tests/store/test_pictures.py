"""Drawing by a child process: a PNG as big as a phone wants it, or nothing, and never twice."""

import base64
import struct
import sys
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot.pictures import Drawn
from bot.queue import Mailbox
from policies.operation import OperationState
from policies.picture import Chart, Line, Look
from tests.policies.clusters import NOW, operation
from tests.policies.plans import plan_of
from workers import drawing, pictures, series
from workers.drawing import GAP, _name, _spaced
from workers.store import Store
from workers.wiring import Wiring

TARGET, OTHER = "10.84.0.18:9050", "10.84.91.16:9050"
PLAN = plan_of(TARGET)
DONE = operation(OperationState.DONE, started_at=NOW, ended_at=NOW + timedelta(hours=2)).with_(revision=1)


@pytest.fixture
def wired(mailbox: Mailbox, store: Store) -> Wiring:
    """A drain that has ended, and what was noted of it."""
    nobody: Any = SimpleNamespace()
    mailbox.redis.hset(mailbox.keys.operation(DONE.id), mapping={"record": DONE.model_dump_json()})
    mailbox.redis.set(mailbox.keys.plan(DONE.id, 1), PLAN.model_dump_json())
    for n in range(5):
        nodes = {TARGET: (400 - 100 * n, 4_000 - 1_000 * n), OTHER: (100 * n, 1_000 * n)}
        series.note(mailbox.redis, mailbox.keys, DONE.id, Look(at=NOW + timedelta(minutes=30 * n), nodes=nodes))
    return Wiring(settings=nobody, mailbox=mailbox, store=store, directory=nobody, clusters={})


def drawn(wiring: Wiring) -> Drawn:
    return Drawn.model_validate_json(wiring.mailbox.redis.get(wiring.mailbox.keys.picture(DONE.id)))


def test_a_picture_is_drawn_once(wired: Wiring) -> None:
    assert pictures.draw(wired, DONE.id).startswith("drew ")
    png = base64.b64decode(drawn(wired).png)
    assert png.startswith(b"\x89PNG") and struct.unpack(">II", png[16:24]) == (1080, 1320)
    assert f"{TARGET} drained in 2 h" in drawn(wired).alt and f"{OTHER} took 400 tablets" in drawn(wired).said
    assert not wired.mailbox.redis.exists(wired.mailbox.keys.series(DONE.id))
    assert pictures.draw(wired, DONE.id) == "drawn already"


@pytest.mark.parametrize("trouble", ["too slow", "no such program", "fails"])
def test_what_cannot_be_drawn_is_no_picture(
    wired: Wiring, trouble: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if trouble == "too slow":
        monkeypatch.setattr(pictures, "DRAWING_LIMIT_S", 0.01)
    elif trouble == "no such program":
        monkeypatch.setattr(sys, "executable", "/nowhere/python")
    else:
        monkeypatch.setattr(sys, "executable", "/bin/false")
    assert pictures.draw(wired, DONE.id).startswith("drew 0 bytes")
    assert drawn(wired) == Drawn() and "no picture" in caplog.text


def test_an_operation_that_nobody_noted_has_none(wired: Wiring) -> None:
    wired.mailbox.redis.delete(wired.mailbox.keys.series(DONE.id))
    assert "from 0 looks" in pictures.draw(wired, DONE.id)
    assert drawn(wired) == Drawn()


def test_without_matplotlib_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(node=TARGET, leaves=True, seconds=(0, 1), tablets=(1, 0), data_bytes=(1, 0))
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError):
        drawing.png(Chart(title="", said="", alt="", lines=(line,)))


def test_the_child_is_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, str] = {}

    def run(command: list[str], *, env: dict[str, str], **more: Any) -> Any:
        told.update(env)
        return SimpleNamespace(stdout=b"x")

    monkeypatch.setenv("SR_SLACK_BOT_TOKEN", "xoxb-secret")
    monkeypatch.setattr(pictures.subprocess, "run", run)
    assert pictures._png(Chart(title="", said="", alt="", lines=())) == b"x"
    assert "PATH" in told and not [name for name in told if name.startswith("SR_")]


@pytest.mark.parametrize(
    ("heights", "placed"),
    [
        ([0.0, 0.9, 0.5], [0.0, 0.9, 0.5]),
        ([0.5, 0.5], [0.5 - GAP / 2, 0.5 + GAP / 2]),
        ([0.0, 0.0, 0.0], [0.0, GAP, 2 * GAP]),
        ([0.9, 0.5, 0.52], [0.9, 0.51 - GAP / 2, 0.51 + GAP / 2]),
        ([0.5, 0.5 + GAP / 2, 0.5 + GAP], [0.5 - GAP / 2, 0.5 + GAP / 2, 0.5 + 3 * GAP / 2]),
    ],
)
def test_labels_keep_apart(heights: list[float], placed: list[float]) -> None:
    assert _spaced(heights) == pytest.approx(placed)


@pytest.mark.parametrize(
    ("node", "name"),
    [
        ("10.84.0.18:9050", "10.84.0.18"),
        ("be-7.prod.internal:9050", "be-7"),
        ("a-backend-with-a-name:9050", "a-backend-with…"),
    ],
)
def test_names_fit(node: str, name: str) -> None:
    assert _name(node) == name
