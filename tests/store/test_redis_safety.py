"""A Redis that forgets or evicts is not used; one that forbids CONFIG is believed, with a warning."""

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
        redis.config_set("appendonly", "yes")
        redis.config_set("maxmemory-policy", "noeviction")


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
