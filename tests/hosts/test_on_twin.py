"""The driver on the twin's hosts: the same facts, understood by another author, with a cluster that notices."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.host_settings import HostsEntry
from policies.acts import BackUpMeta, EditConf, HostAct, RestartProcess, StagePackage, StartProcess, StopProcess, SwapPackage
from policies.address import Address
from policies.cluster import NodeKind
from policies.hosts import HostJob, HostLook, JobState
from tests.twin.machines import Served
from workers.hosts.ssh import SshDriver


class Twin:
    def __init__(self, served: Served) -> None:
        self.served = served
        ssh: dict[str, Any] = served.ssh
        names = ("user", "known_hosts", "key_file", "be_home", "fe_home", "cn_home", "stage_dir", "backup_dir", "packages", "homes")
        via = {host: f"127.0.0.1:{port}" for host, port in ssh["ports"].items()}
        self.driver = SshDriver(HostsEntry(**{name: ssh[name] for name in names if name in ssh}, via=via))
        homes = ssh["homes"]
        self.be = Address(host=next(host for host, paths in homes.items() if paths.get("be")), port=9050)
        self.fe = Address(host=next(host for host, paths in homes.items() if paths.get("fe")), port=9010)
        self.kinds = {self.be: NodeKind.BACKEND, self.fe: NodeKind.FOLLOWER}
        self._jobs = 0

    def look(self, node: Address, *jobs: str, survey: bool = False) -> HostLook:
        (look,) = self.driver.look({node: self.kinds[node]}, jobs, survey=survey)
        assert not look.trouble
        return look

    def do(self, act: HostAct) -> HostJob:
        self._jobs += 1
        job = f"op-1.{self._jobs}"
        self.driver.begin(job, act)
        return self.served.until(lambda: self._ended(act.address, job))

    def _ended(self, node: Address, job: str) -> HostJob | None:
        # A backend that was asked to stop waits in the cluster's time, which moves on order only.
        self.served.advance(1)
        found = self.look(node, job).jobs[job]
        return None if found.state is JobState.RUNNING else found


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    directory: Path = tmp_path_factory.mktemp("twin")
    served = Served(directory, packages="3.3.9")
    yield Twin(served)
    served.stop()


def done(job: HostJob) -> HostJob:
    assert job.state is JobState.DONE, job.said
    return job


def test_every_host_is_looked_at(twin: Twin) -> None:
    for node in (twin.be, twin.fe):
        look = twin.look(node, survey=True)
        assert look.process and look.survey and look.survey.installed.startswith("3.3.3"), look
        assert look.survey.heap == ("8192m" if node is twin.fe else "")
        assert look.survey.conf and not any("password" in key for key in look.survey.conf)


@pytest.mark.parametrize("kind", ["be", "fe"])
def test_restart_stop_and_start(twin: Twin, kind: str) -> None:
    node = twin.be if kind == "be" else twin.fe
    role, before = twin.kinds[node], twin.look(node).process
    done(twin.do(RestartProcess(role=role, address=node)))
    after = twin.look(node).process
    assert before and after and after.pid != before.pid
    done(twin.do(StopProcess(role=role, address=node)))
    assert twin.look(node).process is None
    done(twin.do(StartProcess(role=role, address=node)))
    assert twin.look(node).process


@pytest.mark.parametrize("kind", ["be", "fe"])
def test_stage_swap_and_roll_back(twin: Twin, kind: str) -> None:
    node = twin.be if kind == "be" else twin.fe
    role, old = twin.kinds[node], twin.look(node, survey=True).survey
    assert old
    done(twin.do(StagePackage(role=role, address=node, version="3.3.9")))
    done(twin.do(SwapPackage(role=role, address=node, version="3.3.9", old=old.installed)))
    new = twin.look(node, survey=True).survey
    assert new and new.installed.startswith("3.3.9") and new.backups == (old.installed,) and new.staged == {"3.3.9": True}
    done(twin.do(SwapPackage(role=role, address=node, version=old.installed, old="3.3.9", roll_back=True)))
    back = twin.look(node, survey=True).survey
    assert back and back.installed == old.installed and back.backups == ("3.3.9",)


def test_edit_and_copy(twin: Twin) -> None:
    survey = twin.look(twin.be, survey=True).survey
    assert survey and survey.conf
    old = survey.conf.get("mem_limit")
    done(twin.do(EditConf(role=NodeKind.BACKEND, address=twin.be, key="mem_limit", value="77%", old=old)))
    after = twin.look(twin.be, survey=True).survey
    assert after and after.conf and after.conf["mem_limit"] == "77%"
    assert (survey.conf_read, after.conf_read) == (True, False)
    done(twin.do(RestartProcess(role=NodeKind.BACKEND, address=twin.be)))
    again = twin.look(twin.be, survey=True).survey
    assert again and again.conf_read is True and again.heap == ""
    done(twin.do(BackUpMeta(role=NodeKind.FOLLOWER, address=twin.fe, label="before")))
