"""The table and the file of the benchmarks; nothing here is timed."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.bench.drained_clusters import DRAINS, MARKS, drains
from tests.bench.goals import GOALS, quantile, table, write
from tests.bench.rolling import between, first_turn, looked_at, own_spans, own_times
from workers.audit import AuditEntry


def test_the_table_says_what_is_met() -> None:
    lines = table({"ack_p99_ratio": 1.1, "plan_p95_s": 2.5}).splitlines()
    assert [line.split()[0] for line in lines] == ["key", "ack_p99_ratio", "plan_p95_s"]
    assert lines[1].endswith("yes") and lines[2].endswith("no")


def test_a_later_run_keeps_what_it_did_not_measure(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    write(path, {"recovery_s": 30.0, "plan_p95_s": 1.0})
    write(path, {"plan_p95_s": 1.5})
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["results"] == {"recovery_s": 30.0, "plan_p95_s": 1.5}
    assert content["goals"] == GOALS and content["machine"]["cpus"] >= 1


def test_a_quantile_is_one_of_the_values() -> None:
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert quantile([float(n) for n in range(1, 101)], 0.99) == 99.0


def test_a_nodes_own_time_ends_with_the_next_heartbeat() -> None:
    happened = [
        (1.0, "fault host_slow_start(host=a)"),
        (100.0, "be on a was sent SIGTERM"),
        (102.0, "be on a ended"),
        (103.0, "be on a started, version 3.3.9"),
        (200.0, "fe on b ended"),
        (201.0, "fe on b started, version 3.3.9"),
    ]
    events = [{"at": at, "what": what} for at, what in happened]
    starts = {"be on a": 60.0, "fe on b": 64.0}
    assert own_times(own_spans(events, starts, {})) == {"be on a": 65.0, "fe on b": 70.0}
    assert own_times(own_spans(events, starts, {"be on a": 97.5})) == {"be on a": 67.5, "fe on b": 70.0}


def test_what_lies_between_two_nodes_is_told_by_what_it_ended_in() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    lines = (
        (0, "started", ""), (2, "acted", "ADD BACKEND BLACKLIST 1"), (3, "intent", "restart the BE on a"),
        (12, "step_done", "BE a has restarted"), (15, "paused", ""), (95, "resumed", ""), (97, "intent", "restart the BE on b"),
        (125, "step_done", "BE b has restarted"), (126, "done", "Done"),
    )  # fmt: skip
    told = [
        AuditEntry(operation="o", cluster="c", at=start + timedelta(seconds=at), what=what, statement=words)
        for at, what, words in lines
    ]
    found = between(told, [(100.0, 120.0), (4.0, 10.0)], lambda at: (at - start).total_seconds())
    assert found == {"blacklist": 2.0, "intent": 3.0, "beginning": 4.0, "seeing_it": 7.0, "other": 3.0, "end": 1.0}


def test_staging_and_people_are_no_part_of_the_ratio() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    lines = (("started", ""), ("intent", "unpack and verify 3.3.9"), ("step_done", ""), ("intent", "install 3.3.9"), ("paused", ""), ("resumed", ""))
    told = [
        AuditEntry(operation="o", cluster="c", at=at + timedelta(minutes=number), what=what, statement=statement)
        for number, (what, statement) in enumerate(lines)
    ]
    assert first_turn(told) == at + timedelta(minutes=2)
    assert looked_at(told) == timedelta(minutes=1)
    assert looked_at(told[:4]) == timedelta()


def test_a_cluster_is_drained_again_and_again_and_learns() -> None:
    seen = list(drains(seed=3))
    assert [drain[0].earlier for drain in seen] == list(range(DRAINS))
    for drain in seen:
        assert [each.mark for each in drain] == [0.0, *MARKS]
        assert all(each.p50_s and each.p90_s and each.p50_s < each.p90_s for each in drain)
        assert [each.left_s for each in drain] == sorted((each.left_s for each in drain), reverse=True)
    assert seen == list(drains(seed=3)), "the same seed drains in the same way"
