"""Redis clients for writing scripts: no silent retries, short timeouts.

redis-py 8 retries ten times by default and so applies a command twice when only the reply was lost. Our scripts are
idempotent by token, but a retry must be our decision, made after looking.
"""

from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

Client = Any
"""A Redis client. redis-py types every reply as a union of all replies; what a reply is, is said where it is read."""


def connect(url: str, *, timeout_s: float = 5.0) -> Client:
    """A client that tries each command once; `timeout_s` bounds connecting and each reply."""
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=timeout_s,
        socket_connect_timeout=min(timeout_s, 3.0),
        retry=Retry(NoBackoff(), 0),
        retry_on_timeout=False,
        health_check_interval=30,
    )


def connect_for_rq(url: str) -> Client:
    """RQ stores bytes, and its worker blocks for minutes on a queue: its own client, without decoding."""
    return Redis.from_url(url, socket_connect_timeout=3.0, retry=Retry(NoBackoff(), 0))
