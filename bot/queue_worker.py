"""A process that carries out RQ jobs from exactly one queue, and outlives its Redis.

    python -m bot.queue_worker slack
    python -m bot.queue_worker operations

RQ's SimpleWorker runs jobs in this process (no fork per job). It exits with code 0 when Redis goes away in the middle
of a job; so it is started again, here, until a signal says stop. One queue per process: with two, RQ pops a job before
it is safe (BLPOP), and a crash then loses it.
"""

import logging
import sys
import time
from types import FrameType

from redis import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer

from bot.queue import AllowedJob
from bot.redis_connection import connect_for_rq
from bot.redis_safety import require_safe
from bot.settings import Settings, SettingsError

log = logging.getLogger(__name__)

REST_S = 0.5


class OneQueueWorker(SimpleWorker):
    """SimpleWorker that remembers whether it was asked to stop, and says little."""

    asked_to_stop = False

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """RQ's own flag stays unset when the signal finds the worker idle."""
        self.asked_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def run_maintenance_tasks(self) -> None:
        """RQ's registries are not on the durable path: `due` is. Nothing to clean here."""


def run(queue: str, settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; a job in hand is finished first."""
    while True:
        try:
            connection = connect_for_rq(settings.redis_url)
            name = settings.key_prefix + queue
            rq = Queue(name, connection=connection, serializer=JSONSerializer, job_class=AllowedJob)
            worker = OneQueueWorker([rq], connection=connection, serializer=JSONSerializer, job_class=AllowedJob)
            worker.log_result_lifespan = False
            worker.work(logging_level="WARNING", with_scheduler=False)
            if worker.asked_to_stop:
                return
        except StopRequested:
            return
        except (RedisError, OSError) as error:
            log.warning("Redis is away (%s); waiting", error)
        time.sleep(REST_S)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format=f"%(asctime)s {' '.join(sys.argv[1:])} %(message)s")
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m bot.queue_worker operations|slack")
    try:
        settings = Settings.load()
        require_safe(settings)
    except SettingsError as error:
        raise SystemExit(str(error)) from None
    run(sys.argv[1], settings)


if __name__ == "__main__":
    main()
