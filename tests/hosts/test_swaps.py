"""Another version's files put in place, cut at every rename and every copy, gone on with, and put back."""

from pathlib import Path

import pytest

from policies.acts import StagePackage, StartProcess, SwapPackage
from policies.cluster import NodeKind
from policies.hosts import JobState
from tests.hosts.fake_starrocks import package
from tests.hosts.rig import BE, FE, Rig

STAGE = StagePackage(role=NodeKind.BACKEND, address=BE, version="3.3.9")
SWAP = SwapPackage(role=NodeKind.BACKEND, address=BE, version="3.3.9", old="3.3.3")
BACK = SwapPackage(role=NodeKind.BACKEND, address=BE, version="3.3.3", old="3.3.9", roll_back=True)

def staged(rig: Rig) -> Rig:
    package(rig.packages, "3.3.9")
    job = rig.do(STAGE)
    assert job.state is JobState.DONE, rig.log(job.id)
    return rig


def version(home: Path) -> str:
    return (home / "lib" / "VERSION").read_text().strip()


def test_stage(rig: Rig) -> None:
    package(rig.packages, "3.3.9")
    assert rig.with_backend().do(STAGE).said == "3.3.9 is staged and verified"
    assert rig.survey().staged == {"3.3.9": True}
    assert sorted(p.name for p in rig.stage.iterdir()) == [".sr-lock", "3.3.9"]
    assert {"bin/start_be.sh", "lib/VERSION"} < set((rig.stage / "3.3.9" / ".sr-manifest-be").read_text().split())
    assert version(rig.be) == "3.3.3"


def test_stage_again_sends_nothing(rig: Rig) -> None:
    staged(rig.with_backend())
    assert rig.do(STAGE).said == "3.3.9 is already staged and verified"


def test_swap(rig: Rig) -> None:
    before = staged(rig.with_backend().running()).pid()
    job = rig.do(SWAP)
    assert job.state is JobState.DONE, rig.log(job.id)
    assert version(rig.be) == "3.3.9" and rig.pid() not in {None, before}
    survey = rig.survey()
    assert (survey.installed, survey.backups) == ("3.3.9-a1b2c3d", ("3.3.3",))
    assert (rig.be / "conf" / "be.conf").exists() and not (rig.be / ".sr-swap").exists()
    assert (rig.be / "www" / "index.html").read_text() == "3.3.9"


def test_swap_of_a_frontend(rig: Rig) -> None:
    package(rig.packages, "3.3.9")
    rig.with_frontend().running(FE)
    stage = StagePackage(role=NodeKind.FOLLOWER, address=FE, version="3.3.9")
    swap = SwapPackage(role=NodeKind.FOLLOWER, address=FE, version="3.3.9", old="3.3.3")
    job = rig.do(stage)
    assert job.state is JobState.DONE, rig.log(job.id)
    job = rig.do(swap)
    assert job.state is JobState.DONE, rig.log(job.id)
    assert rig.survey(FE).installed == "3.3.9-a1b2c3d"
    for entry in ("webroot/index.html", "lib/starrocks-fe.jar"):
        assert (rig.fe / entry).read_text() == "3.3.9"
    assert (rig.fe / ".sr-backup" / "3.3.3" / "spark-dpp").is_dir()


def test_what_is_installed_is_only_restarted(rig: Rig) -> None:
    before = staged(rig.with_backend("3.3.9").running()).pid()
    job = rig.do(SWAP)
    assert job.state is JobState.DONE and "already installed" in rig.log(job.id)
    assert rig.pid() not in {None, before} and not (rig.be / ".sr-backup").exists()


def test_another_version_than_planned_is_installed(rig: Rig) -> None:
    before = staged(rig.with_backend("3.3.5").running()).pid()
    job = rig.do(SWAP)
    assert (job.state, job.said) == (JobState.FAILED, f"{rig.be} holds 3.3.5, not 3.3.3: nothing was changed")
    assert rig.pid() == before


@pytest.mark.parametrize("version", ["main-0a1b2c3", "unknown"])
def test_a_version_that_cannot_be_compared(rig: Rig, version: str) -> None:
    job = rig.with_backend().do(SWAP.with_(version=version))
    assert (job.state, job.said) == (JobState.FAILED, f"{version} is not a version that can be compared")


def test_not_staged(rig: Rig) -> None:
    before = rig.with_backend().running().pid()
    job = rig.do(SWAP)
    assert (job.state, job.said) == (JobState.FAILED, "3.3.9 is not staged on this host: nothing was changed")
    assert rig.pid() == before


def test_a_unit_whose_program_would_be_gone(rig: Rig) -> None:
    """systemd would refuse to start it after the stop."""
    before = staged(rig.with_backend().running()).pid()
    (rig.be / "bin" / "own").mkdir()
    (rig.be / "bin" / "own" / "run.sh").touch()
    rig.server.stub("systemctl", f'[ "$1" != show ] || echo "ExecStart={{ path={rig.be}/bin/own/run.sh ; argv[]={rig.be}/bin/own/run.sh {rig.be}/conf/be.conf ; }}"')
    job = rig.do(SWAP, be_unit="starrocks-be")
    assert job.state is JobState.FAILED
    assert job.said == f"starrocks-be starts {rig.be}/bin/own/run.sh, which 3.3.9 does not bring: put it elsewhere first; nothing was changed"
    assert rig.pid() == before and rig.look().unfinished == ""


def test_roll_back(rig: Rig) -> None:
    staged(rig.with_backend().running())
    rig.do(SWAP)
    job = rig.do(BACK)
    assert job.state is JobState.DONE, rig.log(job.id)
    assert version(rig.be) == "3.3.3" and rig.pid()
    assert rig.survey().backups == ("3.3.9",)
    assert (rig.be / "www" / "index.html").read_text() == "3.3.3"


def test_up_down_and_up_again(rig: Rig) -> None:
    staged(rig.with_backend().running())
    for act, wanted in ((SWAP, "3.3.9"), (BACK, "3.3.3"), (SWAP, "3.3.9"), (BACK, "3.3.3")):
        job = rig.do(act)
        assert job.state is JobState.DONE, rig.log(job.id)
        assert version(rig.be) == wanted


def test_no_backup_to_roll_back_to(rig: Rig) -> None:
    before = rig.with_backend("3.3.9").running().pid()
    job = rig.do(BACK)
    assert job.state is JobState.FAILED and job.said.endswith("does not hold bin and lib: nothing was changed")
    assert rig.pid() == before


def test_a_backup_made_by_hand_is_left_alone(rig: Rig) -> None:
    staged(rig.with_backend())
    (rig.be / "lib.bak").mkdir()
    stale = rig.be / ".sr-backup" / "3.3.3" / "lib"
    stale.mkdir(parents=True)
    (stale / "stale").touch()
    job = rig.do(SWAP)
    assert job.state is JobState.DONE, rig.log(job.id)
    assert (rig.be / "lib.bak").is_dir() and not list((rig.be / "lib.bak").iterdir())
    assert version(rig.be / ".sr-backup" / "3.3.3") == "3.3.3"
    assert rig.survey().backups == ("3.3.3",)


def test_a_package_that_says_another_version(rig: Rig) -> None:
    package(rig.packages, "3.3.9", says="3.3.8")
    job = rig.with_backend().do(STAGE)
    assert (job.state, job.said) == (JobState.FAILED, "the package of 3.3.9 says that it is 3.3.8: nothing was staged")
    assert rig.survey().staged == {}
    assert [p.name for p in rig.stage.iterdir()] == [".sr-lock"]


def test_files_that_fit_while_prepared_but_not_in_place(rig: Rig) -> None:
    """The version is read again where the files will run; when it is another, the old ones come back and run."""
    staged(rig.with_backend().running())
    show = rig.stage / "3.3.9" / "be" / "bin" / "show_be_version.sh"
    show.write_text(f'#!/bin/sh\n[ -e {rig.be}/.sr-new/3.3.9/lib ] && echo "3.3.9 RELEASE" || echo "3.3.8 RELEASE"\n')
    job = rig.do(SWAP)
    assert (job.state, job.said) == (JobState.FAILED, "3.3.9 did not fit: 3.3.3 is in place again and was started")
    assert version(rig.be) == "3.3.3" and rig.pid()
    assert not (rig.be / ".sr-swap").exists()


def test_a_version_that_does_not_start(rig: Rig) -> None:
    """The files are in place and whole: a restart may be tried, and the way back is open."""
    staged(rig.with_backend().running())
    (rig.be / "faults" / "dies_at_once").touch()
    job = rig.do(SWAP, start_timeout_s=1)
    assert job.state is JobState.FAILED and "F0000 bad storage_root_path" in job.said
    assert version(rig.be) == "3.3.9" and not (rig.be / ".sr-swap").exists()
    assert "a swap of versions was cut" not in rig.do(StartProcess(role=NodeKind.BACKEND, address=BE), start_timeout_s=1).said
    (rig.be / "faults" / "dies_at_once").unlink()
    assert rig.do(BACK).state is JobState.DONE
    assert version(rig.be) == "3.3.3" and rig.pid()
