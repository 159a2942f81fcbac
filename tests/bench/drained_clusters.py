"""Clusters made up by chance, drained in the twin in virtual time, and what a worker would have seen of each drain.

A cluster has tables of many sizes, a pace of its own and several drains one after the other, so that each has the earlier
ones to learn from. Two drains in five run undisturbed; in the others the pace changes for good, by day and night, because
of one slow disk, a long load or a restarted backend.
"""

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from policies.address import Address
from policies.awaited import BackendDrained
from policies.cluster import Backend, ClusterState, Disk, RunMode
from policies.estimate import DrainRecord, drain_time
from policies.forecast import Expected, time_left
from policies.operation import StepMemory
from policies.pacing import Pacing
from policies.plan import Step
from policies.watching import next_look, watched
from workers.starrocks import nodes
from workers.starrocks.rows import Row
from workers.twin import ResultSet, Twin
from workers.twin.life.course import Course
from workers.twin.scenarios.building import GB, MB, Building, spread
from workers.twin.scenarios.mission000 import EPOCH
from workers.twin.sessions import Session

MARKS = (0.10, 0.25, 0.50, 0.75)
"""Shares of the tablets that have left, at the first look that shows them, where the forecast is judged."""
DRAINS = 4
"""Drains of one cluster, one after the other."""
TROUBLES = {"none": 8, "another pace": 4, "day and night": 2, "slow disk": 3, "long load": 2, "restart": 1}
"""What befalls how many drains in twenty."""
LONGEST_S = 4 * 86_400.0
PACING = Pacing()
LEAVING = 10_003


Strike = Callable[[Twin, float], None]
"""What befalls a drain: called at each look with the share of the tablets that is gone."""


@dataclass(frozen=True)
class Seen:
    """What was said at one mark of one drain, and how long it then really took. `earlier` drains had been measured."""

    mark: float
    trouble: str
    earlier: int
    p50_s: float | None
    p90_s: float | None
    left_s: float


def drains(seed: int) -> Iterator[list[Seen]]:
    """What was seen of each drain of one cluster; the marks in order, the first is the plan (0)."""
    chance = random.Random(seed)
    make, speed = _cluster(chance), math.exp(chance.gauss(math.log(0.08), 0.6))
    history: tuple[DrainRecord, ...] = ()
    for number in range(DRAINS):
        twin = Twin("bench", course=make(seed * DRAINS + number))
        pace = speed * math.exp(chance.gauss(0, 0.15))
        twin.inject("drain_rate", factor=pace)
        seen, record = _drain(twin, *_trouble(chance, pace), history)
        history = (record, *history)
        yield seen


def _cluster(chance: random.Random) -> Callable[[int], Course]:
    hosts = [f"10.84.1.{number}" for number in range(1, chance.randint(4, 8) + 1)]
    tables = [
        (chance.choices((1, 2, 3), (1, 2, 7))[0], _tablet_bytes(chance), chance.random()) for _ in range(chance.randint(3, 7))
    ]
    wanted = chance.randint(600, 2_000) * len(hosts)

    def make(twin_seed: int) -> Course:
        building = Building("bench", EPOCH, seed=twin_seed, columns="3.3.3")
        building.frontend(hosts[0], 1, started=EPOCH, heartbeat=EPOCH)
        ids = [LEAVING + number for number in range(len(hosts))]
        for ident, host in zip(ids, hosts, strict=True):
            size = {"total": 20_000 * GB, "avail": 20_000 * GB, "data_used": 0}
            building.backend(ident, host, **size, started=EPOCH, heartbeat=EPOCH, reported=EPOCH)
        weight = sum(each for _, _, each in tables)
        for number, (replicas, size, part) in enumerate(tables):
            count = max(1, round(wanted * part / weight / replicas))
            building.table(f"shop.t{number}", replicas, size, spread(ids, replicas, count), buckets=12)
        return building.finished()

    return make


def _tablet_bytes(chance: random.Random) -> float:
    """Mostly tens of megabytes, now and then gigabytes."""
    return min(4 * GB, max(MB, chance.lognormvariate(math.log(40 * MB), 1.2)))


def _trouble(chance: random.Random, pace: float) -> tuple[str, Strike]:
    name = chance.choices(tuple(TROUBLES), tuple(TROUBLES.values()))[0]
    when, factor = chance.uniform(0.05, 0.85), math.exp(chance.uniform(math.log(0.4), math.log(2.5)))
    struck: list[str] = []

    def once(twin: Twin, share: float) -> None:
        if share < when or struck:
            return
        struck.append(name)
        others = [backend.address for backend in twin.cluster.backends.values() if backend.id != LEAVING]
        if name == "another pace":
            twin.inject("drain_rate", factor=pace * factor)
        elif name == "slow disk":
            twin.inject("slow_disk", at=chance.choice(others), factor=chance.uniform(2, 6))
        elif name == "long load":
            twin.inject("long_transaction", seconds=chance.uniform(300, 1_500))
        elif name == "restart":
            twin.inject("be_restart", at=others[0], down_s=60.0)

    def by_the_hour(twin: Twin, share: float) -> None:
        twin.inject("drain_rate", factor=pace * (0.6 if int((twin.now + when * 7_200) // 3_600) % 2 else 1.0))

    return name, by_the_hour if name == "day and night" else once


def _drain(twin: Twin, name: str, strike: Strike, history: tuple[DrainRecord, ...]) -> tuple[list[Seen], DrainRecord]:
    target = twin.cluster.backends[LEAVING]
    address = Address(host=target.host, port=target.heartbeat_port)
    until = BackendDrained(address=address, backend_id=LEAVING)
    step = Step(id="drain", group=str(address), title="", act=None, until=until)
    session, began = twin.session(), _at(twin)
    state = look_at(twin, session)
    row = state.backend_by_id(LEAVING)
    assert row is not None
    estimate = drain_time((address,), state, PACING, history)
    plan = Expected.of(estimate, row.tablets, row.data_used)
    said: list[tuple[float, datetime, float | None, float | None]] = [(0.0, began, estimate.low_s, estimate.high_s)]
    twin.execute(f'ALTER SYSTEM DECOMMISSION BACKEND "{address}"', session)
    memory = StepMemory(step=step.id, entered_at=began)
    while LEAVING in twin.cluster.backends:
        now = _at(twin)
        memory = watched(step, memory, look_at(twin, session), PACING, now, plan)
        share = 1 - memory.samples[-1].tablets / row.tablets
        left = time_left(memory, PACING, now, plan)
        said += [(mark, now, left.p50_s, left.p90_s) for mark in MARKS[len(said) - 1 :] if share >= mark]
        strike(twin, share)
        twin.run_until(lambda: LEAVING not in twin.cluster.backends, next_look(step, memory, PACING, now))
        if (_at(twin) - began).total_seconds() > LONGEST_S:
            raise RuntimeError(f"a drain with {name} does not end")
    end = _at(twin)
    record = DrainRecord(tablets=row.tablets, data_bytes=row.data_used, seconds=(end - began).total_seconds())
    seen = [Seen(mark, name, len(history), p50, p90, (end - at).total_seconds()) for mark, at, p50, p90 in said]
    return seen, record


def _at(twin: Twin) -> datetime:
    return datetime.fromtimestamp(twin.epoch + twin.now, UTC)


def look_at(twin: Twin, session: Session) -> ClusterState:
    """SHOW BACKENDS as a worker reads it; one disk each, as big as its backend."""
    answer = twin.execute("SHOW BACKENDS", session)
    assert isinstance(answer, ResultSet)
    columns = {name.lower(): index for index, name in enumerate(answer.columns)}
    rows = [nodes.backend(Row(columns, [None if v is None else str(v) for v in row])) for row in answer.rows]
    return ClusterState(
        cluster="bench", taken_at=_at(twin), version="3.3.3", run_mode=RunMode.SHARED_NOTHING,
        backends=tuple(row.with_(disks=(_disk(row),)) for row in rows),
    )  # fmt: skip


def _disk(row: Backend) -> Disk:
    return Disk(path="/d", medium="HDD", state="ONLINE", data_used=row.data_used, avail=row.avail, total=row.total)
