"""Frontends of two versions share a journal: which looks watch over it, and what they tell."""

from datetime import timedelta

import pytest

from policies.awaited import ClusterSettled
from policies.mixed import changed, noted, watched
from policies.operation import Objects, OperationState
from policies.plan import Plan
from policies.request import OperationKind
from tests.policies.clusters import NOW, operation
from tests.policies.test_upgrade_plans import REACHED, plan

AFTER = NOW + timedelta(minutes=5)


def rests(made: Plan) -> dict[str, bool]:
    """Every look at the cluster's rest, by the node that it comes after, and whether it bears on the journal."""
    return {
        str(step.until.address): watched(made, index)
        for index, step in enumerate(made.steps)
        if isinstance(step.until, ClusterSettled)
    }


def test_an_upgrade_is_watched_from_the_last_backends_rest_to_the_leaders() -> None:
    seen = rests(plan())
    backends = [str(backend.address) for backend in REACHED.backends]
    frontends = [str(frontend.address) for frontend in REACHED.frontends]
    assert [node for node, on in seen.items() if on] == [list(seen)[len(backends) - 1], *list(seen)[-len(frontends) :]]
    assert set(list(seen)[: len(backends)]) == set(backends)


def test_a_downgrade_is_watched_until_the_last_frontend_is_back() -> None:
    seen = rests(plan("3.3.2", kind=OperationKind.DOWNGRADE))
    assert {node for node, on in seen.items() if on} == {str(frontend.address) for frontend in REACHED.frontends}


def test_nothing_else_is_watched() -> None:
    made = plan()
    assert not any(watched(made, index) for index, step in enumerate(made.steps) if not isinstance(step.until, ClusterSettled))
    assert not watched(made, len(made.steps))
    leader = tuple(frontend for frontend in REACHED.frontends if frontend == REACHED.leader)
    assert not any(rests(plan(state=REACHED.with_(frontends=leader))).values()), "one frontend has nobody to disagree with"
    restart = plan().with_(kind=OperationKind.RESTART_BACKEND)
    assert not any(rests(restart).values())


@pytest.mark.parametrize(
    ("tables", "partitions", "words"),
    [
        (10, 100, ()),
        (11, 100, ("11 tables instead of 10", "two versions")),
        (9, 98, ("9 tables instead of 10 and 98 partitions instead of 100",)),
        (10, 103, ("103 partitions instead of 100", "by themselves")),
        (1_010, 100, ("1,010 tables",)),
    ],
)
def test_what_came_or_went_since_the_last_look(tables: int, partitions: int, words: tuple[str, ...]) -> None:
    before = operation(OperationState.RUNNING, step=3, objects=Objects(at=NOW, tables=10, partitions=100))
    sentence = changed(before, Objects(at=AFTER, tables=tables, partitions=partitions))
    assert all(word in sentence for word in words) and bool(sentence) == bool(words)
    assert ("by themselves" in sentence) == (tables == 10 and partitions != 100)


def test_the_first_look_only_notes_and_an_uncounted_one_says_nothing() -> None:
    assert changed(operation(OperationState.RUNNING, step=3), Objects(at=NOW, tables=1, partitions=1)) == ""
    assert REACHED.health is not None
    assert noted(REACHED, NOW) == Objects(at=NOW, tables=REACHED.health.tables, partitions=REACHED.health.partitions)
    assert noted(REACHED.with_(health=None), NOW) is None
