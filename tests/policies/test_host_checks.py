"""The checklist of hosts, rule by rule: a case is what a host shows and what is said about it."""

from typing import Any

import pytest

from policies.cluster import ClusterState, NodeKind
from policies.host_checks import judge_hosts
from policies.host_checks.members import MOST, ports_for
from policies.host_checks.networks import lies_in
from policies.host_checks.newcomers import and_siblings, brought_in, is_about, judge_brought_in, judge_new, named_as
from policies.hosts import FileState, HostFile, HostLook, HostSurvey, Kernel, Process, Reached
from policies.plan import Verdict
from policies.request import OperationKind
from policies.units import GIB
from tests.policies.clusters import NOW, address, mission000, request
from tests.policies.test_processes import VERSION

KERNEL = Kernel(overcommit=1, swappiness=0, swap=0, huge_pages="madvise", map_areas=262_144)
KEYTAB = "/etc/security/starrocks.keytab"
METASTORE, S3 = "metastore.example.com:9083", "s3.example.com:443"
ABSENT = FileState.ABSENT


def file(path: str, **changes: Any) -> HostFile:
    """A file that is there; with a `state` it is not as it should be."""
    if changes.get("state", FileState.READABLE) is FileState.READABLE:
        changes = {"sha256": "1" * 64, "size": 100, "mode": "400", "owner": "starrocks"} | changes
    return HostFile(**{"path": path, "state": FileState.READABLE, **changes})


def sites(**changes: HostFile | None) -> tuple[HostFile, ...]:
    """core-site.xml and hdfs-site.xml are there, hive-site.xml is not."""
    usual = {"core": file("/opt/be/conf/core-site.xml"), "hdfs": file("/opt/be/conf/hdfs-site.xml"),
             "hive": file("/opt/be/conf/hive-site.xml", state=ABSENT)}  # fmt: skip
    return tuple(each for each in (usual | changes).values() if each is not None)


FINE: dict[str, Any] = {
    "installed": VERSION, "java": 'openjdk version "17.0.12"', "memory": 64 * GIB, "home_free": 50 * GIB, "open_files": 655_350,
    "threads": 65_535, "meta_free": 50 * GIB,
    "clock_skew_s": 0.1, "conf_read": True, "kernel": KERNEL, "krb5": file("/etc/krb5.conf"), "keytabs": (file(KEYTAB),),
    "sites": sites(), "udfs": {"geo.jar": 9_000, "hash.jar": 4_000}, "reached": {METASTORE: Reached.OPEN, S3: Reached.OPEN},
    "listening": frozenset({22, 9050, 8040}),
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
    assert len({finding.check for finding in findings}) == 16


@pytest.mark.parametrize(("at", "after"), [(FE, 300), (BE, 10)])
def test_a_unit_that_lets_a_frontend_end_or_is_a_backends_is_no_finding(at: str, after: int) -> None:
    assert all(finding.verdict is Verdict.OK for finding in judge_hosts(hosts(at, killed_after_s=after)))


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
        (hosts(BE, conf={"priority_networks": "${N}", "N": "192.168.0.0/16"}), Verdict.WARN, "of its `priority_networks`: BE 10.84.0.18:9050 (192."),
        (hosts(FE, java='openjdk version "1.8.0_392"'), Verdict.BLOCK, "has Java 8, and 3.3.3-312ed45 needs 11"),
        (hosts(FE, installed="3.5.2-abcdef0", java='openjdk version "11.0.2"'), Verdict.BLOCK, "3.5.2-abcdef0 needs 17"),
        (hosts(FE, java=""), Verdict.WARN, "Java of FE 10.84.0.19:9010 could not be read"),
        (hosts(FE, conf={"JAVA_OPTS": '"-Xmx8g -XX:+UseConcMarkSweepGC"'}), Verdict.BLOCK, "does not start with -XX:+UseConcMarkSweepGC"),
        (hosts(BE, java=""), Verdict.WARN, "No Java is found on BE 10.84.0.18:9050, Java 17 on 4 others"),
        (hosts(BE, java='openjdk version "11.0.2"'), Verdict.WARN, "Java 11 is used on BE 10.84.0.18:9050, Java 17 on 4 others"),
        (hosts(BE, clock_skew_s=3.0), Verdict.WARN, "The clock of 10.84.0.18 is 2.9 s ahead of the others"),
        (hosts(FE, clock_skew_s=-5.5), Verdict.BLOCK, "5.6 s apart"),
        (hosts(FE, killed_after_s=90), Verdict.WARN, "systemd kills FE 10.84.0.19:9010 (90 s) so long after a stop"),
        (hosts(FE, killed_after_s=59), Verdict.BLOCK, "systemd kills FE 10.84.0.19:9010 (59 s) so long after a stop"),
        (hosts(BE, open_files=1024), Verdict.WARN, "BE 10.84.0.18:9050 (1,024)"),
        (hosts(BE, kernel=KERNEL.with_(overcommit=0)), Verdict.WARN, "`vm.overcommit_memory` is not 1: 0 on 10.84.0.18."),
        (hosts(BE, kernel=KERNEL.with_(swap=8 * GIB, swappiness=60)), Verdict.WARN, "Swap is in use: 8.0 GB, swappiness 60 on 10.84.0.18."),
        (hosts(BE, kernel=KERNEL.with_(huge_pages="always")), Verdict.WARN, "huge pages are always on: always on 10.84.0.18."),
        (hosts(BE, kernel=KERNEL.with_(map_areas=65_530)), Verdict.WARN, "is below 262144: 65,530 on 10.84.0.18."),
        (hosts(BE, keytabs=(file(KEYTAB, state=ABSENT),)), Verdict.WARN, f"The keytab {KEYTAB} is missing: BE 10.84.0.18:9050; 8 others can"),
        (hosts(BE, keytabs=(file(KEYTAB, state=FileState.SHUT, shut="/etc/security"),)), Verdict.WARN, "lies behind /etc/security, which our"),
        (hosts(BE, keytabs=(file(KEYTAB, state=FileState.CLOSED, owner="root", mode="600"),)), Verdict.WARN, "(owner root, mode 600): BE"),
        (hosts(BE, keytabs=(file(KEYTAB, size=0),)), Verdict.WARN, f"The keytab {KEYTAB} is empty: BE 10.84.0.18:9050"),
        (hosts(BE, keytabs=(file(KEYTAB, mode="644"),)), Verdict.WARN, f"Every account on the host can read the keytab {KEYTAB}: BE 10.84"),
        (hosts(BE, krb5=file("/etc/krb5.conf", state=ABSENT)), Verdict.WARN, "krb5.conf of BEs: missing on BE 10.84.0.18:9050; 4 others have the"),
        (hosts(BE, krb5=file("/etc/krb5.conf", sha256="2" * 64)), Verdict.WARN, "krb5.conf of BEs: another one on BE 10.84.0.18:9050"),
        (hosts(BE, conf={"JAVA_OPTS": '"-Djava.security.krb5.conf=/k"'}, krb5=file("/k", state=ABSENT)), Verdict.WARN, "told to read, /k, is missing."),
        (hosts(BE, sites=sites(hdfs=file("/x/hdfs-site.xml", state=ABSENT))), Verdict.WARN, "`conf/hdfs-site.xml` of BEs: missing on BE 10.84.0.18:9050; 4"),
        (hosts(BE, sites=sites(core=file("/x/core-site.xml", sha256="2" * 64))), Verdict.WARN, "`conf/core-site.xml` of BEs: another one on BE 10"),
        (hosts(BE, sites=sites(hive=file("/x/hive-site.xml"))), Verdict.WARN, "`conf/hive-site.xml` of BEs: there on BE 10.84.0.18:9050; 4 others have none"),
        (hosts(BE, sites=sites(core=file("/x/core-site.xml", state=FileState.CLOSED))), Verdict.WARN, "of BEs: not readable on BE 10.84.0.18:9050"),
        (hosts(BE, udfs={"hash.jar": 4_000}), Verdict.WARN, "`geo.jar` for Java UDFs is missing on BE 10.84.0.18:9050, and there on other BEs"),
        (hosts(BE, udfs={}), Verdict.WARN, "`geo.jar` and `hash.jar` for Java UDFs are missing on BE 10.84.0.18:9050"),
        (hosts(BE, udfs={"geo.jar": 1, "hash.jar": 4_000}), Verdict.WARN, "`geo.jar` for Java UDFs has another size on BE 10.84.0.18:9050"),
        (hosts(BE, reached={S3: Reached.SILENT}), Verdict.WARN, f"{S3} does not answer 10.84.0.18; 10.84.0.12, 10.84.0.19 and 2 more reach"),
        (hosts(BE, reached={S3: Reached.REFUSED}), Verdict.WARN, f"{S3} refuses connections from 10.84.0.18; "),
        (hosts(BE, reached={"x.invalid:1": Reached.NAMELESS}), Verdict.WARN, "x.invalid:1 is a name that is not known on 10.84.0.18; no host"),
        (hosts(BE, reached={S3: Reached.FAILED}), Verdict.WARN, f"{S3} cannot be reached from 10.84.0.18; "),
        (hosts(BE, threads=4096), Verdict.WARN, "processes and threads are allowed: BE 10.84.0.18:9050 (4,096)"),
        (hosts(FE, home_free=4 * GIB), Verdict.WARN, "FE 10.84.0.19:9010 (4.0 GB)"),
        (hosts(FE, meta_free=4 * GIB), Verdict.WARN, "on the disk of meta_dir: FE 10.84.0.19:9010 (4.0 GB)"),
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
        hosts(BE, meta_free=1),
        hosts(BE, threads=None),
        hosts(BE, conf={"priority_networks": "${NETWORKS}"}),
        hosts(BE, conf={"priority_networks": "${NETWORKS}", "NETWORKS": "10.84.0.0/16"}),
        hosts(BE, kernel=KERNEL.with_(swap=8 * GIB)),
        hosts(BE, kernel=KERNEL.with_(huge_pages="never")),
        hosts(BE, kernel=None),
        hosts(BE, keytabs=()),
        hosts(BE, krb5=None),
        hosts(BE, sites=()),
        hosts(BE, udfs=None),
        hosts(BE, reached={}),
        hosts(BE, listening=frozenset()),
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
    members = {str(port.at): Reached.OPEN for port in ports_for([NodeKind.BACKEND], state.kinds, state)}
    told = tuple(look.with_(survey=look.survey.with_(members=members)) for look in state.hosts or () if look.survey)
    mine = members | changes.pop("members", {})
    quiet = {"conf_read": None, "listening": frozenset({22}), "members": mine}
    survey = HostSurvey(**{**FINE, **quiet, "conf": BE_CONF | (conf or {}), **changes})
    look = HostLook(address=NEW, taken_at=NOW, trouble=trouble, survey=None if trouble else survey)
    return state.with_(hosts=(*told, look))


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
        (with_new(kernel=KERNEL.with_(overcommit=0)), Verdict.WARN, "0 on 10.84.91.20"),
        (with_new(keytabs=(file(KEYTAB, state=ABSENT),)), Verdict.WARN, "is missing: BE 10.84.91.20:9050; 9 others can read it"),
        (with_new(krb5=file("/etc/krb5.conf", state=ABSENT)), Verdict.WARN, "krb5.conf of BEs: missing on BE 10.84.91.20:9050"),
        (with_new(sites=sites(hdfs=file("/x/hdfs-site.xml", state=ABSENT))), Verdict.WARN, "of BEs: missing on BE 10.84.91.20:9050"),
        (with_new(udfs={}), Verdict.WARN, "are missing on BE 10.84.91.20:9050"),
        (with_new(reached={S3: Reached.SILENT}), Verdict.WARN, f"{S3} does not answer 10.84.91.20; 10.84.0.12, 10.84.0.19 and"),
        (with_new(reached={"other:1": Reached.REFUSED}), Verdict.WARN, "other:1 refuses connections from 10.84.91.20; no host"),
        (with_new(members={"10.84.0.12:9020": Reached.SILENT}), Verdict.BLOCK, "10.84.0.12:9020, the rpc_port of the leader 10.84.0.12, does not"),
        (with_new(members={"10.84.0.18:8060": Reached.REFUSED}), Verdict.BLOCK, "the brpc_port of 10.84.0.18, refuses connections from 10.84.91.20"),
        (with_new(members={"10.84.0.12:8030": Reached.SILENT}), Verdict.WARN, "the http_port of the leader 10.84.0.12, does not answer 10.84.91.20"),
        (with_new(listening=frozenset({22, 8040})), Verdict.WARN, "on 10.84.91.20 listens already on what BE 10.84.91.20:9050 needs: 8040 (be_http_port)"),
        (with_new(listening=frozenset({8041}), conf={"be_http_port": "8041"}), Verdict.WARN, "needs: 8041 (be_http_port)"),
        (with_new(listening=frozenset({8042}), conf={"webserver_port": "8042"}), Verdict.WARN, "needs: 8042 (be_http_port)"),
        (with_new(listening=None), Verdict.OK, "like the others"),
        (with_new(conf={"heartbeat_service_port": "9051"}), Verdict.BLOCK, "is 9051 in its conf file: at port 9050 it would never be seen"),
        (with_new(conf={"custom_config_dir": "${CONFS}"}), Verdict.WARN, "takes ${CONFS} (`custom_config_dir`) from the environment"),
        (with_new(conf={"custom_config_dir": "${CONFS}/${S3_KEY}", "CONFS": "/a"}), Verdict.WARN, "`CONFS` of BEs differs"),
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


def test_a_port_that_nobody_reaches_blocks_nobody() -> None:
    """It may be the member's own matter, or nothing listens there at all."""
    away = {"10.84.0.18:8060": Reached.REFUSED}
    state = with_new(members=away)
    looks = tuple(look.with_(survey=look.survey.with_(members=look.survey.members | away)) for look in state.hosts or () if look.survey)
    (found,) = judge_new(NodeKind.BACKEND, (NEW,), state.with_(hosts=looks))
    assert found.verdict is Verdict.WARN and "no host that was looked at reaches it" in found.sentence


def test_what_the_others_have_wrong_is_not_told_of_a_new_host() -> None:
    """A host's name inside another's is another host's."""
    state = hosts(BE, udfs={}, kernel=KERNEL.with_(overcommit=0), reached={S3: Reached.SILENT}, keytabs=(file(KEYTAB, state=ABSENT),))
    new = HostLook(address=address("10.84.0.1:9050"), taken_at=NOW, survey=HostSurvey(**{**FINE, "conf": BE_CONF, "listening": frozenset()}))
    (found,) = judge_new(NodeKind.BACKEND, (new.address,), state.with_(hosts=(*(state.hosts or ()), new)))
    assert found.verdict is Verdict.OK


@pytest.mark.parametrize(
    ("sentence", "about"),
    [
        ("10.84.0.1 is off", True), ("not on BE 10.84.0.1:9050.", True), ("on 10.84.0.1.", True), ("on 10.84.0.18", False),
        ("on 110.84.0.1", False), ("of 10.84.0.1.2", False), ("10.84.0.1-b", False), ("(10.84.0.1)", True),
    ],
)  # fmt: skip
def test_whom_a_sentence_is_about(sentence: str, about: bool) -> None:
    assert is_about(sentence, "10.84.0.1") is about


def test_ports_of_the_cluster_by_role() -> None:
    others = [BE_ADDRESS for BE_ADDRESS in STATE.kinds if str(BE_ADDRESS) == BE]
    backend = {str(port.at): port.vital for port in ports_for([NodeKind.BACKEND], others, STATE)}
    frontend = {str(port.at): port.vital for port in ports_for([NodeKind.OBSERVER], others, STATE)}
    assert backend["10.84.0.12:9020"] and not backend["10.84.0.12:8030"] and "10.84.0.12:9010" not in backend
    assert {"10.84.0.18:9060", "10.84.0.18:8060", "10.84.0.18:8040"} < {*backend} and "10.84.0.18:9050" not in backend
    assert frontend["10.84.0.12:9010"] and frontend["10.84.0.12:8030"] and frontend["10.84.0.18:9050"]
    down = STATE.with_(frontends=tuple(f.with_(alive=False) for f in STATE.frontends), backends=())
    assert ports_for([NodeKind.BACKEND], STATE.kinds, down) == ()
    assert len(ports_for(NodeKind, STATE.kinds, STATE)) <= MOST


def test_a_move_looks_at_what_comes_beside_what_is_there_and_what_goes() -> None:
    moving = request("10.84.0.18:9050", "10.84.0.19:9010").with_(
        kind=OperationKind.MIGRATE, into=(address("10.84.91.20:9050"), address("10.84.91.20:9010")), options={"rebuild": "10.84.0.12:9050"}
    )
    coming = brought_in(moving, STATE)
    assert {str(node): kind.process for node, kind in coming.items()} == {
        "10.84.91.20:9050": "BE", "10.84.91.20:9010": "FE", "10.84.0.12:9050": "BE",
    }  # fmt: skip
    asked = and_siblings(brought_in)(moving, STATE)
    assert {*coming, *moving.targets} < {*asked} and len(asked) <= 3 + 3 + 3 + 2 + 1
    rebuild = request("10.84.0.12:9050").with_(kind=OperationKind.REBUILD_BACKEND)
    assert brought_in(rebuild, STATE) == {address("10.84.0.12:9050"): NodeKind.BACKEND}
    assert address("10.84.0.18:9050") in and_siblings(brought_in)(rebuild, STATE)


def test_new_nodes_of_several_kinds_are_judged_by_kind() -> None:
    state = with_new(udfs={})
    look = HostLook(address=address("10.84.91.20:9010"), taken_at=NOW, survey=HostSurvey(**{**FINE, "conf": FE_CONF, "installed": "3.3.9"}))
    new = {NEW: NodeKind.BACKEND, look.address: NodeKind.FOLLOWER}
    said = [f.sentence for f in judge_brought_in(new, state.with_(hosts=(*(state.hosts or ()), look)))]
    assert any("for Java UDFs are missing on BE 10.84.91.20:9050" in words for words in said)
    assert any("3.3.9 lies on the disk of FE 10.84.91.20:9010" in words for words in said)


@pytest.mark.parametrize(
    ("how", "words"),
    [(Reached.SILENT, "10.84.0.12 gets no answer from 10.84.91.20:9050"), (Reached.FAILED, "no answer"), (Reached.REFUSED, ""), (Reached.OPEN, "")],
)
def test_the_way_to_a_new_node(how: Reached, words: str) -> None:
    state = with_new()
    leader = address("10.84.0.12:9010")
    heard = {str(NEW): how}
    looks = [
        look.with_(survey=look.survey.with_(members=look.survey.members | (heard if look.address.host == leader.host else {})))
        for look in state.hosts or () if look.survey
    ]  # fmt: skip
    (found,) = judge_new(NodeKind.BACKEND, (NEW,), state.with_(hosts=tuple(looks)))
    assert (found.verdict is Verdict.WARN) == bool(words) and words in found.sentence
