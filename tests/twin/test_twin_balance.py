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


def test_balancing_is_seen_in_the_schedulers_rows(talk: Any, replicas: Any) -> None:
    talked = grown(talk)
    assert talked.twin.run_until(lambda: bool(talked.twin.course.clones.running), 120)
    running = talked.rows("SHOW PROC '/cluster_balance/running_tablets'")
    assert {(row["Type"], row["DestBe"]) for row in running} == {("BALANCE", talked.backend("10.84.9.9")["BackendId"])}
    assert int(next(r["Number"] for r in talked.rows("SHOW PROC '/cluster_balance'") if r["Item"] == "running_tablets")) > 0
    assert talked.total()["UnhealthyTabletNum"] == "0", "nothing is wrong with what is moved"
    talked.twin.advance(900)
    history = talked.rows("SHOW PROC '/cluster_balance/history_tablets'")
    assert {row["State"] for row in history} == {"FINISHED"}
    assert all(len(backends) in (1, 2, 3) for backends in replicas(talked.twin).values())


def test_loads_are_classed(talk: Any) -> None:
    talked = grown(talk)
    talked.twin.advance(20)
    assert [row["StorageMedium"] for row in talked.rows("SHOW PROC '/cluster_balance/cluster_load_stat'")] == ["HDD"]
    rows = talked.rows("SHOW PROC '/cluster_balance/cluster_load_stat/HDD'")
    assert (rows[0]["BeId"], rows[0]["Class"], rows[0]["ReplicaNum"]) == (talked.backend("10.84.9.9")["BackendId"], "LOW", "0")
    assert rows[-1]["Class"] == "HIGH"
    talked.twin.advance(1_200)
    assert "LOW" not in {row["Class"] for row in talked.rows("SHOW PROC '/cluster_balance/cluster_load_stat/HDD'")[1:]}


def test_a_small_new_disk_keeps_what_it_got(talk: Any) -> None:
    talked = talk("small")
    talked.twin.inject("host", host="10.84.9.9", disk_gb=10)
    talked.do(f'ALTER SYSTEM ADD BACKEND "{NEW}"')
    counts = []
    for _ in range(6):
        talked.twin.advance(60)
        counts.append(tablets(talked))
    assert counts == sorted(counts) and counts[-1] > 0
