"""The log of every Web API call, envelope and answer, for people and tests to read. Secrets never enter it."""

import time
from collections import deque
from typing import Any

from bot.miniground.wire import Json

KEPT = 5000
# Whoever holds one of these may act as the app or as the person, so a log that is shown or saved must not hold them.
SECRET_KEYS = frozenset({"token", "response_url", "trigger_id", "upload_url", "ticket"})
REDACTED = "(redacted)"


def redacted(value: Any) -> Any:
    """The same value with every secret key's content replaced."""
    if isinstance(value, dict):
        return {key: REDACTED if key in SECRET_KEYS else redacted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [redacted(item) for item in value]
    return value


class Journal:
    """Numbered entries. An entry may still grow after it was written (an acknowledgement that comes later)."""

    def __init__(self) -> None:
        self._entries: deque[Json] = deque(maxlen=KEPT)
        self._number = 0

    def write(self, kind: str, **fields: Any) -> Json:
        """Append an entry and return it. `kind`: api, envelope, response_url, upload, socket or fault."""
        self._number += 1
        entry: Json = {"n": self._number, "at": time.time(), "kind": kind}
        entry.update({key: redacted(value) for key, value in fields.items()})
        self._entries.append(entry)
        return entry

    @property
    def last(self) -> int:
        return self._number

    def since(self, number: int) -> list[Json]:
        return [entry for entry in self._entries if entry["n"] > number]
