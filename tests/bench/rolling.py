"""Nodes restarted, or upgraded, one by one over SSH: the operation's time beside the time that the nodes themselves took.

A node's own time: from its process being told to stop (for an upgrade: from the beginning of the job that exchanges the files)
until the frontends' next heartbeat finds it again. All else is idle: looks that come late, statements, logins, turns; `idle_…_s`
says how much of it ended in what, in the cluster's seconds for each node. A twin that runs N times faster than the clock counts
each second of this machine N times, and a real cluster does not; so the goal is for `rolling-1x`, at the speed of the clock.
"""

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from bot.queue import Mailbox
from policies.operation import Operation
from tests.stories.scene import BOB, Scene
from workers.audit import AuditEntry, rows
from workers.demo import house
from workers.twin.model.nodes import HEARTBEAT_S

NEW = "3.3.9"
STARTS_S = {"be": (60.0, 120.0), "fe": (60.0, 60.0)}
"""Cluster seconds from the start of a process until it serves, least and most."""
PATIENCE_S = 400.0
"""Cluster seconds for each node, before the bench gives up."""
PLANNED_WITHIN_S = 180.0
TURNS = ("ADD BACKEND BLACKLIST", "restart", "install")
"""How the intent of a node's turn begins."""


def run() -> dict[str, float]:
    """Five backends and three frontends at four times the clock: four minutes."""
    return _both("rolling-8", 4.0, "rolling")


def at_the_clock() -> dict[str, float]:
    """The same at the speed of the clock: a quarter of an hour."""
    return _both("rolling-8", 1.0, "rolling_1x")


def fifty() -> dict[str, float]:
    """47 backends and three frontends at twice the clock: three quarters of an hour."""
    return _both("rolling-50", 2.0, "rolling_50")


def _both(scenario: str, speed: float, name: str) -> dict[str, float]:
    """Both operations at the same time, each with a house of its own."""
    with ThreadPoolExecutor(2) as threads:
        restart = threads.submit(_measured, scenario, speed, "/sr restart all")
        upgrade = threads.submit(_measured, scenario, speed, f"/sr upgrade to {NEW}")
        parts = {"restart": restart.result(), "upgrade": upgrade.result()}
    return {f"{name}_{way}_{key}": value for way, part in parts.items() for key, value in part.items()}


def _slowed(scene: Scene) -> Iterator[tuple[str, float]]:
    """Each host gets a start of its own length, spread evenly."""
    state = scene.twin("state")
    backends = sorted({backend["address"].split(":")[0] for backend in state["backends"]})
    for process, hosts in (("be", backends), ("fe", [frontend["host"] for frontend in state["frontends"]])):
        least, most = STARTS_S[process]
        for number, host in enumerate(hosts):
            seconds = least + (most - least) * number / max(1, len(hosts) - 1)
            scene.fault("host_slow_start", host=host, seconds=seconds, process=process)
            yield f"{process} on {host}", seconds


def _measured(scenario: str, speed: float, command: str) -> dict[str, float]:
    with house(scenario=scenario, speed=speed, policy="quorum = 1\nexpires_s = 3600", hosts=True, packages=(NEW,)) as built:
        return _rolled(Scene(built), speed, command)


def _rolled(scene: Scene, speed: float, command: str) -> dict[str, float]:
    """Ratio without units, staging in seconds of the clock (copying knows no speed); for each node: logins over SSH, scripts and
    file transfers over SSH, SQL statements.
    """
    starts = dict(_slowed(scene))
    limit_s = PATIENCE_S * len(starts) / speed
    ts = asked(scene, command)
    before = scene.twin("state")
    scene.press(ts, "approve", BOB)
    if "upgrade" in command:
        scene.told(ts, "Look at its log", limit_s)
        scene.wait(lambda: "sr.op.resume" in scene.buttons(ts), limit_s)
        scene.press(ts, "resume", BOB)
    scene.told(ts, "Done in", limit_s)
    after = scene.twin("state")
    operation = Mailbox(scene.house.redis_url, timeout_s=5).recent(1)[0]
    clock = _Clock(after, scene.twin("log")["statements"][-1])
    begun = {process: at for process in starts if (at := _exchange_began(scene, process, operation, clock)) is not None}
    spans = own_spans(scene.twin("events")["events"], starts, begun)
    assert len(spans) == len(starts), sorted(spans)
    own = own_times(spans)
    # The clock copies the audit once a second.
    told = scene.wait(lambda: entries if (entries := _told(scene, operation))[-1].what == "done" else [])
    assert operation.started_at is not None and operation.ended_at is not None
    began = first_turn(told)
    took = operation.ended_at - began - looked_at(told)
    idle = between(told, list(spans.values()), clock.at_wall)
    staging = {"staging_s": (began - operation.started_at).total_seconds()} if "upgrade" in command else {}
    return {
        **staging,
        **{f"idle_{what}_s": seconds / len(own) for what, seconds in idle.items()},
        "ratio": took.total_seconds() * speed / sum(own.values()),
        "logins_per_node": (_over_ssh(after, "logins") - _over_ssh(before, "logins")) / len(own),
        "ssh_commands_per_node": (_over_ssh(after, "commands") - _over_ssh(before, "commands")) / len(own),
        "statements_per_node": (after["statements"] - before["statements"]) / len(own),
    }


def asked(scene: Scene, command: str) -> str:
    """The card's ts; a plan for fifty hosts looks at each of them over SSH, which a busy machine takes its time for."""
    scene.type(command)
    return str(scene.wait(lambda: (scene.slack.cards() or [{}])[0].get("ts", ""), PLANNED_WITHIN_S))


def _told(scene: Scene, operation: Operation) -> list[AuditEntry]:
    return [entry for entry in rows(scene.house.directory / "audit.sqlite3") if entry.operation == operation.id]


class _Clock:
    """Wall time as simulated seconds, by one statement whose both times are known."""

    def __init__(self, state: dict[str, Any], statement: dict[str, Any]) -> None:
        self._at = statement["at"] - datetime.fromisoformat(statement["wall"]).timestamp() * state["speed"]
        self._speed = state["speed"]

    def cluster(self, at: float) -> float:
        return self._at + at * self._speed

    def at_wall(self, at: datetime) -> float:
        return self.cluster(at.timestamp())


def own_spans(
    events: list[dict[str, Any]], starts: dict[str, float], begun: dict[str, float]
) -> dict[str, tuple[float, float]]:
    """From when to when in cluster seconds, by process ("be on HOST"), from what became of it; `begun`: when the job began that
    exchanged its files.
    """
    stopped: dict[str, float] = {}
    own: dict[str, tuple[float, float]] = {}
    for event in events:
        process, what = " ".join(event["what"].split()[:3]), event["what"].split()[3:4]
        if process not in starts:
            continue
        if what in (["was"], ["ended"]):
            stopped.setdefault(process, event["at"])
        else:
            serves = event["at"] + starts[process]
            seen = (math.floor(serves / HEARTBEAT_S) + 1) * HEARTBEAT_S
            own[process] = (min(stopped[process], begun.get(process, stopped[process])), seen)
    return own


def own_times(spans: dict[str, tuple[float, float]]) -> dict[str, float]:
    return {process: to - since for process, (since, to) in spans.items()}


IDLE = {
    "has restarted": "seeing_it", "BLACKLIST": "blacklist", "on the blacklist": "blacklist", "answers a query": "question",
    "at rest": "rest", "restart the": "intent", "install": "intent",
}  # fmt: skip


def between(told: list[AuditEntry], spans: list[tuple[float, float]], cluster: Callable[[datetime], float]) -> dict[str, float]:
    """Cluster seconds in which no node was on its way, by what they ended in; `beginning`: from the intent to the signal."""
    spans = sorted(spans)
    marks = [(cluster(entry.at), _idle(entry)) for entry in told]
    found: dict[str, float] = {}
    for (_, since), (to, _) in pairwise([(0.0, cluster(first_turn(told))), *spans, (marks[-1][0], 0.0)]):
        for at, what in [*(mark for mark in marks if since < mark[0] < to), (to, "beginning" if to != marks[-1][0] else "end")]:
            found[what] = found.get(what, 0.0) + at - since
            since = at
    found.pop("people", None)
    return found


def _idle(entry: AuditEntry) -> str:
    if entry.what == "resumed":
        return "people"
    words = f"{entry.statement} {entry.sentence}"
    return next((what for mark, what in IDLE.items() if mark in words), "other")


def _exchange_began(scene: Scene, process: str, operation: Operation, clock: _Clock) -> float | None:
    """In the cluster's time; None if the operation exchanged no files."""
    jobs = scene.house.directory / "hosts" / process.split()[-1] / ".sr" / "jobs"
    port = {"be": 9050, "fe": 9010}[process[:2]]
    swaps = jobs.glob(f"*/{operation.id.lower()}-swap*-{port}-*/begun")
    return min((clock.cluster(path.stat().st_mtime) for path in swaps), default=None)


def first_turn(told: list[AuditEntry]) -> datetime:
    """When the first node's turn came: before that, an upgrade stages packages, freezes the balancer and saves the metadata."""
    first = next(number for number, entry in enumerate(told) if entry.what == "intent" and entry.statement.startswith(TURNS))
    return next(entry.at for entry in reversed(told[:first]) if entry.what in ("started", "step_done"))


def looked_at(told: list[AuditEntry]) -> timedelta:
    """How long people looked at the canary."""
    at = {entry.what: entry.at for entry in told if entry.what in ("paused", "resumed")}
    return at["resumed"] - at["paused"] if at else timedelta()


def _over_ssh(state: dict[str, Any], what: str) -> int:
    return sum(host[what] for host in state["hosts"].values())
