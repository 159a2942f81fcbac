"""The checklist of hosts, rule by rule: a case is what a host shows and what is said about it."""

from typing import Any

import pytest

from policies.cluster import ClusterState, NodeKind
from policies.host_checks import judge_hosts
from policies.host_checks.networks import lies_in
from policies.host_checks.newcomers import and_siblings, judge_new, named_as
from policies.hosts import HostLook, HostSurvey, Process
from policies.plan import Verdict
from policies.units import GIB
from tests.policies.clusters import NOW, address, mission000, request
from tests.policies.test_processes import VERSION

FINE: dict[str, Any] = {
    "installed": VERSION, "java": 'openjdk version "17.0.12"', "memory": 64 * GIB, "home_free": 50 * GIB, "open_files": 655_350,
    "clock_skew_s": 0.1, "conf_read": True,
}  # fmt: skip
FE_CONF = {"JAVA_OPTS": '"-Xmx8192m -XX:+UseG1GC"', "DATE": '"$(date +%Y%m%d-%H%M%S)"', "priority_networks": "10.84.0.0/16"}
BE_CONF = {"mem_limit": "60%", "priority_networks": "10.84.0.0/16", "storage_root_path": "/data1;/data2"}
BE, FE = "10.84.0.18:9050", "10.84.0.19:9010"
STATE = mission000()


def hosts(at: str = "", *, trouble: str = "", process: bool = True, conf: dict[str, str] | None = None, **changes: Any) -> ClusterState:
    """All is well, but for the node `at`, whose survey has these changes; `conf` is added to its file, None takes a key away."""
    looks = []
    for node, kind in STATE.kinds.items():
        mine = str(node) == at
        own = {**(FE_CONF if kind.frontend else BE_CONF), **((conf or {}) if mine else {})}
        known = {key: value for key, value in own.items() if value}
        shared = {key: value for key, value in changes.items() if key == "clock_skew_s" and node.host == at.rpartition(":")[0]}
        survey = HostSurvey(**{**FINE, **shared, "conf": known, **(changes if mine else {})})
        bad = trouble if mine else ""
        running = Process(pid=1) if (process or not mine) and not bad else None
        looks.append(HostLook(address=node, taken_at=NOW, trouble=bad, process=running, survey=None if bad else survey))
    return STATE.with_(hosts=tuple(looks))


def test_nothing_is_said_where_all_is_well() -> None:
    findings = judge_hosts(hosts())
    assert {finding.verdict for finding in findings} == {Verdict.OK}, [f.sentence for f in findings if f.verdict is not Verdict.OK]
    assert len({finding.check for finding in findings}) == 15


@pytest.mark.parametrize(
    ("state", "verdict", "words"),
    [
        (hosts(BE, trouble="10.84.0.18 refused the connection."), Verdict.BLOCK, "refused the connection"),
        (hosts(BE, installed=""), Verdict.WARN, "of BE 10.84.0.18:9050 could not be read"),
        (hosts(BE, process=False), Verdict.WARN, "No process of BE 10.84.0.18:9050"),
        (hosts(BE, installed="3.3.9-7b9fccd"), Verdict.WARN, "runs 3.3.3-312ed45, but 3.3.9-7b9fccd lies on its disk"),
        (hosts(BE, installed="3.3.3-0000000"), Verdict.WARN, "3.3.3-0000000 lies on its disk"),
        (hosts(BE, conf={"mem_limit": "50%"}), Verdict.WARN, "`mem_limit` of BEs differs: `50%` on 10.84.0.18:9050; `60%` on 4 others"),
        (hosts(BE, conf={"mem_limit": ""}), Verdict.WARN, "`mem_limit` of BEs differs: not set on 10.84.0.18:9050"),
        (hosts(FE, conf={"JAVA_OPTS": '"-Xmx8192m -XX:+UseG1GC -Dwith.a.long.option=here -Danother=one"'}), Verdict.WARN, "-Dwith.a.long"),
        (hosts(BE, conf_read=False), Verdict.WARN, "was changed after the process began"),
        (hosts(BE, conf={"storage_root_path": "/data1 # new"}), Verdict.WARN, "`storage_root_path` of BE 10.84.0.18:9050"),
        (hosts(FE, conf={"LOG_DIR": "$(cat /tmp/x)"}), Verdict.WARN, "here more than a value: `LOG_DIR` of FE"),
        (hosts(FE, conf={"LOG_DIR": "/a; rm -r /b"}), Verdict.WARN, "here more than a value"),
        (hosts(BE, conf={"priority_networks": ""}), Verdict.WARN, "is not set on BE 10.84.0.18:9050"),
        (hosts(BE, conf={"priority_networks": "192.168.0.0/16"}), Verdict.WARN, "lies in none of its"),
        (hosts(FE, java='openjdk version "1.8.0_392"'), Verdict.BLOCK, "has Java 8, and 3.3.3-312ed45 needs 11"),
        (hosts(FE, installed="3.5.2-abcdef0", java='openjdk version "11.0.2"'), Verdict.BLOCK, "3.5.2-abcdef0 needs 17"),
        (hosts(FE, java=""), Verdict.WARN, "Java of FE 10.84.0.19:9010 could not be read"),
        (hosts(FE, conf={"JAVA_OPTS": '"-Xmx8g -XX:+UseConcMarkSweepGC"'}), Verdict.BLOCK, "does not start with -XX:+UseConcMarkSweepGC"),
        (hosts(BE, java=""), Verdict.WARN, "No Java is found on BE 10.84.0.18:9050, Java 17 on 4 others"),
        (hosts(BE, java='openjdk version "11.0.2"'), Verdict.WARN, "Java 11 is used on BE 10.84.0.18:9050, Java 17 on 4 others"),
        (hosts(BE, clock_skew_s=3.0), Verdict.WARN, "The clock of 10.84.0.18 is 2.9 s ahead of the others"),
        (hosts(FE, clock_skew_s=-5.5), Verdict.BLOCK, "5.6 s apart"),
        (hosts(BE, open_files=1024), Verdict.WARN, "BE 10.84.0.18:9050 (1,024)"),
        (hosts(FE, home_free=4 * GIB), Verdict.WARN, "FE 10.84.0.19:9010 (4.0 GB)"),
    ],
)  # fmt: skip
def test_what_is_found(state: ClusterState, verdict: Verdict, words: str) -> None:
    bad = [finding for finding in judge_hosts(state) if finding.verdict is not Verdict.OK]
    assert any(finding.verdict is verdict and words in finding.sentence for finding in bad), [f.sentence for f in bad]


@pytest.mark.parametrize(
    "state",
    [
        hosts(BE, installed="3.3.3"),
        hosts(BE, conf={"storage_root_path": "/data9"}),
        hosts(BE, conf={"custom": ""}),
        hosts(FE, conf={"LOG_DIR": '"/a/b|c"'}),
        hosts(BE, clock_skew_s=2.0),
        hosts(BE, clock_skew_s=None),
        hosts(BE, conf_read=None),
        hosts(BE, home_free=4 * GIB),
        hosts(BE, conf={"priority_networks": "${NETWORKS}"}),
    ],
)
def test_what_is_let_pass(state: ClusterState) -> None:
    assert {finding.verdict for finding in judge_hosts(state)} == {Verdict.OK}


def test_a_clock_of_our_own_that_is_wrong_blames_no_host() -> None:
    late = tuple(
        look.with_(survey=look.survey.with_(clock_skew_s=-90.0)) for look in hosts().hosts or () if look.survey is not None
    )
    found = [f for f in judge_hosts(STATE.with_(hosts=late)) if f.verdict is not Verdict.OK]
    assert [f.sentence for f in found] == ["The hosts' clocks are 90.0 s behind this worker's own."]


@pytest.mark.parametrize(
    ("host", "listed", "inside"),
    [
        ("10.84.0.18", "10.84.0.0/16", True), ("10.84.0.18", "10.84.0.18", True), ("10.84.0.18", "192.168.0.0/16;10.84.0.0/24", True),
        ("10.84.1.18", "10.84.0.0/24", False), ("fd00::1", "10.0.0.0/8;fd00::/8", True), ("be-1.example", "10.0.0.0/8", None),
        ("10.84.0.18", "${NETWORKS}", None),
    ],
)  # fmt: skip
def test_networks(host: str, listed: str, inside: bool | None) -> None:
    assert lies_in(host, listed) is inside


# --- hosts of nodes that are about to be added

NEW = address("10.84.91.20:9050")


def with_new(at: str = "", trouble: str = "", conf: dict[str, str] | None = None, **changes: Any) -> ClusterState:
    """A new backend's host beside those that are there; `at` names an old one that is already another."""
    state = hosts(at, conf={"mem_limit": "40%"} if at else None)
    survey = HostSurvey(**{**FINE, "conf_read": None, "conf": BE_CONF | (conf or {}), **changes})
    look = HostLook(address=NEW, taken_at=NOW, trouble=trouble, survey=None if trouble else survey)
    return state.with_(hosts=(*(state.hosts or ()), look))


@pytest.mark.parametrize(
    ("state", "verdict", "words"),
    [
        (with_new(), Verdict.OK, "installed and configured like the others"),
        (with_new(at=BE), Verdict.OK, "installed and configured like the others"),
        (with_new(trouble="10.84.91.20 is not in known_hosts."), Verdict.WARN, "cannot be looked at yet: 10.84.91.20 is not in known_hosts."),
        (with_new(installed="3.3.9-7b9fccd"), Verdict.BLOCK, "3.3.9-7b9fccd lies on the disk of BE 10.84.91.20:9050, and the cluster runs 3.3.3"),
        (with_new(installed=""), Verdict.WARN, "No StarRocks was found"),
        (with_new(installed="3.3.3"), Verdict.OK, "like the others"),
        (with_new(conf={"mem_limit": "80%"}), Verdict.WARN, "`mem_limit` of BEs differs: `80%` on 10.84.91.20:9050"),
        (with_new(conf={"priority_networks": "192.168.0.0/16"}), Verdict.WARN, "lies in none"),
        (with_new(open_files=1024), Verdict.WARN, "BE 10.84.91.20:9050 (1,024)"),
        (with_new(clock_skew_s=9.0), Verdict.WARN, "The clock of 10.84.91.20 is 8.9 s ahead"),
    ],
)  # fmt: skip
def test_a_new_host(state: ClusterState, verdict: Verdict, words: str) -> None:
    found = judge_new(NodeKind.BACKEND, (NEW,), state)
    assert any(f.verdict is verdict and words in f.sentence for f in found), [f.sentence for f in found]


def test_a_new_host_that_nobody_looks_at_is_not_judged() -> None:
    assert judge_new(NodeKind.BACKEND, (NEW,), STATE) == ()


def test_some_of_the_kind_and_the_leader_are_looked_at_beside_the_new_ones() -> None:
    asked = and_siblings(named_as(NodeKind.OBSERVER))(request("10.84.91.20:9010"), STATE)
    assert asked[address("10.84.91.20:9010")] is NodeKind.OBSERVER and len(asked) in {4, 5}
    assert STATE.leader is not None and STATE.leader.address in asked
    assert asked == and_siblings(named_as(NodeKind.OBSERVER))(request("10.84.91.20:9010", BE), STATE), "a slip is the plan's to tell"
