"""A Redis that forgets or evicts is not used; one that forbids CONFIG is believed, with a warning."""

import os
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest
from redis import ResponseError

from bot.queue import Mailbox
from bot.redis_safety import require_safe, unsafe
from bot.settings import Settings, SettingsError
from workers.valkey import Valkey


def test_the_bundled_valkey_is_safe(mailbox: Mailbox) -> None:
    assert unsafe(mailbox.redis) == []


def test_one_that_forgets_or_evicts_is_refused(valkey: Valkey, mailbox: Mailbox) -> None:
    redis = mailbox.redis
    redis.config_set("appendonly", "no")
    redis.config_set("maxmemory-policy", "allkeys-lru")
    try:
        assert [problem.split()[0] for problem in unsafe(redis)] == ["`appendonly`", "`maxmemory-policy`"]
        with pytest.raises(SettingsError, match="forget every operation"):
            require_safe(Settings(redis_url=valkey.url))
        require_safe(Settings(redis_url=valkey.url, allow_unsafe_redis=True))
    finally:
        redis.config_set("maxmemory-policy", "noeviction")
        _append_again(mailbox)


def _append_again(mailbox: Mailbox) -> None:
    """Valkey refuses to be stopped while it writes the first file, so wait for that."""
    mailbox.redis.config_set("appendonly", "yes")
    deadline = monotonic() + 10
    while any(mailbox.redis.info("persistence")[name] for name in ("aof_rewrite_in_progress", "aof_rewrite_scheduled")):
        assert monotonic() < deadline, "the append-only file is still being written"
        sleep(0.01)


@pytest.mark.parametrize("process", ["bot.app", "workers.clock", "bot.queue_worker operations", "bot.queue_worker slack"])
def test_no_process_starts_on_it(valkey: Valkey, mailbox: Mailbox, tmp_path: Path, process: str) -> None:
    config = tmp_path / "sr.toml"
    config.write_text("")
    given = {"REDIS_URL": valkey.url, "SR_CONFIG": str(config), "SR_SLACK_BOT_TOKEN": "xoxb-none", "SR_SLACK_API_URL": "http://127.0.0.1:1/"}
    mailbox.redis.config_set("maxmemory-policy", "allkeys-lru")
    try:
        done = subprocess.run(
            [sys.executable, "-m", *process.split()], env={**os.environ, **given}, capture_output=True, text=True, timeout=30
        )
    finally:
        mailbox.redis.config_set("maxmemory-policy", "noeviction")
    assert done.returncode == 1
    assert "not safe for operations" in done.stderr and "Set `maxmemory-policy noeviction`" in done.stderr
    assert "Traceback" not in done.stderr


def test_one_that_is_away_is_waited_for() -> None:
    require_safe(Settings(redis_url="redis://127.0.0.1:1/0"))


class Managed:
    """A hosted Redis: old, and CONFIG is forbidden."""

    def info(self, section: str) -> dict[str, str]:
        return {"redis_version": "6.2.14"}

    def config_get(self, name: str) -> dict[str, str]:
        raise ResponseError("unknown command 'CONFIG'")


def test_an_old_one_is_named_and_a_forbidden_question_is_no_proof() -> None:
    assert unsafe(Managed()) == ["Redis 6.2.14 is too old: 7.2 or later is needed."]
