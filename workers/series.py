"""What a picture is drawn from: a bounded list of looks for each drain. Losing any of it is harmless."""

import logging

from redis import RedisError

from bot.keys import Keys
from bot.redis_connection import Client
from policies.picture import Look

log = logging.getLogger(__name__)

MOST_LOOKS = 240
"""Above this every second one of the older half goes: days fit, ever coarser towards the past."""
KEPT_S = 7 * 86_400
"""A drain that is not looked at for a week is forgotten."""


def note(redis: Client, keys: Keys, operation: str, look: Look) -> None:
    """Add a look. Only the worker that has claimed the operation writes here."""
    key = keys.series(operation)
    try:
        pipeline = redis.pipeline(transaction=False)
        pipeline.rpush(key, look.model_dump_json())
        pipeline.expire(key, KEPT_S)
        length = pipeline.execute()[0]
        if length > MOST_LOOKS:
            _thin(redis, key)
    except RedisError as error:
        log.warning("%s: a look is missing from the picture (%s)", operation, error)


def looks(redis: Client, keys: Keys, operation: str) -> tuple[Look, ...]:
    """All that is kept, oldest first; a turn that was repeated after a crash notes nothing twice. Raises RedisError."""
    found = (Look.model_validate_json(text) for text in redis.lrange(keys.series(operation), 0, -1))
    return tuple({look.at: look for look in found}.values())


def _thin(redis: Client, key: str) -> None:
    texts = redis.lrange(key, 0, -1)
    half = len(texts) // 2
    pipeline = redis.pipeline(transaction=True)
    pipeline.delete(key)
    pipeline.rpush(key, *texts[:half:2], *texts[half:])
    pipeline.expire(key, KEPT_S)
    pipeline.execute()
