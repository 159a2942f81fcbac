"""A frontend tried on a copy of the metadata: cut off before it starts, or not started; nothing of it left afterwards."""

import itertools
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncssh
import pytest

from policies.acts import BackUpMeta, ForgetRehearsal, HostAct, RehearseMetadata, StagePackage
from policies.address import Address
from policies.cluster import NodeKind
from policies.hosts import HostJob, JobState
from tests.hosts.fake_starrocks import meta, package
from tests.hosts.rig import FE, Rig, alive
from workers.hosts import HostRefused, HostUnderWay
from workers.hosts import rehearsals as bringing

SPARE = Address(host="10.84.99.1", port=9010)
LABEL = "sr-1f2e"
REHEARSE = RehearseMetadata(
    role=NodeKind.FOLLOWER, address=SPARE, version="3.3.9", label=LABEL, source=FE, flag="bdbje_reset_election_group",
    forbidden=(FE, Address(host="10.84.0.18", port=9050)), patience_s=20,
)  # fmt: skip
FORGET = ForgetRehearsal(role=NodeKind.FOLLOWER, address=SPARE, label=LABEL)


def own_network() -> bool:
    """Whether this machine lets its user make one; elsewhere only the refusal can be shown."""
    tool = ["unshare", "--net"] if os.getuid() == 0 else ["unshare", "--user", "--map-root-user", "--net"]
    return shutil.which("unshare") is not None and subprocess.run([*tool, "true"], capture_output=True).returncode == 0


isolated = pytest.mark.skipif(not own_network(), reason="this machine makes no network of its own")


class Rehearsal:
    """A leader's host with a backup, and a spare host with the package; both are one machine behind two names."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig.with_frontend()
        self.directory = rig.server.root / "rehearsal"
        rig.known_hosts.write_text(rig.server.known_as(FE.host) + rig.server.known_as(SPARE.host))
        meta(rig.fe)
        (rig.fe / "conf" / "fe.conf").write_text('JAVA_OPTS="-Xmx1g"\nhttp_port = 28030\n')
        package(rig.packages, "3.3.9")
        self.answers('{"status":"OK","msg":"Success"}')
        self.done(BackUpMeta(role=NodeKind.FOLLOWER, address=FE, label=LABEL))
        self.done(StagePackage(role=NodeKind.FOLLOWER, address=SPARE, version="3.3.9"))

    def answers(self, text: str) -> None:
        self.rig.server.stub("curl", f"echo '{text}'")

    @property
    def settings(self) -> dict[str, Any]:
        via = dict.fromkeys((FE.host, SPARE.host), f"127.0.0.1:{self.rig.server.port}")
        homes = {SPARE.host: {"fe": str(self.rig.server.root / "nothing-here")}}
        return {"spare": SPARE.host, "rehearsal_dir": str(self.directory), "via": via, "start_timeout_s": 1, "homes": homes}

    def fault(self, name: str) -> None:
        place = self.rig.stage / "3.3.9" / "fe" / "faults"
        place.mkdir(exist_ok=True)
        (place / name).touch()

    def do(self, act: HostAct, job: str = "") -> HostJob:
        job = job or self.rig.job()
        self.begin(job, act)
        return self.ended(job)

    def begin(self, job: str, act: HostAct) -> None:
        self.rig.driver(**self.settings).begin(job, act)

    def ended(self, job: str) -> HostJob:
        directory = self.rig.jobs / job
        self.rig.wait(lambda: (directory / "rc").exists())
        (look,) = self.rig.driver(**self.settings).look({SPARE: NodeKind.FOLLOWER}, (job,))
        return look.jobs[job]

    def done(self, act: HostAct) -> HostJob:
        job = self.do(act)
        assert job.state is JobState.DONE, self.rig.log(job.id)
        return job

    def seen(self, name: str) -> str:
        return (self.rig.account / "seen" / name).read_text()

    def nothing_left(self) -> bool:
        """No file of the copy, no process that came of it."""
        mark = str(self.directory)
        running = [pid for pid in processes() if alive(pid) and mark in environment(pid)]
        return not running and [path.name for path in self.directory.iterdir() if path.is_dir()] == []

    def running(self, job: str) -> None:
        self.begin(job, REHEARSE)
        self.rig.wait(lambda: (self.rig.account / "seen" / "modes").exists() and self.frontend())

    def frontend(self) -> int | None:
        mark = f"STARROCKS_HOME={self.directory}"
        return next((pid for pid in processes() if mark in environment(pid) and "StarRocksFE" in arguments(pid)), None)


def processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def environment(pid: int) -> str:
    return _read(pid, "environ")


def arguments(pid: int) -> str:
    return _read(pid, "cmdline")


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


@pytest.fixture
def rehearsal(rig: Rig) -> Rehearsal:
    return Rehearsal(rig)


@isolated
@pytest.mark.parametrize("user", ["root", "starrocks"])
def test_a_rehearsal(rehearsal: Rehearsal, user: str) -> None:
    """As root, and with the user namespace that everybody else needs."""
    if user != "root":
        rehearsal.rig.server.stub("id", 'case "$1" in -u) echo 1000 ;; *) exec /usr/bin/id "$@" ;; esac')
    job = rehearsal.done(REHEARSE)
    assert job.said == "3.3.9 read image.1201 and its journal, led alone, and wrote image.1299"
    assert rehearsal.nothing_left()
    conf, identity = rehearsal.seen("fe.conf"), rehearsal.seen("VERSION")
    assert "clusterId=1\n" not in identity and "token=t\n" not in identity and re.search(r"^clusterId=\d{6,}$", identity, re.M)
    assert f"cluster_id = {re.findall(r'clusterId=(.*)', identity)[0]}" in conf
    assert "bdbje_reset_election_group = true" in conf and f"meta_dir = {rehearsal.directory}/sr-rehearsal-{LABEL}/fe/meta" in conf
    ports = dict(re.findall(r"^(\w+_port) = (\d+)$", conf, re.M))
    assert ports == {
        "http_port": "28031", "rpc_port": "29020", "query_port": "29030", "edit_log_port": "29010", "cloud_native_meta_port": "26090",
    }  # fmt: skip
    assert "-Xmx1024m" in conf and "-Xmx8192m" not in conf
    assert len(rehearsal.seen("route").splitlines()) == 1
    modes = [(mode, path) for mode, _, path in (line.partition(" ") for line in rehearsal.seen("modes").splitlines())]
    secret = [mode for mode, path in modes if "/meta" in path or "/copy" in path or path.endswith("fe.conf")]
    assert len(secret) > 8 and set(secret) <= {"600", "700"}, modes


@isolated
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("unknown_record", "3.3.9 did not start from this metadata: java.io.IOException: got unknown type 20123"),
        ("reads_for_ever", "3.3.9 has not read this metadata within 2 s"),
        ("no_image", "has read this metadata, but wrote no image of its own within 5 s"),
    ],
)
def test_what_fails_is_said_and_deleted(rehearsal: Rehearsal, fault: str, words: str) -> None:
    rehearsal.fault(fault)
    # Patience is what one of them is about; the others end by themselves, also on a slow machine.
    job = rehearsal.do(REHEARSE.with_(patience_s=15 if fault == "unknown_record" else 2))
    assert job.state is JobState.FAILED and words in job.said, rehearsal.rig.log(job.id)
    assert rehearsal.nothing_left()


def test_a_host_that_cannot_cut_it_off_gets_no_copy(rehearsal: Rehearsal) -> None:
    rehearsal.rig.server.stub("unshare", "echo 'unshare failed: Operation not permitted' >&2; exit 1")
    with pytest.raises(HostRefused, match=r"cannot make a network of its own \(`unshare --.*net` fails\).*nothing was copied"):
        rehearsal.begin("x", REHEARSE)
    assert not rehearsal.directory.exists()


def test_an_isolation_that_is_none_is_not_believed(rehearsal: Rehearsal) -> None:
    """An unshare that says yes and runs what it is given where it is."""
    rehearsal.rig.server.stub("unshare", 'while [ "$1" != true ] && [ "$1" != /bin/sh ]; do shift; done; exec "$@"')
    rehearsal.rig.server.stub("ip", "exit 0")
    job = rehearsal.do(REHEARSE)
    assert job.state is JobState.FAILED and "in the network of this host, not in one of its own" in job.said
    assert not (rehearsal.rig.account / "seen").exists() and rehearsal.nothing_left()


@isolated
def test_an_address_of_the_cluster_that_answers(rehearsal: Rehearsal) -> None:
    rehearsal.rig.server.stub("timeout", 'case "$*" in *10.84.0.18*) exit 0 ;; *sr-door*) exit 1 ;; esac; exec /usr/bin/timeout "$@"')
    job = rehearsal.do(REHEARSE)
    assert "10.84.0.18:9050 of the cluster answers from inside: nothing was started" in job.said
    assert not (rehearsal.rig.account / "seen").exists() and rehearsal.nothing_left()


@isolated
def test_a_route_that_leads_out(rehearsal: Rehearsal) -> None:
    """As when somebody's hook puts a link into every new network."""
    answer = 'case "$*" in */proc/net/route*) echo eth0 ;; *) exec /usr/bin/awk "$@" ;; esac'
    rehearsal.rig.server.stub("awk", answer)
    job = rehearsal.do(REHEARSE)
    assert job.state is JobState.FAILED and ("leads out over eth0" in job.said), rehearsal.rig.log(job.id)
    assert not (rehearsal.rig.account / "seen").exists() and rehearsal.nothing_left()


@isolated
def test_forgetting_ends_one_that_runs(rehearsal: Rehearsal) -> None:
    rehearsal.fault("reads_for_ever")
    rehearsal.running("slow")
    assert rehearsal.done(FORGET).said.endswith("its copy of the metadata is deleted from " + str(rehearsal.directory))
    assert rehearsal.ended("slow").state is JobState.FAILED
    assert rehearsal.nothing_left()
    assert "no copy of the metadata is in" in rehearsal.done(FORGET).said


@isolated
@pytest.mark.parametrize("then", [FORGET, REHEARSE], ids=["forget", "again"])
def test_after_a_cut(rehearsal: Rehearsal, then: HostAct) -> None:
    """The host's shell is killed in the middle: the frontend goes on, cut off, until the next job deletes it."""
    rehearsal.fault("reads_for_ever")
    rehearsal.running("cut")
    directory = rehearsal.rig.jobs / "cut"
    kill_job(directory)
    assert rehearsal.frontend() and not rehearsal.nothing_left()
    (rehearsal.rig.stage / "3.3.9" / "fe" / "faults" / "reads_for_ever").unlink()
    rehearsal.done(then)
    assert rehearsal.nothing_left()


def kill_job(directory: Path) -> None:
    """The job's shell and whoever started it; what it began goes on, as after a kill by hand."""
    starter = int((directory / "pid").read_text().split()[0])
    children = Path(f"/proc/{starter}/task/{starter}/children").read_text().split()
    for pid in (starter, *map(int, children)):
        os.kill(pid, signal.SIGKILL)


class Pieces:
    """A link so slow that each call has time for one piece of 1,000 bytes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.written = 0
        write = asyncssh.SFTPClientFile.write

        async def counted(file: Any, *given: Any) -> int:
            self.written += 1
            return await write(file, *given)

        monkeypatch.setattr(bringing, "CHUNK", 1000)
        monkeypatch.setattr(asyncssh.SFTPClientFile, "write", counted)
        monkeypatch.setattr(bringing, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + (20 if self.written else 0)))

    def begin(self, rehearsal: Rehearsal, job: str) -> str:
        """What is told of the rest; nothing when the job has begun."""
        self.written = 0
        try:
            rehearsal.begin(job, REHEARSE)
        except HostUnderWay as more:
            return str(more)
        return ""


@isolated
def test_the_copy_comes_in_pieces(rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is cut goes on where it ended."""
    link = Pieces(monkeypatch)
    told = list(itertools.takewhile(bool, (link.begin(rehearsal, "pieces") for _ in range(20))))
    shares = [int(words.partition(" ")[0]) for words in told]
    assert len(shares) == 9 and shares == sorted(shares), told
    monkeypatch.undo()
    assert rehearsal.ended("pieces").state is JobState.DONE


@isolated
def test_forgetting_one_that_is_only_on_its_way(rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Pieces(monkeypatch).begin(rehearsal, "x")
    assert not rehearsal.nothing_left()
    rehearsal.done(FORGET)
    assert rehearsal.nothing_left()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda r: shutil.rmtree(r.rig.backups), "is no complete backup of the metadata"),
        (lambda r: r.rig.server.stub("df", "echo 'a b c d e f'; echo '/dev/x 9 9 1 99% /'"), "MiB left"),
    ],
)
@isolated
def test_refused_before_anything_is_copied(rehearsal: Rehearsal, harm: Callable[[Rehearsal], None], words: str) -> None:
    harm(rehearsal)
    with pytest.raises(HostRefused, match=words):
        rehearsal.begin("x", REHEARSE)


@isolated
@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("image/ROLE", "role=OBSERVER\n", "checksums"),
        ("SHA256SUMS", "", "no complete backup"),
    ],
)
def test_a_copy_that_is_not_what_it_was(rehearsal: Rehearsal, name: str, text: str, words: str) -> None:
    (rehearsal.rig.backups / "10.84.0.12_9010" / LABEL / name).write_text(text)
    if not text:
        with pytest.raises(HostRefused, match=words):
            rehearsal.begin("x", REHEARSE)
        return
    job = rehearsal.do(REHEARSE)
    assert job.state is JobState.FAILED and words in job.said
    assert rehearsal.nothing_left()


def test_only_on_the_spare_host(rehearsal: Rehearsal) -> None:
    for act in (REHEARSE.with_(address=FE), FORGET.with_(address=FE)):
        with pytest.raises(HostRefused, match="is not the spare host"):
            rehearsal.begin("x", act)


@pytest.mark.parametrize(
    ("theirs", "http"), [({}, 28030), ({"http_port": "28030"}, 28031), ({"rpc_port": "28030"}, 28031), ({"http_port": "x"}, 28030)]
)
def test_ports_of_its_own(theirs: dict[str, str], http: int) -> None:
    ours = bringing.other_ports(theirs)
    assert ours["http_port"] == http and len(set(ours.values())) == 5
    assert not {str(port) for port in ours.values()} & set(theirs.values())


@pytest.mark.parametrize(
    ("conf", "heap"),
    [({}, 8192), ({"JAVA_OPTS": '"-Xmx16g"'}, 16384), ({"JAVA_OPTS": "-Xmx1m", "JAVA_OPTS_FOR_JDK_11": "-Xmx2048m"}, 2048)],
)
def test_heap(conf: dict[str, str], heap: int) -> None:
    assert bringing.heap_mib(conf) == heap
