"""The looks that a picture is drawn from: bounded, in order, and never in the way."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot.queue import Mailbox
from policies.picture import Look
from tests.policies.clusters import NOW
from workers import series

OPERATION = "sr-test"


def look(number: int) -> Look:
    return Look(at=NOW + timedelta(seconds=30 * number), nodes={"10.84.0.18:9050": (number, number)})


def test_days_of_looks_fit_in_order_with_both_ends(mailbox: Mailbox) -> None:
    for number in range(3_000):
        series.note(mailbox.redis, mailbox.keys, OPERATION, look(number))
    found = series.looks(mailbox.redis, mailbox.keys, OPERATION)
    assert series.MOST_LOOKS // 2 < len(found) <= series.MOST_LOOKS
    assert found[0] == look(0) and found[-1] == look(2_999)
    assert [each.at for each in found] == sorted(each.at for each in found)
    assert 0 < mailbox.redis.ttl(mailbox.keys.series(OPERATION)) <= series.KEPT_S


def test_a_turn_that_is_repeated_notes_its_look_once(mailbox: Mailbox) -> None:
    for number in (1, 2, 2, 3):
        series.note(mailbox.redis, mailbox.keys, OPERATION, look(number))
    assert series.looks(mailbox.redis, mailbox.keys, OPERATION) == (look(1), look(2), look(3))


def test_a_redis_that_fails_costs_a_look_and_nothing_else(mailbox: Mailbox, caplog: pytest.LogCaptureFixture) -> None:
    from redis import RedisError

    def away(transaction: bool) -> Any:
        raise RedisError("away")

    series.note(SimpleNamespace(pipeline=away), mailbox.keys, OPERATION, look(1))
    assert "a look is missing" in caplog.text
