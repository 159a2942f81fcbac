"""Materialized views: the order of what stands on what, whom a word means, what an activation costs by version."""

from itertools import pairwise

import pytest

from policies.named_views import named
from policies.view_refresh import RULES, Activation, activation, refresh_storm_on_leader_restart
from policies.views import MANUAL_REASON, View, Views

E, C, U = Activation.EVERYTHING, Activation.WHAT_CHANGED, Activation.UNKNOWN


def view(number: int, name: str, **changes: object) -> View:
    database, _, rest = name.partition(".")
    return View(id=number, database=database, name=rest, refresh="ASYNC", active=True, last_state="SUCCESS", last_started="t0").with_(**changes)


A, B, C1, D = view(1, "dws.a"), view(2, "dws.b"), view(3, "ads.c"), view(4, "ads.d")
CHAIN = Views(seen=(D, C1, B, A), stands_on=((2, 1), (3, 2), (4, 1)))


@pytest.mark.parametrize(
    ("views", "chosen", "layers"),
    [
        (CHAIN, CHAIN.seen, [["a"], ["b", "d"], ["c"]]),
        (CHAIN, (C1, A), [["a"], ["c"]]),  # b lies between and is not chosen
        (CHAIN, (D, B), [["b", "d"]]),
        (CHAIN, (), []),
        (CHAIN.with_(stands_on=()), CHAIN.seen, [["a", "b", "c", "d"]]),
        (CHAIN.with_(stands_on=None), CHAIN.seen, [["a"], ["b"], ["c"], ["d"]]),
        (CHAIN.with_(stands_on=((2, 1), (1, 2))), CHAIN.seen, [["c", "d"], ["a", "b"]]),  # a ring
        (CHAIN.with_(stands_on=((3, 3), (4, 99))), (C1, D), [["c", "d"]]),  # itself, and one that is not seen
    ],
)
def test_bases_come_first(views: Views, chosen: tuple[View, ...], layers: list[list[str]]) -> None:
    assert [[each.name for each in layer] for layer in views.layers(chosen)] == layers


def test_what_stands_on_a_view_through_others_counts() -> None:
    assert CHAIN.over(A) == {2, 3, 4} and CHAIN.under(C1) == {1, 2} and CHAIN.over(C1) == frozenset()


ODD = Views(seen=(A, view(5, "ads.top`10.v2"), view(6, "a.b.c"), view(7, "dws.orders daily"), view(8, "报表.日报")))


@pytest.mark.parametrize(
    ("words", "meant", "nothing"),
    [
        ((), [1, 5, 6, 7, 8], ()),
        (("ALL",), [1, 5, 6, 7, 8], ()),
        (("dws",), [1, 7], ()),
        (("dws", "dws.a"), [1, 7], ()),
        (("dws.orders daily", "ads.top`10.v2", "报表"), [7, 5, 8], ()),
        (("a.b.c",), [6], ()),
        (("DWS", "a"), [6], ("DWS",)),
        (("dws.a; DROP", "nothing"), [], ("dws.a; DROP", "nothing")),
    ],
)
def test_whom_a_word_means(words: tuple[str, ...], meant: list[int], nothing: tuple[str, ...]) -> None:
    found = named(words, ODD)
    assert ([each.id for each in found.views], found.nothing) == (meant, nothing)


@pytest.mark.parametrize(
    ("version", "costs", "storm"),
    [
        ("2.5.13-b4e8b7c", E, False),
        ("3.3.3-312ed45", E, False),
        ("3.3.22", E, False),
        ("3.4.2", E, False),
        ("3.4.3", C, False),
        ("3.4.12", C, False),
        ("3.5.0-rc01", E, False),
        ("3.5.14", E, False),
        ("3.5.15", E, True),
        ("3.5.18", E, True),
        ("3.5.20", E, True),
        ("3.5.21", U, None),
        ("4.0.1-4b5d3b2", C, False),
        ("4.1.0", C, False),
        ("2.3.1", U, False),
        ("main-0ab2adc", U, None),
        ("", U, None),
    ],
)
def test_what_a_version_refreshes(version: str, costs: Activation, storm: bool | None) -> None:
    assert activation(version) is costs
    assert refresh_storm_on_leader_restart(version) is storm


def test_the_ranges_neither_overlap_nor_leave_gaps() -> None:
    assert all(earlier.below == later.since for earlier, later in pairwise(RULES))
    assert all(rule.source for rule in RULES)


def test_only_what_a_person_paused_counts_as_paused_by_hand() -> None:
    assert view(1, "a.b", active=False, reason=MANUAL_REASON).paused_by_hand
    assert not view(1, "a.b", active=False, reason="base-table dropped: t").paused_by_hand
    assert not view(1, "a.b", reason=MANUAL_REASON).paused_by_hand
    assert not view(1, "a.b", refresh="MANUAL").refreshes and view(1, "a.b").refreshes
