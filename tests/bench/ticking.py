"""CPU of one turn (claim, shared look, commit) as an RQ job, beside a job that does nothing, in the same kind of process."""

import json
import os
import subprocess
import sys
import time

from bot.queue import Mailbox
from tests.stories.scene import BOB, TARGET, Scene
from workers.demo import house

JOBS = 400


def run() -> dict[str, float]:
    with house(scenario="mission000", speed=1.0, policy="quorum = 1\nexpires_s = 3600") as built:
        scene = Scene(built)
        ts = scene.ask(f"/sr decommission be {TARGET}")
        scene.press(ts, "approve", BOB)
        scene.told(ts, "is leaving", 30)
        operation = Mailbox(built.redis_url).live()[0].id
        for name in ("clock", "worker-1", "worker-2"):
            scene.kill(name)
        ours = [_cpu_of(built.environment, "workers.jobs.advance", operation) for _ in range(3)]
        nothing = [_cpu_of(built.environment, "tests.bench.ticking.nothing", operation) for _ in range(3)]
    return {"tick_cpu_ratio": min(ours) / min(nothing)}


def nothing(operation: str) -> str:
    """The job that does nothing."""
    return operation


def _cpu_of(environment: dict[str, str], job: str, operation: str) -> float:
    """CPU seconds of a process that works off JOBS such jobs, without its start."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.ticking", job, operation],
        env=environment, check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return float(json.loads(done.stdout.splitlines()[-1]))


def _work(job: str, operation: str) -> None:
    from rq import Queue, SimpleWorker
    from rq.serializers import JSONSerializer

    from bot import queue as bot_queue
    from bot.queue import AllowedJob
    from bot.redis_connection import connect_for_rq

    bot_queue.ALLOWED_JOBS = bot_queue.ALLOWED_JOBS | {"tests.bench.ticking.nothing"}
    connection = connect_for_rq(os.environ["REDIS_URL"])
    queue = Queue("bench", connection=connection, serializer=JSONSerializer, job_class=AllowedJob)
    worker = SimpleWorker([queue], connection=connection, serializer=JSONSerializer, job_class=AllowedJob)
    for count in (20, JOBS):
        for _ in range(count):
            queue.enqueue(job, operation, result_ttl=0, job_timeout=120)
        began = time.process_time()
        worker.work(burst=True, logging_level="ERROR", with_scheduler=False)
        spent = time.process_time() - began
    print(json.dumps(spent))


if __name__ == "__main__":
    _work(*sys.argv[1:])
