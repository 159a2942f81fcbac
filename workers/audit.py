"""The audit: every request, vote, statement, result and override, append-only and hash-chained, with a copy outside Redis.

Entries are chained per operation as they are committed. The copy is a SQLite file with a second chain over all its
rows; writing an entry twice is harmless, because the stream id is the key. Before a destructive statement is sent, its
intent is in the copy. A chain proves order and edits, not truncation: publish the head elsewhere now and then.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from bot.redis_connection import Client
from policies.operation import Decision, Event, Operation
from policies.record import Record

_TABLE = """
CREATE TABLE IF NOT EXISTS audit (
    id TEXT PRIMARY KEY, position INTEGER UNIQUE NOT NULL, entry TEXT NOT NULL, chain TEXT NOT NULL
)
"""
BATCH = 500


class AuditEntry(Record):
    """One line of the audit. Never holds a secret: statements carry none, and people's words are kept as typed."""

    operation: str
    cluster: str
    at: datetime
    what: str
    actor: str = "sr"
    sentence: str = ""
    statement: str = ""
    result: str = ""
    detail: str = ""
    previous: str = ""
    hash: str = ""

    @classmethod
    def of(
        cls, operation: Operation, event: Event, *, statement: str = "", result: str = "", detail: str = ""
    ) -> "AuditEntry":
        """The audit of an event."""
        return cls(
            operation=operation.id,
            cluster=operation.cluster,
            at=event.at,
            what=event.kind.value,
            actor=_actor(event),
            sentence=event.sentence,
            statement=statement,
            result=result,
            detail=detail or " | ".join(event.details),
        )

    @classmethod
    def intent(cls, operation: Operation, statement: str, at: datetime) -> "AuditEntry":
        """What is about to be sent."""
        return cls(operation=operation.id, cluster=operation.cluster, at=at, what="intent", statement=statement)

    @classmethod
    def begun(cls, operation: Operation, statement: str, at: datetime) -> "AuditEntry":
        """One of many jobs that were begun on hosts: the thread tells of all of them at once."""
        return cls(operation=operation.id, cluster=operation.cluster, at=at, what="begun", statement=statement, result="accepted")

    @classmethod
    def refused(cls, operation: Operation, decision: Decision, why: str, at: datetime) -> "AuditEntry":
        """A decision that its author was not allowed to make."""
        actor = f"{decision.person.team}/{decision.person.id}"
        return cls(
            operation=operation.id,
            cluster=operation.cluster,
            at=at,
            what=f"{decision.kind.value} not allowed",
            actor=actor,
            sentence=why,
        )

    def linked(self, previous: str) -> "AuditEntry":
        """This entry with its place in the operation's chain."""
        unhashed = self.with_(previous=previous, hash="")
        return unhashed.with_(hash=_digest(unhashed.model_dump_json()))


def _actor(event: Event) -> str:
    return f"{event.by.team}/{event.by.id}" if event.by else "sr"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=10, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(_TABLE)
    return connection


def mirror(redis: Client, stream: str, path: Path) -> int:
    """Copy what is new in the stream to the file; returns how many entries. Safe to run from several processes."""
    copied = 0
    with closing(_open(path)) as file:
        while batch := _next_batch(redis, stream, file):
            file.execute("BEGIN IMMEDIATE")
            try:
                copied += _append(file, batch)
                file.execute("COMMIT")
            except BaseException:
                file.execute("ROLLBACK")
                raise
    return copied


def _next_batch(redis: Client, stream: str, file: sqlite3.Connection) -> list[tuple[str, dict[str, str]]]:
    row = file.execute("SELECT id FROM audit ORDER BY position DESC LIMIT 1").fetchone()
    start = f"({row[0]}" if row else "-"
    return list(redis.xrange(stream, min=start, max="+", count=BATCH))


def _append(file: sqlite3.Connection, batch: list[tuple[str, dict[str, str]]]) -> int:
    row = file.execute("SELECT position, chain FROM audit ORDER BY position DESC LIMIT 1").fetchone()
    position, chain = row or (0, "")
    appended = 0
    for entry_id, fields in batch:
        if file.execute("SELECT 1 FROM audit WHERE id = ?", (entry_id,)).fetchone():
            continue
        position, chain = position + 1, _digest(f"{chain}\n{entry_id}\n{fields['entry']}")
        file.execute("INSERT INTO audit VALUES (?, ?, ?, ?)", (entry_id, position, fields["entry"], chain))
        appended += 1
    return appended


def rows(path: Path) -> Iterator[AuditEntry]:
    """Every entry of the copy, in order."""
    with closing(_open(path)) as file:
        for (text,) in file.execute("SELECT entry FROM audit ORDER BY position"):
            yield AuditEntry.model_validate_json(text)


def verify(path: Path) -> list[str]:
    """What is wrong with the copy, in sentences; empty when both chains hold."""
    problems: list[str] = []
    heads: dict[str, str] = {}
    chain, expected = "", 1
    with closing(_open(path)) as file:
        for entry_id, position, text, stored in file.execute(
            "SELECT id, position, entry, chain FROM audit ORDER BY position"
        ):
            if position != expected:
                problems.append(f"rows {expected} to {position - 1} are missing")
            chain, expected = _digest(f"{chain}\n{entry_id}\n{text}"), position + 1
            if chain != stored:
                problems.append(f"row {position}: the file's chain is broken; the row or one before it was changed")
                chain = stored
            problems += _entry_problems(position, text, heads)
    return problems


def _entry_problems(position: int, text: str, heads: dict[str, str]) -> list[str]:
    entry = AuditEntry.model_validate(json.loads(text))
    problems = []
    if entry.linked(entry.previous).hash != entry.hash:
        problems.append(f"row {position}: the entry of {entry.operation} was changed")
    if heads.get(entry.operation, "") != entry.previous:
        problems.append(f"row {position}: an entry of {entry.operation} before it is missing")
    heads[entry.operation] = entry.hash
    return problems
