"""Which version may take the place of which, hop by hop, and what is to be done first."""

import itertools

import pytest

from policies.acts import SetSetting
from policies.cluster import RunMode
from policies.plan import Verdict
from policies.releases.downgrade_rules import DOWNGRADE_RULES
from policies.releases.paths import LINES, Direction, PathFinding, blocked, crosses_line, direction, judge_path, to_do_first
from policies.releases.rule import Way
from policies.releases.set_first import set_for_good, to_set_first
from policies.releases.upgrade_rules import UPGRADE_RULES
from policies.versions import Build, build
from tests.policies.clusters import mission000


def rules(installed: str, wanted: str, mode: RunMode | None = RunMode.SHARED_NOTHING) -> list[str]:
    return [each.rule for each in judge_path(installed, wanted, mode)]


def find(installed: str, wanted: str, rule: str) -> PathFinding:
    return next(each for each in judge_path(installed, wanted) if each.rule == rule)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("3.3.3-312ed45", Build(number=(3, 3, 3), commit="312ed45")),
        ("3.3.3", Build(number=(3, 3, 3))),
        (" 2.5.22 ", Build(number=(2, 5, 22))),
        ("3.3", None), ("3.5.0-rc01", None), ("3.5.0-rc01-1234567", None), ("UNKNOWN", None), ("main-0ab2adc", None),
        ("BRANCH-2.5-a865dd5", None), ("3.3.3-ee-312ed45", None), ("", None), ("3.3.3; rm", None), ("٣.3.3", None), ("v3.3.3", None),
    ],
)  # fmt: skip
def test_a_released_build(text: str, found: Build | None) -> None:
    assert build(text) == found


@pytest.mark.parametrize(
    ("installed", "wanted", "expected"),
    [
        # Within a line: both ways.
        ("3.3.3-312ed45", "3.3.9", ["allowed"]),
        ("3.3.9", "3.3.3", ["allowed"]),
        ("3.1.2", "3.1.17", ["allowed"]),
        # What cannot be compared.
        ("main-0ab2adc", "3.3.9", ["unreadable"]),
        ("3.3.3", "3.3.9-rc01", ["unreadable"]),
        ("", "UNKNOWN", ["unreadable"]),
        ("2.5.22", "2.6.1", ["no-line"]),
        ("3.3.3-312ed45", "3.3.3", ["same"]),
        ("3.3.3-312ed45", "3.3.3-312ed4511", ["same"]),
        ("3.3.3-312ed45", "3.3.3-aaaaaaa", ["other-build"]),
        # Up.
        ("3.3.3", "3.4.3", ["allowed", "image"]),
        ("3.2.11", "3.4.3", ["allowed", "image", "one-at-a-time", "3.3-java"]),
        ("2.4.3", "3.0.9", ["image", "one-at-a-time", "3.0-only-from-2.5"]),
        ("2.5.22", "3.0.9", ["allowed", "image"]),
        ("2.0.9", "2.1.3", ["allowed", "image", "2.0-batch-size"]),
        ("3.1.17", "3.2.11", ["allowed", "image", "3.2-pipeline-engine"]),
        ("3.1.2", "3.2.1", ["allowed", "image", "3.2-pipeline-engine", "3.2-from-early-3.1"]),
        ("3.2.7", "3.3.0", ["allowed", "image", "3.3.0-cluster-id", "3.3-java", "3.3-default-timestamp"]),
        ("3.2.4", "3.3.1", ["image", "3.3-java", "3.3.1-withdrawn", "3.3-default-timestamp"]),
        ("3.3.0", "3.3.1", ["3.3.1-withdrawn"]),
        ("3.2.3", "3.3.3", ["allowed", "image", "3.3-java", "3.3-default-timestamp"]),
        ("3.2.3", "3.3.4", ["allowed", "image", "3.3-java"]),
        ("3.2.14", "3.5.6", ["allowed", "image", "one-at-a-time", "3.5-java", "3.5-low-cardinality"]),
        ("3.3.9", "3.4.0", ["allowed", "image", "3.4.0-from-3.3.9"]),
        ("3.4.0", "3.4.2", ["3.4.2-replicas"]),
        ("3.4.0", "3.4.3", ["allowed"]),
        ("3.4.9", "3.5.6", ["allowed", "image", "3.5-java", "3.5-low-cardinality"]),
        ("3.4.10", "3.5.6", ["allowed", "image", "3.5-java"]),
        ("3.5.6", "3.5.16", ["allowed", "3.5.15-views-refresh"]),
        ("3.5.6", "3.5.21", ["allowed"]),
        ("3.5.6", "4.0.2", ["allowed", "image"]),
        ("4.0.8", "4.1.0", ["allowed", "image", "4.1.0-image"]),
        ("4.1.2", "4.2.0", ["allowed", "newer", "image"]),
        ("4.2.0", "4.2.1", ["allowed", "newer"]),
        ("4.0.2", "5.0.0", ["allowed", "newer", "image", "one-at-a-time"]),
        # Down.
        ("3.0.9", "2.5.2", ["image", "unknown-records", "2.5-at-least-2.5.3", "2.5-journal-library"]),
        ("3.0.9", "2.5.3", ["allowed", "image", "unknown-records", "2.5-journal-library"]),
        ("3.2.11", "3.1.17", ["allowed", "image", "unknown-records", "3.2-random-buckets"]),
        ("3.3.0", "3.2.2", ["image", "unknown-records", "3.3-not-3.2.0-to-2", "3.3-schema-changes", "3.2-views-with-lz4", "3.3-renamed-columns"]),
        ("3.3.0", "3.2.3", ["image", "unknown-records", "3.3.0-keys-at-least-3.2.4", "3.3-schema-changes", "3.2-views-with-lz4", "3.3-renamed-columns"]),
        ("3.3.3", "3.2.8", ["allowed", "image", "unknown-records", "3.3-schema-changes", "3.3-temporary-tables", "3.3-renamed-columns"]),
        ("3.3.9", "3.2.10", ["image", "unknown-records", "3.3.9-at-least-3.2.11", "3.3-schema-changes", "3.3-temporary-tables", "3.3-renamed-columns"]),
        ("3.3.9", "3.2.11", ["allowed", "image", "unknown-records", "3.3-schema-changes", "3.3-temporary-tables", "3.3-renamed-columns"]),
        ("3.3.9", "3.3.1", ["3.3.1-withdrawn-down"]),
        ("3.4.0", "3.3.8", ["image", "unknown-records", "3.4-at-least-3.3.9", "3.4-rollup-jobs"]),
        ("3.4.0", "3.3.9", ["allowed", "image", "unknown-records", "3.4-rollup-jobs"]),
        ("3.5.18", "3.3.21", ["image", "unknown-records", "one-at-a-time", "3.5-at-least-3.4.6"]),
        ("4.0.1", "3.4.10", ["image", "unknown-records", "one-at-a-time", "4.0-at-least-3.5.2"]),
        ("4.1.2", "3.5.12", ["image", "unknown-records", "one-at-a-time", "4.1-at-least-4.0.6"]),
        ("3.1.17", "2.5.22", ["image", "unknown-records", "one-at-a-time", "2.5-only-from-3.0", "2.5-journal-library"]),
        ("3.5.21", "3.5.18", ["allowed", "3.5.15-views-refresh-down"]),
        ("3.5.18", "3.5.14", ["allowed"]),
        ("3.5.1", "3.4.5", ["image", "unknown-records", "3.5-at-least-3.4.6"]),
        ("3.5.1", "3.4.6", ["allowed", "image", "unknown-records"]),
        ("3.5.1", "3.5.0", ["allowed"]),
        ("3.5.2", "3.5.1", ["3.5.2-not-3.5.0-or-1"]),
        ("4.0.0", "3.5.1", ["image", "unknown-records", "4.0-at-least-3.5.2"]),
        ("4.0.1", "3.5.2", ["allowed", "image", "unknown-records"]),
        ("4.0.2", "3.5.2", ["allowed", "image", "unknown-records", "4.0.2-meta-scan-3.5"]),
        ("4.0.2", "4.0.1", ["allowed", "4.0.2-meta-scan-4.0"]),
        ("4.0.4", "4.0.3", ["allowed"]),
        ("4.0.3", "3.5.10", ["allowed", "image", "unknown-records", "4.0.2-meta-scan-3.5"]),
        ("4.0.3", "3.5.11", ["allowed", "image", "unknown-records"]),
        ("4.1.1", "4.0.5", ["image", "unknown-records", "4.1-at-least-4.0.6"]),
        ("4.1.1", "4.0.6", ["allowed", "image", "unknown-records"]),
    ],
)  # fmt: skip
def test_hops(installed: str, wanted: str, expected: list[str]) -> None:
    assert rules(installed, wanted) == expected


def test_two_lines_back_from_3_3_is_refused() -> None:
    assert "3.3-not-over-3.2" in rules("3.3.4", "3.1.10") and blocked(judge_path("3.3.4", "3.1.10"))


def test_a_rule_of_shared_data_spares_shared_nothing_only() -> None:
    rule = "3.3-cloud-native-index"
    found = [rule in rules("3.3.3", "3.2.11", mode) for mode in (RunMode.SHARED_NOTHING, RunMode.SHARED_DATA, None)]
    assert found == [False, True, True]


@pytest.mark.parametrize(
    ("installed", "wanted", "special"),
    [
        ("3.3.3", "3.3.9", ["shared-data-vacuum-up"]),
        ("3.3.9", "3.4.3", ["shared-data-vacuum-up", "3.4-cache-moves"]),
        ("3.4.3", "3.5.6", ["shared-data-vacuum-up"]),
        ("3.3.9", "3.3.3", ["shared-data-vacuum-down"]),
        ("3.3.3", "3.2.11", ["shared-data-vacuum-down", "3.3-cloud-native-index", "3.3-column-ids"]),
        ("3.3.3", "3.2.8", ["shared-data-vacuum-down", "3.3-cloud-native-index", "3.3-column-ids", "3.3-cache-names"]),
    ],
)
def test_what_object_storage_adds(installed: str, wanted: str, special: list[str]) -> None:
    """Mission document 003's own hop is the first."""
    plain = set(rules(installed, wanted))
    assert [rule for rule in rules(installed, wanted, RunMode.SHARED_DATA) if rule not in plain] == special


def test_the_way_over_the_lines_is_told_in_order() -> None:
    up, down = find("3.1.17", "3.4.3", "one-at-a-time"), find("3.5.6", "3.2.13", "one-at-a-time")
    assert "skips 3.2 and 3.3" in up.finding.sentence and "3.1 -> 3.2 -> 3.3 -> 3.4" in up.finding.advice
    assert "3.5 -> 3.4 -> 3.3 -> 3.2" in down.finding.advice
    assert up.finding.verdict is Verdict.WARN


def test_what_is_to_be_set_first_has_name_and_value() -> None:
    first = to_do_first(judge_path("3.3.3", "3.2.11"))
    set_first = [(each.way, each.name, each.value, each.back) for each in first if each.way is not Way.PERSON]
    assert set_first == [
        (Way.IMAGE, "", "", False),
        (Way.CONF_LINE, "ignore_unknown_log_id", "true", True),
        (Way.FRONTEND_CONFIG, "history_job_keep_max_second", "0", True),
        (Way.FRONTEND_CONFIG, "enable_experimental_temporary_table", "false", False),
    ]
    assert [each.proof for each in first if each.proof] == ["SHOW PROC '/jobs/<db>/schema_change'", "SELECT * FROM information_schema.temp_tables"]
    assert "(done when `SELECT * FROM information_schema.temp_tables` is empty)" in find("3.3.3", "3.2.11", "3.3-temporary-tables").finding.advice
    variable = to_do_first(judge_path("3.4.9", "3.5.6"))[-1]
    assert (variable.way, variable.line) == (Way.GLOBAL_VARIABLE, "SET GLOBAL cbo_enable_low_cardinality_optimize = false")


def test_settings_that_come_first_are_steps() -> None:
    found = judge_path("3.3.3", "3.2.11")
    seen = mission000().with_(settings={"history_job_keep_max_second": "259200", "enable_experimental_temporary_table": "TRUE"})
    assert [(one.name, one.new, one.old) for one in to_set_first(found, seen)] == [("history_job_keep_max_second", "0", "259200")]
    (step,) = set_for_good(found, seen)
    assert step.act == SetSetting(name="enable_experimental_temporary_table", value="false") and not step.lent
    assert step.undo == SetSetting(name="enable_experimental_temporary_table", value="TRUE")
    done = seen.with_(settings={"history_job_keep_max_second": "0", "enable_experimental_temporary_table": "false"})
    assert to_set_first(found, done) == () == set_for_good(found, done)
    assert to_set_first(judge_path("3.3.3", "3.3.9"), seen) == ()


@pytest.mark.parametrize(
    ("installed", "wanted", "found", "crosses"),
    [
        ("3.3.3", "3.3.9", Direction.UP, False),
        ("3.3.9", "3.2.11", Direction.DOWN, True),
        ("2.10.0", "2.9.0", Direction.DOWN, True),
        ("3.3.3-aaaaaaa", "3.3.3-bbbbbbb", Direction.SAME, False),
        ("main", "3.3.3", None, True),
    ],
)
def test_direction(installed: str, wanted: str, found: Direction | None, crosses: bool) -> None:
    assert direction(installed, wanted) is found and crosses_line(installed, wanted) is crosses


def test_every_hop_between_two_lines_has_an_answer_with_a_source() -> None:
    for old, new in itertools.permutations(LINES, 2):
        found = judge_path(f"{old[0]}.{old[1]}.9", f"{new[0]}.{new[1]}.9")
        assert found and all(each.source and each.finding.sentence.endswith(".") for each in found)
        assert blocked(found) == ("allowed" not in [each.rule for each in found])


def test_every_rule_can_strike_and_says_what_to_do() -> None:
    everything = (*UPGRADE_RULES, *DOWNGRADE_RULES)
    assert len({rule.id for rule in everything}) == len(everything)
    for rule in everything:
        assert rule.about(rule.installed.since, rule.wanted.since, rule.mode), rule.id
        assert rule.advice or rule.first, rule.id
    assert all(rule.installed.since < rule.wanted.before for rule in UPGRADE_RULES)
    assert all(rule.wanted.since < rule.installed.before for rule in DOWNGRADE_RULES)
