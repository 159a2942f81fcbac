"""A thousand operations that wait: memory of all processes, and the share of a core that looking at them every 30 s takes."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.queue import Mailbox
from policies.address import Address
from policies.operation import Operation, OperationState
from policies.request import OperationKind, Person, Request
from workers.demo import House, house
from workers.store import Store

OPERATIONS, LOOK_EVERY_S, WARM_S, WATCHED_S = 1_000, 30.0, 5.0, 20.0
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
OURS = ("bot", "clock", "notifier", "worker-1", "worker-2")


def run() -> dict[str, float]:
    """The twin and the playground are not counted: they stand for StarRocks and Slack."""
    with house(scenario="small", speed=1.0) as built:
        mailbox = Mailbox(built.redis_url, timeout_s=5)
        _fill(mailbox)
        time.sleep(WARM_S)
        looked, before, began = _looks(mailbox), _cpu(built), time.monotonic()
        time.sleep(WATCHED_S)
        spent, wall, looks = _cpu(built) - before, time.monotonic() - began, _looks(mailbox) - looked
        memory = sum(_pss_mb(pid) for pid in _pids(built))
    wanted = OPERATIONS / LOOK_EVERY_S * wall
    if looks < 0.95 * wanted:
        raise RuntimeError(f"{looks} looks in {wall:.0f} s; a look at each every {LOOK_EVERY_S:.0f} s is {wanted:.0f}")
    share = spent / wall
    return {"waiting_1000_rss_mb": memory, "waiting_1000_core_share": share}


def _looks(mailbox: Mailbox) -> int:
    """Every look raises a fence."""
    pipeline = mailbox.redis.pipeline(transaction=False)
    for number in range(OPERATIONS):
        pipeline.hget(mailbox.keys.operation(f"bench-{number}"), "fence")
    return sum(int(fence) for fence in pipeline.execute())


def _fill(mailbox: Mailbox) -> None:
    """Operations that await an approval, due one after the other over the next 30 s.

    Each is looked at once: the look of an approval comes again after ten minutes. So the time watched lies within these
    30 s. They have no plan and no card yet: neither a plan's memory nor the notifier's work is in the numbers.
    """
    store = Store(mailbox.redis)
    for number in range(OPERATIONS):
        request = Request(
            id=f"bench-{number}", kind=OperationKind.DECOMMISSION_BACKEND, cluster="demo",
            targets=(Address(host="10.84.0.18", port=9050),), reason="", requester=Person(id="U0ALICE", team="T0HOME"),
            channel="C0OPS", asked_at=datetime.now(UTC),
        )  # fmt: skip
        mailbox.redis.hset(mailbox.keys.operation(request.id), mapping={"request": request.model_dump_json(), "seq": 0, "fence": 0})
        mailbox.redis.zadd(mailbox.keys.due, {request.id: time.time() + 600})
        claim = store.claim(request.id)
        assert claim is not None
        now = datetime.now(UTC)
        waiting = Operation(
            id=request.id, request=request, state=OperationState.AWAITING_APPROVAL, created_at=now, changed_at=now,
            quorum=2, expires_at=now + timedelta(seconds=LOOK_EVERY_S * 100),
        )  # fmt: skip
        store.commit(claim, waiting, delay_s=LOOK_EVERY_S)
    now_s = time.time()
    due = {f"bench-{number}": now_s + LOOK_EVERY_S * number / OPERATIONS for number in range(OPERATIONS)}
    mailbox.redis.zadd(mailbox.keys.due, due)


def _pids(built: House) -> list[int]:
    assert built.valkey is not None
    return [*(built.processes[name].pid for name in OURS), built.valkey.pid]


def _pss_mb(pid: int) -> float:
    """Proportional set size: pages that processes share are counted once among them."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no Pss for {pid}")


def _cpu(built: House) -> float:
    """CPU seconds that all processes have used."""
    spent = 0
    for pid in _pids(built):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        spent += int(fields[11]) + int(fields[12])
    return spent / CLOCK_TICKS
