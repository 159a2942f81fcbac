"""The durable store: operations in Redis, claimed for one turn at a time and committed all or nothing.

Invariants, each kept by one Lua script:
- an operation stays in `due` until the commit that ends it; a lost job, worker or wake-up costs one visibility timeout;
- of two workers only the one with the newest fence can commit, and a commit that was applied is recognised when repeated;
- a cluster has at most one holder; the lock has no expiry and is released by the very commit that ends its operation.
"""

import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from redis import ConnectionError as RedisConnectionError
from redis import TimeoutError as RedisTimeoutError

from bot.aliveness import mark, surely_dead
from bot.keys import Keys
from bot.queue import Holder, lua
from bot.redis_connection import Client
from policies.operation import SCHEMA, Decision, Event, Operation
from policies.plan import Plan
from policies.request import Request
from workers.audit import AuditEntry

log = logging.getLogger(__name__)

UNKNOWN_SCHEMA_DELAY_S = 60.0
_SCHEMA_VERSION = re.compile(r'"schema_version":\s*(\d+)')


class Fenced(Exception):
    """Another worker has taken the operation over; whatever this turn found out is thrown away."""


@dataclass(frozen=True)
class Claim:
    """One operation for one turn. `operation` is None as long as there is only a request."""

    id: str
    fence: int
    seq: int
    operation: Operation | None
    request: Request
    plan: Plan | None
    inbox: tuple[tuple[str, Decision], ...]
    audit_head: str
    visibility_s: float


@dataclass(frozen=True)
class LockResult:
    """Whether the cluster is ours; otherwise who has it and how many wait before us."""

    acquired: bool
    holder: str = ""
    ahead: int = 0


class Store:
    """Operations in Redis, for workers."""

    def __init__(self, redis: Client, prefix: str = "{sr}:", *, visibility_s: float = 30.0) -> None:
        self.redis = redis
        self.keys = Keys(prefix)
        self.visibility_s = visibility_s
        self.last_delay_s: float | None = 0.0
        """When the next turn is wanted, after the last commit or release; None: the operation is over."""
        self._dispatch, self._claim, self._commit, self._release, self._lock, self._renew, self._free = (
            redis.register_script(lua(__file__, name))
            for name in ("dispatch", "claim", "commit", "release", "lock", "renew", "free")
        )

    def dispatch(self, limit: int = 200) -> list[str]:
        """Operations that are due; each is pushed forward, so that a backlog is not dispatched twice."""
        return list(self._dispatch(keys=[self.keys.due], args=[limit, self.visibility_s]))

    def free_the_dead(self) -> list[str]:
        """Operations in the hands of processes that are dead for certain, now due; others wait for the visibility timeout."""
        freed = []
        for operation, claim in self.redis.hgetall(self.keys.claims).items():
            fence, _, mark = claim.partition(" ")
            keys = [self.keys.operation(operation), self.keys.due, self.keys.claims]
            if surely_dead(mark) and self._free(keys=keys, args=[operation, fence, claim]):
                freed.append(operation)
        return freed

    def next_due_in(self) -> float | None:
        """Seconds until the next operation is due; None when there is none."""
        return self._until_first(self.keys.due)

    def next_wanted_in(self) -> float | None:
        """Seconds until the next operation is due or the next conversation ready; None when there is neither."""
        return self._until_first(self.keys.due, self.keys.outbox_ready)

    def _until_first(self, *queues: str) -> float | None:
        pipeline = self.redis.pipeline(transaction=False)
        pipeline.time()
        for queue in queues:
            pipeline.zrange(queue, 0, 0, withscores=True)
        (seconds, micros), *firsts = pipeline.execute()
        due = [float(first[0][1]) for first in firsts if first]
        return min(due) - (seconds + micros / 1e6) if due else None

    def due_now(self, operation: str) -> bool:
        """Whether an operation wants its next turn at once."""
        score = self.redis.zscore(self.keys.due, operation)
        if score is None:
            return False
        seconds, micros = self.redis.time()
        return bool(float(score) <= seconds + micros / 1e6)

    def claim(self, operation: str) -> Claim | None:
        """Take an operation for one turn; None when it is over, unknown, or in another worker's hands."""
        keys = [self.keys.operation(operation), self.keys.due, self.keys.inbox(operation), self.keys.claims]
        plans = self.keys.plan(operation, 0)[:-1]
        answer = self._claim(keys=keys, args=[operation, self.visibility_s, plans, mark()])
        if answer[0] != "claimed":
            return None
        _, fence, seq, record, request, plan, audit_head, inbox = answer
        if record and _schema_of(record) > SCHEMA:
            self._release(keys=keys, args=[operation, fence, UNKNOWN_SCHEMA_DELAY_S, len(inbox)])
            return None
        known = Operation.model_validate_json(record) if record else None
        return Claim(
            id=operation,
            fence=int(fence),
            seq=int(seq),
            operation=known,
            request=known.request if known else Request.model_validate_json(request),
            plan=_plan(plan) if plan else None,
            inbox=tuple((entry, Decision.model_validate_json(fields[1])) for entry, fields in inbox),
            audit_head=audit_head,
            visibility_s=self.visibility_s,
        )

    def renew(self, claim: Claim) -> None:
        """Keep a claim for another visibility timeout, right before something that must not be done twice. Raises Fenced.
        """
        keys = [self.keys.operation(claim.id), self.keys.due]
        if not self._renew(keys=keys, args=[claim.id, claim.fence, claim.visibility_s]):
            raise Fenced(f"{claim.id}: fence {claim.fence}")

    def release(self, claim: Claim, delay_s: float = 0.0) -> None:
        """Give an operation back unchanged, to be looked at again after `delay_s`, or when another decision comes."""
        self.last_delay_s = delay_s
        keys = [self.keys.operation(claim.id), self.keys.due, self.keys.inbox(claim.id), self.keys.claims]
        self._release(keys=keys, args=[claim.id, claim.fence, delay_s, len(claim.inbox)])

    def commit(
        self,
        claim: Claim,
        operation: Operation,
        *,
        delay_s: float | None,
        events: Sequence[Event] = (),
        plan: Plan | None = None,
        taken: Sequence[str] = (),
        private: Sequence[dict[str, Any]] = (),
        audit: Sequence[AuditEntry] = (),
        keep: bool = False,
        release_lock: bool = False,
        picture: bool = False,
        deaf: bool = False,
    ) -> Claim:
        """Write a turn's outcome; `delay_s` None means the operation is over. Raises Fenced.

        `picture` has the notifier ask for a picture, after the events. Decisions in the inbox make the operation due at once,
        whatever `delay_s` says; with `deaf` only those that came after the claim do.

        `keep` commits in the middle of a turn: the claim returned goes on. A lost reply is answered by asking once
        more: the script recognises its own commit.
        """
        self.last_delay_s = delay_s
        head, chained = _chained(claim.audit_head, audit)
        told = [json.dumps({"type": "event", "event": event.model_dump(mode="json")}) for event in events]
        told += [json.dumps(entry) for entry in private]
        told += [json.dumps({"type": "picture"})] if picture else []
        conversation = f"op:{operation.id}"
        quiet = operation.revision == 0 and not told
        extra = json.dumps({"taken": list(taken), "outbox": told, "audit": chained})
        # cjson reads an empty list as an empty object; ipairs walks both alike.
        args = [
            operation.id,
            claim.fence,
            claim.seq,
            operation.model_dump_json(),
            operation.revision,
            "" if delay_s is None else max(0.0, delay_s),
            "1" if keep else "",
            "1" if release_lock else "",
            claim.visibility_s,
            "" if quiet or keep else conversation,
            plan.model_dump_json() if plan else "",
            head,
            extra,
            len(claim.inbox) if deaf else 0,
        ]
        revision = plan.revision if plan else operation.revision
        keys = [
            self.keys.operation(operation.id),
            self.keys.due,
            self.keys.inbox(operation.id),
            self.keys.outbox(conversation),
            self.keys.outbox_ready,
            self.keys.lock(operation.request.lock),
            self.keys.waiters(operation.request.lock),
            self.keys.recent,
            self.keys.audit,
            self.keys.plan(operation.id, revision),
            self.keys.bell,
            self.keys.claims,
        ]
        for more in operation.locks[1:]:
            keys += [self.keys.lock(more), self.keys.waiters(more)]
        outcome = self._run_twice(keys, args)
        if outcome == "FENCED":
            raise Fenced(f"{operation.id}: fence {claim.fence}, seq {claim.seq}")
        if outcome == "DUE":
            self.last_delay_s = 0.0
        return replace(claim, seq=claim.seq + 1, operation=operation, audit_head=head)

    def _run_twice(self, keys: list[str], args: list[Any]) -> str:
        """A commit whose reply was lost is asked for again at once; the second answer is ALREADY, FENCED or COMMITTED."""
        try:
            return str(self._commit(keys=keys, args=args))
        except (RedisConnectionError, RedisTimeoutError) as error:
            log.warning("commit of %s: reply lost (%s), asking again", args[0], error)
            return str(self._commit(keys=keys, args=args))

    def lock(self, claim: Claim, cluster: str, title: str) -> LockResult:
        """Take the cluster for the claimed operation or stand in line. Idempotent. Raises Fenced."""
        keys = [self.keys.operation(claim.id), self.keys.lock(cluster), self.keys.waiters(cluster)]
        answer = self._lock(keys=keys, args=[claim.id, claim.fence, title])
        if answer[0] == "FENCED":
            raise Fenced(claim.id)
        if answer[0] == "HELD":
            return LockResult(acquired=True, holder=claim.id)
        return LockResult(acquired=False, holder=str(answer[1]), ahead=int(answer[2]))

    def holder(self, cluster: str) -> Holder | None:
        """The operation that has a cluster now."""
        found = self.redis.hgetall(self.keys.lock(cluster))
        return Holder(operation=found["op"], title=found["title"], since=float(found["since"])) if found else None


def _schema_of(record: str) -> int:
    """Read before the record is: a newer one may not be readable. Inside texts JSON escapes the quotes."""
    found = _SCHEMA_VERSION.search(record)
    return int(found[1]) if found else SCHEMA


@lru_cache(maxsize=32)
def _plan(text: str) -> Plan:
    """A plan is large and never changes, and turns of one operation follow one another."""
    return Plan.model_validate_json(text)


def _chained(head: str, entries: Sequence[AuditEntry]) -> tuple[str, list[str]]:
    """Link audit entries to the operation's last one; returns the new head and the entries as text."""
    texts = []
    for entry in entries:
        linked = entry.linked(head)
        head = linked.hash
        texts.append(linked.model_dump_json())
    return head, texts
