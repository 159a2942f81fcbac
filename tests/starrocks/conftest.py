"""A real Valkey for the tests of the shared look; one server per test process, emptied for each test."""

from collections.abc import Iterator

import pytest
from redis import Redis

from workers.valkey import Valkey


@pytest.fixture(scope="session")
def observation_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    # A unix socket's path must be short, and tmp_path's is not always.
    server = Valkey(tmp_path_factory.mktemp("v"))
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def redis(observation_server: Valkey) -> Iterator[Redis]:
    with Redis.from_url(observation_server.url) as client:
        client.flushall()
        yield client
