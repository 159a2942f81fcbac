"""A backend that was added is filled by the balancer; the scenario's own nodes stay as their figures say."""

from typing import Any

NEW = "10.84.9.9:9050"


def grown(talk: Any) -> Any:
    talked = talk("small")
    talked.do(f'ALTER SYSTEM ADD BACKEND "{NEW}"')
    return talked


def tablets(talked: Any) -> int:
    return int(talked.backend("10.84.9.9")["TabletNum"])


def test_a_new_backend_is_filled_until_it_is_level(talk: Any) -> None:
    talked = grown(talk)
    before = sum(b.tablets for b in talked.twin.cluster.backends.values())
    talked.twin.advance(90)
    begun = tablets(talked)
    talked.twin.advance(1_200)
    assert 0 < begun < tablets(talked)
    counts = [b.tablets for b in talked.twin.cluster.backends.values()]
    assert sum(counts) == before, "tablets move, none is made or lost"
    assert tablets(talked) >= 0.85 * sum(counts) / len(counts)


def test_it_waits_while_balance_is_switched_off(talk: Any) -> None:
    talked = grown(talk)
    talked.do('ADMIN SET FRONTEND CONFIG ("tablet_sched_disable_balance" = "true")')
    talked.twin.advance(600)
    assert tablets(talked) == 0


def test_the_scenarios_own_nodes_stay(talk: Any) -> None:
    talked = talk("small")
    before = [b.tablets for b in talked.twin.cluster.backends.values()]
    talked.twin.advance(1_200)
    assert [b.tablets for b in talked.twin.cluster.backends.values()] == before
