"""Whatever is sent, the answer is a refusal in words: no method and no control path breaks on a wrong type."""

from typing import Any

import pytest

from bot.playground.method_rules import METHODS
from tests.playground.playing import ALICE, OPS, modal, served

NAMES = [
    "channel",
    "user",
    "users",
    "ts",
    "message_ts",
    "timestamp",
    "thread_ts",
    "text",
    "blocks",
    "metadata",
    "view",
    "trigger_id",
    "view_id",
    "hash",
    "name",
    "files",
    "channel_id",
    "filename",
    "length",
    "limit",
    "cursor",
    "oldest",
    "latest",
    "usergroup",
    "email",
    "bot",
    "types",
    "attachments",
]
VALUES: list[Any] = [
    "",
    "x",
    "C0OPS",
    "U0ALICE",
    "[",
    "{}",
    "[1]",
    0,
    -1,
    1e300,
    True,
    [],
    [1],
    [[]],
    {},
    {"a": 1},
    [{}],
    [{"type": 1}],
]
PATHS = ("command", "click", "submit", "close", "message", "faults")


@pytest.mark.parametrize("method", sorted(METHODS))
async def test_web_api(method: str) -> None:
    async with served() as played:
        token = played.app_token if METHODS[method].app_token else played.bot_token
        headers = {"Authorization": f"Bearer {token}"}
        url = played.playground.api_url + method
        for value in VALUES:
            for name in NAMES:
                good = {"channel": OPS, "user": ALICE, "text": "x", "view": modal(), "limit": 5}
                async with played.session.post(url, json={**good, name: value}, headers=headers) as answer:
                    assert answer.status == 200, (name, value)
                    body = await answer.json()
                    assert body["ok"] or body["error"], (name, value)
        async with played.session.post(url, data=b"\xff{", headers={**headers, "Content-Type": "application/json"}) as answer:
            assert answer.status == 400


@pytest.mark.parametrize("path", PATHS)
async def test_control_api(path: str) -> None:
    fields = [
        "as",
        "channel",
        "text",
        "ts",
        "action_id",
        "block_id",
        "value",
        "revision",
        "force",
        "view_id",
        "values",
        "thread_ts",
        "kind",
        "count",
        "seconds",
    ]
    async with served() as played:
        for value in VALUES:
            for name in fields:
                good = {"as": ALICE, "channel": OPS, "text": "x", "ts": "1.0", "action_id": "a", "view_id": "", "kind": "slow"}
                body = await played.call(path, {**good, name: value})
                assert body["ok"] or body["error"], (name, value)
        for raw in (b"", b"[]", b"{", b"\xff"):
            url, token = f"{played.playground.control_url}/{path}", played.playground.token
            async with played.session.post(url, data=raw, headers={"Authorization": f"Bearer {token}"}) as answer:
                assert answer.status < 500 and not (await answer.json())["ok"]
