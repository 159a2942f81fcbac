"""The driver against Debian's own sshd: what an in-process server cannot prove. One server, a throwaway key, loopback only."""

import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest

from policies.acts import (
    EditConf,
    PrepareStorage,
    RestartProcess,
    SetStorage,
    StagePackage,
    StartProcess,
    StopProcess,
    SwapPackage,
)
from policies.cluster import NodeKind
from policies.hosts import JobState
from tests.hosts.fake_starrocks import end_all, package
from tests.hosts.rig import BE, HOST, Rig
from tests.hosts.ssh_server import SshServer
from workers.hosts import HostOutcomeUnknown, HostRefused, HostUnreachable

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/sbin:/usr/bin")
pytestmark = pytest.mark.skipif(SSHD is None, reason="sshd is not installed (Debian package openssh-server)")

CONFIG = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {root}/host_key
AuthorizedKeysFile {root}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
SetEnv HOME={account} TMPDIR={tmp} PATH={stubs}:/usr/sbin:/usr/bin:/sbin:/bin
"""


@pytest.fixture
def sshd(tmp_path: Path, client_key: asyncssh.SSHKey, request: pytest.FixtureRequest) -> Iterator[Rig]:
    """The same rig, reached through OpenSSH as the user who runs the tests."""
    host = SshServer(tmp_path / "host", client_key)
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host.port = free.getsockname()[1]
    (tmp_path / "host_key").write_bytes(host.host_key.export_private_key())
    (tmp_path / "host_key").chmod(0o600)
    (tmp_path / "authorized_keys").write_bytes(client_key.export_public_key())
    config = CONFIG.replace("Subsystem sftp internal-sftp\n", getattr(request, "param", "Subsystem sftp internal-sftp\n"))
    (tmp_path / "config").write_text(config.format(port=host.port, root=tmp_path, account=host.home, stubs=host.stubs, tmp=tmp_path / "host" / "tmp"))
    server = subprocess.Popen([SSHD or "", "-D", "-e", "-f", str(tmp_path / "config")], stderr=(tmp_path / "log").open("wb"))
    rig = Rig(tmp_path, host, client_key, user=getpass.getuser())
    Rig.wait(lambda: "listening" in (tmp_path / "log").read_text())
    yield rig
    server.terminate()
    server.wait(10)
    end_all(tmp_path)


def test_look_and_restart(sshd: Rig) -> None:
    before = sshd.with_backend().running().pid()
    assert sshd.do(RestartProcess(role=NodeKind.BACKEND, address=BE)).state is JobState.DONE
    assert sshd.pid() not in {None, before}
    assert sshd.survey().installed == "3.3.3-a1b2c3d"


def test_stage_swap_and_edit(sshd: Rig) -> None:
    """Uploads go through OpenSSH's own sftp."""
    package(sshd.with_backend().running().packages, "3.3.9")
    assert sshd.do(StagePackage(role=NodeKind.BACKEND, address=BE, version="3.3.9")).state is JobState.DONE
    job = sshd.do(SwapPackage(role=NodeKind.BACKEND, address=BE, version="3.3.9", old="3.3.3"))
    assert job.state is JobState.DONE, sshd.log(job.id)
    edit = EditConf(role=NodeKind.BACKEND, address=BE, key="mem_limit", value="70%", old="80%")
    assert sshd.do(edit).state is JobState.DONE
    survey = sshd.survey()
    assert survey.installed == "3.3.9-a1b2c3d" and survey.conf and survey.conf["mem_limit"] == "70%"


@pytest.mark.parametrize("sshd", [""], indirect=True, ids=["none"])
def test_an_sshd_without_sftp_is_refused_and_not_tried_again(sshd: Rig) -> None:
    package(sshd.with_backend().packages, "3.3.9")
    with pytest.raises(HostRefused, match="offers no sftp"):
        sshd.driver().begin("op-9.1", StagePackage(role=NodeKind.BACKEND, address=BE, version="3.3.9"))


def test_a_job_outlives_its_link(sshd: Rig) -> None:
    """sshd ends a session when its output is closed; what was begun goes on in a session of its own."""
    sshd.with_backend()
    sshd.driver().begin("op-9.1", StartProcess(role=NodeKind.BACKEND, address=BE))
    sshd.driver().begin("op-9.1", StartProcess(role=NodeKind.BACKEND, address=BE))
    assert sshd.ended("op-9.1").state is JobState.DONE
    assert sshd.pid()


def test_sshd_dies_in_the_middle(sshd: Rig) -> None:
    """The session's process is killed when the job has just begun: its outcome is unknown, and it is begun once."""
    sshd.with_backend().running()
    sshd.server.stub("find", "kill -9 $(cut -d ' ' -f 4 /proc/$PPID/stat)")
    restart = RestartProcess(role=NodeKind.BACKEND, address=BE)
    with pytest.raises(HostOutcomeUnknown, match="cut"):
        sshd.driver().begin("op-9.1", restart)
    (sshd.server.stubs / "find").unlink()
    sshd.driver().begin("op-9.1", restart)
    assert sshd.ended("op-9.1").state is JobState.DONE
    assert (sshd.be / "log" / "be.out").read_text().count("start time") == 2


def test_strangers(sshd: Rig) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519")
    known = sshd.known_hosts.read_text()
    sshd.known_hosts.write_text(f"{HOST} {other.export_public_key().decode()}")
    assert "shows another host key" in sshd.look().trouble
    sshd.known_hosts.write_text(known)
    sshd.key_file.write_bytes(other.export_private_key())
    with pytest.raises(HostUnreachable, match="refuses the key of"):
        sshd.driver().begin("x", StartProcess(role=NodeKind.BACKEND, address=BE))


def test_hashed_known_hosts(sshd: Rig) -> None:
    """As ssh-keygen -H leaves the file on most machines."""
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(sshd.known_hosts)], check=True, capture_output=True)
    assert HOST not in sshd.known_hosts.read_text()
    assert not sshd.with_backend().look().trouble


def test_storage_is_prepared_and_set_while_nothing_runs(sshd: Rig) -> None:
    path = sshd.with_backend().server.root / "new"
    who = {"role": NodeKind.BACKEND, "address": BE}
    assert sshd.do(PrepareStorage(**who, path=str(path))).state is JobState.DONE and path.is_dir()
    assert sshd.do(SetStorage(**who, path=str(path), old="/data1;/data2")).state is JobState.DONE
    assert sshd.do(StartProcess(**who)).state is JobState.DONE
    assert sshd.do(StopProcess(**who, ours=True)).state is JobState.DONE and sshd.pid() is None
