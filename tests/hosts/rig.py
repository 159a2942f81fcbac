"""What the tests of the driver share: a host, its settings, and waiting for a job with a limit."""

import subprocess
import time
from pathlib import Path
from typing import Any

import asyncssh

from bot.host_settings import HostsEntry
from policies.acts import HostAct
from policies.address import Address
from policies.cluster import NodeKind
from policies.hosts import HostJob, HostLook, HostSurvey, JobState
from tests.hosts.fake_starrocks import fake_jdk, install
from tests.hosts.ssh_server import SshServer
from workers.hosts.ssh import SshDriver

HOST = "10.84.0.12"
BE = Address(host=HOST, port=9050)
FE = Address(host=HOST, port=9010)
KINDS = {BE: NodeKind.BACKEND, FE: NodeKind.FOLLOWER}


class Rig:
    def __init__(self, directory: Path, server: SshServer, key: asyncssh.SSHKey, user: str = "starrocks") -> None:
        self.user = user
        self.directory = directory
        self.server = server
        self.account = server.home
        self.be, self.fe = server.root / "opt" / "be", server.root / "opt" / "fe"
        self.stage, self.backups, self.packages = server.root / "stage", server.root / "backup", directory / "packages"
        self.key_file, self.known_hosts = directory / "client_key", directory / "known_hosts"
        self.key_file.write_bytes(key.export_private_key())
        self.key_file.chmod(0o600)
        self.known_hosts.write_text(server.known_as(HOST))
        self._jobs = 0

    def entry(self, **changes: Any) -> HostsEntry:
        values: dict[str, Any] = {
            "user": self.user, "known_hosts": str(self.known_hosts), "key_file": str(self.key_file),
            "be_home": str(self.be), "fe_home": str(self.fe), "stage_dir": str(self.stage), "backup_dir": str(self.backups),
            "packages": str(self.packages), "via": {HOST: f"127.0.0.1:{self.server.port}"},
        }  # fmt: skip
        return HostsEntry(**{**values, **changes})

    def driver(self, **changes: Any) -> SshDriver:
        return SshDriver(self.entry(**changes))

    def with_backend(self, version: str = "3.3.3") -> "Rig":
        install(self.be, "be", version)
        return self

    def with_frontend(self, version: str = "3.3.3") -> "Rig":
        install(self.fe, "fe", version)
        self.server.shell_environment["JAVA_HOME"] = str(fake_jdk(self.server.root / "jdk"))
        return self

    def running(self, address: Address = BE) -> "Rig":
        home, role = (self.be, "be") if address == BE else (self.fe, "fe")
        subprocess.run(
            [str(home / "bin" / f"start_{role}.sh"), "--daemon"], env=self.server.environment(), check=True, cwd=self.account,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self.wait(lambda: self.look(address).process)
        return self

    def look(self, address: Address = BE, *jobs: str, **changes: Any) -> HostLook:
        (look,) = self.driver(**changes).look({address: KINDS[address]}, jobs)
        return look

    def survey(self, address: Address = BE, **changes: Any) -> HostSurvey:
        (look,) = self.driver(**changes).look({address: KINDS[address]}, survey=True, members=())
        assert not look.trouble and look.survey is not None, look.trouble
        return look.survey

    def pid(self, address: Address = BE) -> int | None:
        process = self.look(address).process
        return process.pid if process else None

    def job(self) -> str:
        self._jobs += 1
        return f"op-{self._jobs}.1"

    def do(self, act: HostAct, job: str = "", **changes: Any) -> HostJob:
        """Begin an act and wait until its job has ended."""
        job = job or self.job()
        self.driver(**changes).begin(job, act)
        return self.ended(job, act.address if act.address in KINDS else BE)

    def ended(self, job: str, address: Address = BE) -> HostJob:
        """Asked over SSH only once there is something to see: a login costs a hundred times a glance at the file."""
        directory = self.account / ".sr" / "jobs" / job
        self.wait(lambda: (directory / "rc").exists() or ((directory / "pid").exists() and not alive(self._pid_of(directory))))
        ended = self.look(address, job).jobs[job]
        assert ended.state is not JobState.RUNNING
        return ended

    @staticmethod
    def _pid_of(directory: Path) -> int:
        return int((directory / "pid").read_text().split()[0])

    def log(self, job: str) -> str:
        return (self.account / ".sr" / "jobs" / job / "log").read_text()

    @staticmethod
    def wait(condition: Any, limit_s: float = 20) -> Any:
        ends = time.monotonic() + limit_s
        while not (seen := condition()):
            assert time.monotonic() < ends, "not seen in time"
            time.sleep(0.02)
        return seen


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False
