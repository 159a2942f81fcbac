"""Mission 000 from its first statement to its last, in simulated hours, with what stood in its way."""

from typing import Any

import pytest

from workers.twin import SqlError
from workers.twin.scenarios.before_join import REBUILT

NEW = ("10.84.91.16", "10.84.91.18")
DAY = 86_400.0


def start(t: Any, host: str, process: str) -> None:
    t.twin.inject("host", host=host, process=process, running=True)


def drain(t: Any, host: str) -> None:
    address = f"{host}:9050"
    t.do(f'ALTER SYSTEM DECOMMISSION BACKEND "{address}"')
    assert t.twin.run_until(lambda: t.twin.cluster.backend_at(address) is None, DAY)


@pytest.mark.parametrize("columns", ["3.3.3", "4.0"])
def test_mission_000(talk: Any, replicas: Any, columns: str) -> None:
    t = talk("migration", columns=columns)
    tablets = set(replicas(t.twin))
    t.do('ALTER SYSTEM ADD BACKEND "10.84.91.16:9050", "10.84.91.18:9050"')
    t.twin.advance(60)
    assert {t.backend(host)["Alive"] for host in NEW} == {"false"}
    with pytest.raises(SqlError, match="Unexpected input ','"):
        t.do('ALTER SYSTEM ADD FOLLOWER "10.84.91.16:9010", "10.84.91.18:9010"')
    for host in NEW:
        t.do(f'ALTER SYSTEM ADD FOLLOWER "{host}:9010"')
        start(t, host, "be")
        start(t, host, "fe")
    t.twin.advance(120)
    rows = t.rows("SHOW FRONTENDS")
    assert [(row["IP"], row["Role"], row["Join"], row["Alive"]) for row in rows] == [
        ("10.84.0.12", "LEADER", "true", "true"),
        *((host, "FOLLOWER", "true", "true") for host in ("10.84.0.19", *NEW)),
    ]
    for host in NEW:
        row = t.backend(host)
        assert (row["Alive"], row["TotalCapacity"], row["DataTotalCapacity"], row["CpuCores"]) == (
            *("true", "1.475 TB", "1.400 TB", "32"),
        )

    former = t.backend("10.84.0.12")["BackendId"]
    drain(t, "10.84.0.12")
    t.twin.inject("host", running=False, **REBUILT)
    t.do('ALTER SYSTEM ADD BACKEND "10.84.0.12:9050"')
    t.twin.advance(30)
    assert t.backend("10.84.0.12")["Alive"] == "false"
    start(t, "10.84.0.12", "be")
    t.twin.advance(120)
    row = t.backend("10.84.0.12")
    assert row["BackendId"] != former
    assert (row["Alive"], row["TotalCapacity"], row["DataTotalCapacity"]) == ("true", "1.475 TB", "1.396 TB")
    assert t.rows(f"SHOW PROC '/backends/{row['BackendId']}'")[0]["RootPath"] == "/data2/starrocks/be"

    drain(t, "10.84.0.18")
    with pytest.raises(SqlError, match=r"frontend does not exist\[10\.84\.0\.18:9010\]"):
        t.do('ALTER SYSTEM DROP FOLLOWER "10.84.0.18:9010"')
    drain(t, "10.84.0.19")
    t.do('ALTER SYSTEM DROP FOLLOWER "10.84.0.19:9010"')
    assert t.twin.reachable(t.twin.cluster.frontend_named("10.84.0.19")), "stale until somebody stops it"
    with pytest.raises(SqlError, match=r"can not drop current master node\."):
        t.do('ALTER SYSTEM DROP FOLLOWER "10.84.0.12:9010"')

    assert [row["IP"] for row in t.rows("SHOW BACKENDS")] == ["10.84.0.12", *NEW]
    placed = replicas(t.twin)
    assert set(placed) == tablets and all(placed.values()), "nothing was lost"
    assert int(t.total()["UnhealthyTabletNum"]) == 0
    assert not [entry.sql for entry in t.twin.log if entry.unknown]
