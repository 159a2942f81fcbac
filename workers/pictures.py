"""A picture for the thread: drawn by a process of its own, laid where the notifier finds it.

Drawing takes a second and 70 MB that Python never gives back; a child process keeps both out of the workers, and what goes
wrong there too. The picture is a courtesy: whatever fails, the key then holds nothing and the notifier goes on without.
"""

import base64
import logging
import os
import subprocess
import sys

from bot.pictures import KEPT_S, Drawn
from policies.picture import Chart, chart
from workers import series
from workers.wiring import Wiring

log = logging.getLogger(__name__)

DRAWING_LIMIT_S = 60.0
"""Matplotlib's very first start looks through all fonts of the machine."""
PASSED_ON = ("PATH", "HOME", "LANG", "PYTHONPATH", "TMPDIR", "MPLCONFIGDIR")
"""All that the child is told: it needs no secret."""


def draw(wiring: Wiring, operation: str) -> str:
    """Draw the picture of an operation that has ended, once. Raises RedisError."""
    redis, keys = wiring.mailbox.redis, wiring.mailbox.keys
    if redis.exists(keys.picture(operation)):
        return "drawn already"
    snapshot = wiring.mailbox.snapshot(operation)
    plan = snapshot.plan if snapshot else None
    seen = series.looks(redis, keys, operation)
    drawn = chart(plan, snapshot.operation, seen) if snapshot and plan else None
    png = _png(drawn) if drawn else b""
    answer = Drawn(said=drawn.said, alt=drawn.alt, png=base64.b64encode(png).decode()) if drawn and png else Drawn()
    redis.set(keys.picture(operation), answer.model_dump_json(), ex=KEPT_S)
    redis.delete(keys.series(operation))
    wiring.mailbox.wake_notifier(f"op:{operation}")
    return f"drew {len(png)} bytes from {len(seen)} looks"


def _png(drawn: Chart) -> bytes:
    """The PNG, or nothing and a line in the log."""
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "workers.drawing"],
            input=drawn.model_dump_json().encode(), capture_output=True, timeout=DRAWING_LIMIT_S, env=environment, check=True,
        )  # fmt: skip
    except subprocess.CalledProcessError as error:
        log.warning("no picture: %s", error.stderr.decode(errors="replace").strip().rpartition("\n")[2])
    except (OSError, subprocess.TimeoutExpired) as error:
        log.warning("no picture: %s", error)
    else:
        return done.stdout
    return b""
