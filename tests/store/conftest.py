"""A real Valkey for each test process, emptied before each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.queue import Mailbox
from workers.store import Store
from workers.valkey import Valkey


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    server = Valkey(Path(tmp_path_factory.mktemp("v")))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def mailbox(valkey: Valkey) -> Mailbox:
    made = Mailbox(valkey.url, timeout_s=5.0)
    made.redis.flushall()
    return made


@pytest.fixture
def store(mailbox: Mailbox) -> Store:
    return Store(mailbox.redis, visibility_s=30.0)
