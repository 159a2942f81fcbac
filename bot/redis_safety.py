"""Whether a Redis may hold operations: it must survive a restart and must not throw keys away.

`appendonly no` loses every operation at the next restart; any `maxmemory-policy` but noeviction may drop a lock or a
record without a word (Redis docs: persistence, key eviction).
"""

import logging

from redis import RedisError, ResponseError

from bot.redis_connection import Client, connect
from bot.settings import Settings, SettingsError

log = logging.getLogger(__name__)

LEAST_REDIS, LEAST_VALKEY = (7, 2), (8, 0)


def unsafe(redis: Client) -> list[str]:
    """What is wrong, in sentences. Raises RedisError when it does not answer."""
    return [*_old(redis.info("server")), *_settings(redis)]


def _old(server: dict[str, str]) -> list[str]:
    name = "valkey" if "valkey_version" in server else "redis"
    version = str(server.get(f"{name}_version", "0"))
    least = LEAST_VALKEY if name == "valkey" else LEAST_REDIS
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers >= least:
        return []
    return [f"{name.capitalize()} {version} is too old: {'.'.join(map(str, least))} or later is needed."]


def _settings(redis: Client) -> list[str]:
    try:
        append_only = redis.config_get("appendonly").get("appendonly")
        policy = redis.config_get("maxmemory-policy").get("maxmemory-policy")
    except ResponseError:
        log.warning("CONFIG is forbidden on this Redis: see for yourself that AOF is on and that nothing is evicted")
        return []
    problems = []
    if append_only != "yes":
        problems.append("`appendonly` is off: a restart of Redis would forget every operation. Set `appendonly yes`.")
    if policy != "noeviction":
        problems.append(f"`maxmemory-policy` is {policy}: Redis may drop a lock or a record. Set `maxmemory-policy noeviction`.")
    return problems


def require_safe(settings: Settings) -> None:
    """Refuse to start on such a Redis, unless SR_ALLOW_UNSAFE_REDIS says so; one that is away is waited for elsewhere.

    Raises SettingsError.
    """
    try:
        problems = unsafe(connect(settings.redis_url))
    except (RedisError, OSError) as error:
        log.warning("Redis does not answer yet (%s)", error)
        return
    for problem in problems:
        log.warning("Redis: %s", problem)
    if problems and not settings.allow_unsafe_redis:
        words = ["This Redis is not safe for operations:", *problems, "Or set SR_ALLOW_UNSAFE_REDIS=true."]
        raise SettingsError("\n  ".join(words))
