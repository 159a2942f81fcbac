"""Shapes and refusals that travel over HTTP: JSON objects, Slack's `{"ok": false}` answers, argument reading."""

import json
from collections.abc import Sequence
from typing import Any, cast

Json = dict[str, Any]


class SlackError(Exception):
    """A refusal in Slack's own form. `code` is the `error` field; `extra` joins it in the answer body."""

    def __init__(self, code: str, *, status: int = 200, headers: dict[str, str] | None = None, **extra: Any):
        super().__init__(code)
        self.code = code
        self.status = status
        self.headers = headers or {}
        self.extra = extra

    def body(self) -> Json:
        return {"ok": False, "error": self.code, **self.extra}


def refused(code: str, messages: Sequence[str]) -> SlackError:
    """A refusal that points at the faulty places, the way Slack lists them in `response_metadata.messages`."""
    return SlackError(
        code,
        errors=list(messages),
        response_metadata={"messages": [f"[ERROR] {message}" for message in messages]},
    )


class Args:
    """Arguments of one Web API call. Forms carry everything as strings; JSON bodies carry real types."""

    def __init__(self, values: Json):
        self.values = values

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def get(self, name: str, default: str = "") -> str:
        value = self.values.get(name)
        return default if value is None else str(value)

    def need(self, name: str) -> str:
        if not self.get(name):
            raise refused("invalid_arguments", [f"missing required field: {name}"])
        return self.get(name)

    def flag(self, name: str) -> bool:
        return str(self.values.get(name, "")).lower() in {"1", "true"}

    def number(self, name: str, default: int, most: int) -> int:
        """A count between 1 and `most`; Slack answers `invalid_limit` to anything it cannot read."""
        try:
            value = int(self.get(name) or default)
        except ValueError:
            raise SlackError("invalid_limit") from None
        if value < 1:
            raise SlackError("invalid_limit")
        return min(value, most)

    def listing(self, name: str, error: str) -> list[Json]:
        """A JSON array of objects, given as such or as a string; anything else is `error`."""
        value = self._parsed(name, error)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise SlackError(error)
        return cast(list[Json], value)

    def mapping(self, name: str, error: str) -> Json | None:
        """A JSON object, given as such or as a string; anything else is `error`."""
        value = self._parsed(name, error)
        if value is not None and not isinstance(value, dict):
            raise SlackError(error)
        return cast(Json | None, value)

    def _parsed(self, name: str, error: str) -> object:
        value = self.values.get(name)
        if not isinstance(value, str):
            return cast(object, value)
        try:
            return cast(object, json.loads(value)) if value else None
        except ValueError:
            raise SlackError(error) from None
