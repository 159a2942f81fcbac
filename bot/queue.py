"""What the bot may do with Redis: record requests and decisions, ask questions, read records.

It never writes operation state: that is the workers' (workers.store). Every write is one script, idempotent by id or
token, so repeating it after a lost reply is harmless.
"""

import json
import logging
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from redis import RedisError
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from bot.keys import Keys
from bot.redis_connection import Client, connect, connect_for_rq
from policies.operation import Decision, DecisionKind, Operation, Snapshot
from policies.plan import Plan
from policies.record import Record
from policies.request import Request

log = logging.getLogger(__name__)

Recorded = Literal["recorded", "repeated", "ended", "unknown"]

ALLOWED_JOBS = frozenset({"workers.jobs.advance", "workers.jobs.answer", "workers.jobs.draw", "bot.notifier.deliver"})
"""The only functions a job may name. JSON payloads can still name anything importable; this list says no."""

ADVANCE, ANSWER, DRAW, DELIVER = "workers.jobs.advance", "workers.jobs.answer", "workers.jobs.draw", "bot.notifier.deliver"
OPERATIONS, SLACK = "operations", "slack"
JOB_LIMIT_S = 120


class ForbiddenJob(Exception):
    """A job names a function that is not on the list: somebody else writes to this Redis."""


class AllowedJob(Job):
    """An RQ job that refuses to import anything but the allowed functions."""

    @property
    def func(self) -> Any:
        if self.func_name not in ALLOWED_JOBS:
            raise ForbiddenJob(f"job {self.id} names {self.func_name!r}")
        return super().func


class Holder(Record):
    """Who has a cluster: the operation, what it does, since when (seconds since the epoch)."""

    operation: str
    title: str = ""
    since: float = 0.0


def lua(folder: str, name: str) -> str:
    """A script's text; scripts live beside the package that runs them."""
    return (Path(folder).parent / "lua" / f"{name}.lua").read_text(encoding="utf-8")


class Mailbox:
    """The bot's side of Redis; thread-safe, connects on first use."""

    def __init__(self, url: str, prefix: str = "{sr}:", *, timeout_s: float = 0.3) -> None:
        self.url = url
        self.keys = Keys(prefix)
        self.redis: Client = connect(url, timeout_s=timeout_s)
        self._submit = self.redis.register_script(lua(__file__, "submit"))
        self._decide = self.redis.register_script(lua(__file__, "decide"))
        self._say = self.redis.register_script(lua(__file__, "say"))

    @cached_property
    def _rq(self) -> Client:
        return connect_for_rq(self.url)

    def submit(self, request: Request) -> bool:
        """Record a request and wake a worker; False when it was recorded before. Raises RedisError."""
        fresh = self.record(request)
        self.wake(request.id)
        return fresh

    def record(self, request: Request) -> bool:
        """Record a request: from here on it is not lost, and the clock finds it even if no worker is woken. False when it was
        recorded before. Raises RedisError.
        """
        keys = [self.keys.operation(request.id), self.keys.due]
        return bool(self._submit(keys=keys, args=[request.id, request.model_dump_json()]))

    def decide(self, decision: Decision) -> Recorded:
        """Record a decision and wake a worker; only the word that follow-ups are done is taken from an operation that is over.
        Raises RedisError.
        """
        operation = decision.operation
        keys = [self.keys.operation(operation), self.keys.due, self.keys.inbox(operation), self.keys.tokens]
        late = "1" if decision.kind is DecisionKind.FOLLOW_UP else ""
        outcome: Recorded = self._decide(keys=keys, args=[operation, decision.token, decision.model_dump_json(), late])
        self.wake(operation)
        return outcome

    def ask(self, kind: str, cluster: str, channel: str, user: str, question: str, text: str = "") -> None:
        """Have a worker answer a question that needs a look at a cluster. Raises RedisError."""
        self._enqueue(OPERATIONS, ANSWER, kind, cluster, channel, user, question, text)

    def draw(self, operation: str) -> None:
        """Have a worker draw the picture of a drain that has ended. Raises RedisError."""
        self._enqueue(OPERATIONS, DRAW, operation)

    def say(self, conversation: str, token: str, entry: dict[str, Any]) -> None:
        """Put a message into a conversation's outbox, once per token."""
        keys = [self.keys.outbox(conversation), self.keys.outbox_ready, self.keys.tokens]
        self._say(keys=keys, args=[conversation, token, json.dumps(entry)])
        self.wake_notifier(conversation)

    def wake(self, operation: str) -> None:
        """A click is felt at once; if this is lost, the clock finds the operation by itself."""
        try:
            self._enqueue(OPERATIONS, ADVANCE, operation)
        except RedisError as error:
            log.warning("wake-up of %s was not enqueued: %s", operation, error)

    def wake_notifier(self, conversation: str) -> None:
        try:
            self._enqueue(SLACK, DELIVER, conversation)
        except RedisError as error:
            log.warning("wake-up of %s was not enqueued: %s", conversation, error)

    def _enqueue(self, queue: str, function: str, *scalars: str) -> None:
        rq = Queue(self.keys.prefix + queue, connection=self._rq, serializer=JSONSerializer, job_class=AllowedJob)
        rq.enqueue(function, *scalars, job_timeout=JOB_LIMIT_S, result_ttl=0, failure_ttl=3600, ttl=600)

    # Reading.

    def operation(self, operation: str) -> Operation | None:
        record = self.redis.hget(self.keys.operation(operation), "record")
        return Operation.model_validate_json(record) if record else None

    def plan(self, operation: str, revision: int) -> Plan | None:
        text = self.redis.get(self.keys.plan(operation, revision))
        return Plan.model_validate_json(text) if text else None

    def snapshot(self, operation: str) -> Snapshot | None:
        """An operation with its current plan; None when there is no such record (yet)."""
        record = self.operation(operation)
        if record is None:
            return None
        return Snapshot(operation=record, plan=self.plan(operation, record.revision))

    def live(self) -> list[Operation]:
        """Every operation that is not over, oldest first."""
        found = self._records(self.redis.zrange(self.keys.due, 0, -1))
        return [operation for operation in found if not operation.state.terminal]

    def recent(self, count: int = 10) -> list[Operation]:
        """Operations that ended, newest first."""
        return self._records(self.redis.zrevrange(self.keys.recent, 0, count - 1), newest_first=True)

    def _records(self, ids: list[str], newest_first: bool = False) -> list[Operation]:
        pipeline = self.redis.pipeline(transaction=False)
        for operation in ids:
            pipeline.hget(self.keys.operation(operation), "record")
        found = [Operation.model_validate_json(text) for text in pipeline.execute() if text]
        return sorted(found, key=lambda record: record.created_at, reverse=newest_first)

    def holder(self, cluster: str) -> Holder | None:
        """The operation that has a cluster now."""
        found = self.redis.hgetall(self.keys.lock(cluster))
        if not found:
            return None
        return Holder(operation=found["op"], title=found.get("title", ""), since=float(found.get("since", 0)))

    def waiting(self, cluster: str) -> list[str]:
        """The operations that wait for a cluster, first come first."""
        return list(self.redis.zrange(self.keys.waiters(cluster), 0, -1))
