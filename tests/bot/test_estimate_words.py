"""How long it takes, in words: odds only where drains were measured."""

import pytest

from bot.blocks.phrases import estimate_words
from policies.plan import Estimate

CASES = [
    (Estimate(low_s=7_200, high_s=18_000, reason="from limits."), "2 h to 5 h (from limits)"),
    (Estimate(low_s=60, high_s=60, reason=""), "1 min"),
    (Estimate(low_s=7_777, high_s=10_100, reason="from 6 earlier drains", drains=6), "about 2 h 10 min; 9 in 10 end within 2 h 50 min (from 6 earlier drains)"),
    (Estimate(low_s=None, high_s=None, reason="no disk"), "unknown: no disk"),
    (Estimate(low_s=None, high_s=None, reason=""), "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("estimate", "words"), CASES, ids=[words for _, words in CASES])
def test_time_in_words(estimate: Estimate, words: str) -> None:
    assert estimate_words(estimate) == words
