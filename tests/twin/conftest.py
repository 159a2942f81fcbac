"""Small verbs for talking to a twin in process."""

from collections.abc import Callable, Iterator
from datetime import tzinfo
from pathlib import Path
from typing import Any

import pytest

from tests.twin.machines import Served
from workers.twin import ResultSet, Twin
from workers.twin.sessions import Session
from workers.twin.sql import formats

Rows = list[dict[str, Any]]


class Talk:
    """A twin and one session on it."""

    def __init__(self, twin: Twin, session: Session | None = None) -> None:
        self.twin = twin
        self.session = session or twin.session()

    def rows(self, sql: str) -> Rows:
        result = self.twin.execute(sql, self.session)
        assert isinstance(result, ResultSet), f"{sql} gave no rows"
        return result.dicts()

    def do(self, sql: str) -> None:
        self.twin.execute(sql, self.session)

    def backend(self, host: str) -> dict[str, Any] | None:
        return next((row for row in self.rows("SHOW BACKENDS") if row["IP"] == host), None)

    def tablets(self, host: str) -> int:
        row = self.backend(host)
        return int(row["TabletNum"]) if row else -1

    def setting(self, name: str) -> str:
        return str(self.rows(f"ADMIN SHOW FRONTEND CONFIG LIKE '{name}'")[0]["Value"])

    def total(self) -> dict[str, Any]:
        return self.rows("SHOW PROC '/statistic'")[-1]

    def messages(self) -> set[str]:
        """What the scheduler says of tablets that wait, and of those it gave up in the last minute."""
        waiting = self.rows("SHOW PROC '/cluster_balance/pending_tablets'")
        past = self.rows("SHOW PROC '/cluster_balance/history_tablets'")
        since = formats.moment(self.twin.epoch + self.twin.now - 60, self.zone)
        given_up = [row for row in past if row["State"] == "CANCELLED" and (row["Finished"] or "") >= since]
        return {row["ErrMsg"] for row in (*waiting, *given_up)} - {""}

    @property
    def zone(self) -> tzinfo:
        return formats.zone(self.session.variables["time_zone"])

    def other(self, fe: str | None = None, user: str = "sr_bot") -> "Talk":
        return Talk(self.twin, self.twin.session(fe, user))


@pytest.fixture
def talk() -> Callable[..., Talk]:
    """`talk("small", columns="4.0")`: a fresh twin and a session on its leader."""

    def make(scenario: str = "small", **options: Any) -> Talk:
        return Talk(Twin.from_scenario(scenario, **options))

    return make


@pytest.fixture
def replicas() -> Callable[[Twin], dict[int, frozenset[int]]]:
    """Every tablet and where its replicas are; fails if one is listed twice."""

    def collect(twin: Twin) -> dict[int, frozenset[int]]:
        found: dict[int, frozenset[int]] = {}
        for tablet, backends in _placed(twin):
            assert tablet not in found, f"tablet {tablet} is in two cohorts"
            found[tablet] = backends
        return found

    return collect


def _placed(twin: Twin) -> Iterator[tuple[int, frozenset[int]]]:
    for cohort in twin.cluster.placement.cohorts.values():
        for tablet in cohort.all_ids():
            yield tablet, cohort.backends


@pytest.fixture(scope="module")
def hosts_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(tmp_path_factory.mktemp("machines"), packages="3.3.9")
    yield served
    served.stop()
    assert "Traceback" not in served.complaints()


@pytest.fixture
def twin(hosts_house: Served) -> Served:
    """A fresh cluster; the process is the same."""
    hosts_house.call("reset")
    return hosts_house


@pytest.fixture
def newer(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """`newer("shared-data", columns="4.0")`: a twin of its own."""
    running: list[Served] = []

    def start(*args: str, **options: str) -> Served:
        running.append(Served(tmp_path, *args, **options))
        return running[-1]

    yield start
    for served in running:
        served.stop()
        assert "Traceback" not in served.complaints()
