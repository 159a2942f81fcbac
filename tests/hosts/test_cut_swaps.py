"""Swaps that are cut: the job killed at every change of a file, turned round, or met by somebody who starts the process."""

import shutil
import subprocess
from pathlib import Path

import pytest

from policies.acts import StagePackage, StartProcess, SwapPackage
from policies.cluster import NodeKind
from policies.hosts import JobState
from tests.hosts.fake_starrocks import end_all, package
from tests.hosts.rig import BE, FE, Rig, alive
from tests.hosts.test_swaps import BACK, SWAP, staged, version

TRIPPED = ("mv", "cp", "rm", "mkdir", "rmdir")
TRIPWIRE = """\
/bin/{name} "$@"; rc=$?
case $(tr '\\0' ' ' < /proc/$PPID/cmdline) in *.sr/jobs/*) ;; *) exit $rc ;; esac
case $* in *sr-version*) exit $rc ;; esac
[ -e {home}/.sr-swap ] || [ {prepared} = False ] || exit $rc
count=$(cat {root}/count); count=$((count + 1)); echo $count > {root}/count
[ "$count" != {at} ] || kill -9 0
exit $rc
"""


def cut_at(rig: Rig, act: SwapPackage, at: int, prepared: bool = True) -> bool:
    """Carry out `act`, killing everything of the job after its `at`-th change of a file; whether that came to pass.

    With `prepared`, changes are counted from the moment at which the swap itself has begun.
    """
    (rig.server.root / "count").write_text("0")
    for name in TRIPPED:
        rig.server.stub(name, TRIPWIRE.format(root=rig.server.root, home=rig.be, at=at, name=name, prepared=prepared))
    rig.server.stub("sleep", "exec /bin/sleep 0.01")
    job = rig.do(act, job=f"cut-{at}")
    for name in TRIPPED:
        (rig.server.stubs / name).unlink()
    assert job.state in {JobState.DONE, JobState.LOST}, rig.log(job.id)
    return job.state is JobState.LOST


def www(rig: Rig) -> str:
    return (rig.be / "www" / "index.html").read_text()


@pytest.mark.parametrize("act", [SWAP, BACK], ids=["swap", "roll_back"])
def test_cut_at_every_change_and_gone_on_with(rig: Rig, act: SwapPackage) -> None:
    """The job is killed after its n-th mv, cp, rm, mkdir or rmdir; the next job ends as if nothing had happened."""
    staged(rig.with_backend().running())
    (rig.be / "lib" / "mine.jar").write_text("mine")
    (rig.be / "bin" / "of").write_text("3.3.3")
    (rig.stage / "3.3.9" / "be" / "bin" / "of").write_text("3.3.9")
    if act is BACK:
        rig.do(SWAP)
    end_all(rig.be)
    shutil.copytree(rig.be, rig.directory / "pristine")
    at, cut = 0, True
    while cut:
        at += 1
        end_all(rig.be)
        shutil.rmtree(rig.be)
        shutil.copytree(rig.directory / "pristine", rig.be)
        cut = cut_at(rig, act, at)
        # Whatever starts a process by bin (a unit at boot, a watchdog) finds none, or files of one version.
        assert not (rig.be / "bin").exists() or (rig.be / "bin" / "of").read_text() == version(rig.be) == www(rig), at
        again = rig.do(act)
        assert again.state is JobState.DONE, (at, rig.log(again.id))
        assert version(rig.be) == act.version and rig.pid(), at
        assert version(rig.be / ".sr-backup" / act.old) == act.old, at
        assert (rig.be / "lib" / "mine.jar").read_text() == "mine"
        assert not (rig.be / ".sr-swap").exists() and not (rig.be / ".sr-new").exists(), at
    assert at > 9


@pytest.mark.parametrize("at", range(1, 8))
def test_cut_while_preparing(rig: Rig, at: int) -> None:
    """Nothing was stopped yet: the old process runs on, and the next job starts from the beginning."""
    before = staged(rig.with_backend().running()).pid()
    assert cut_at(rig, SWAP, at, prepared=False)
    assert rig.pid() == before and version(rig.be) == "3.3.3"
    job = rig.do(SWAP)
    assert job.state is JobState.DONE, rig.log(job.id)
    assert version(rig.be) == "3.3.9"


@pytest.mark.parametrize("at", range(1, 11))
def test_cut_and_turned_round(rig: Rig, at: int) -> None:
    """A swap that was cut in the middle is rolled back, not gone on with."""
    staged(rig.with_backend().running())
    assert cut_at(rig, SWAP, at)
    started = rig.do(StartProcess(role=NodeKind.BACKEND, address=BE))
    assert (started.state is JobState.DONE) is not (rig.be / ".sr-swap").exists()
    job = rig.do(BACK)
    assert job.state is JobState.DONE or "nothing was changed" in job.said, (at, rig.log(job.id))
    assert version(rig.be) == "3.3.3"
    assert (rig.be / "bin" / "show_be_version.sh").exists()


@pytest.mark.parametrize("at", [1, 4, 7])
@pytest.mark.parametrize(("line", "ends_at"), [("# forward", "3.3.9"), ("# back", "3.3.3")])
def test_cut_and_ended_by_hand_as_the_manual_says(rig: Rig, at: int, line: str, ends_at: str) -> None:
    staged(rig.with_backend().running())
    assert cut_at(rig, SWAP, at)
    end_all(rig.be)
    manual = [text.strip() for text in Path("docs/hosts.md").read_text().splitlines()]
    first = next(text for text in manual if text.startswith("read -r NEW OLD BACK"))
    loop = manual[next(i for i, text in enumerate(manual) if text.startswith(line)) + 1]
    subprocess.run(["/bin/sh", "-euc", f"{first}\n{loop}"], cwd=rig.be, check=True)
    assert rig.do(StartProcess(role=NodeKind.BACKEND, address=BE)).state is JobState.DONE
    assert version(rig.be) == (rig.be / "www" / "index.html").read_text() == ends_at and (rig.be / "bin" / "start_be.sh").exists()


def test_a_watcher_that_starts_it_again(rig: Rig) -> None:
    """Nothing is exchanged under a process that somebody else starts, or it is known to be unfinished."""
    staged(rig.with_backend().running())
    before = rig.pid()
    assert before
    watcher = subprocess.Popen(
        ["/bin/sh", "-c", f"while kill -0 {before} && [ \"$(cut -d' ' -f3 /proc/{before}/stat)\" != Z ]; do sleep 0.02; done; rm -f {rig.be}/bin/be.pid; exec {rig.be}/bin/start_be.sh --daemon"],
        env=rig.server.environment() | {"PATH": "/usr/bin:/bin"}, stderr=subprocess.DEVNULL, cwd=rig.account,
    )  # fmt: skip
    job = rig.do(SWAP)
    watcher.wait(10)
    assert job.state is JobState.FAILED and "something started it again as process" in job.said
    # Seen before the renames nothing is exchanged; seen after them the swap is told of as unfinished, and goes on.
    assert version(rig.be) == "3.3.3" or (rig.be / ".sr-swap").exists()
    pid = rig.pid()
    assert pid and alive(pid)


def test_a_watcher_that_starts_it_between_two_renames(rig: Rig) -> None:
    """It finds nothing to start until all files are of one version; and the next job stops the intruder and goes on."""
    staged(rig.with_backend().running())
    tried = rig.server.root / "tried"
    rig.server.stub("mv", f'/bin/mv "$@" || exit; [ "$1" = -f ] || [ ! -e {rig.be}/.sr-swap ] || {{ echo x >> {tried}; {rig.be}/bin/start_be.sh --daemon 9>&-; }}; true')
    job = rig.do(SWAP)
    assert job.state is JobState.FAILED and job.said.startswith("something started it again as process")
    assert (rig.be / ".sr-swap").exists() and rig.look().unfinished == "3.3.9 3.3.3"
    assert len(tried.read_text()) > 10 and version(rig.be) == "3.3.9" and not (rig.be / ".sr-new" / "3.3.9" / "bin").exists()
    (rig.server.stubs / "mv").unlink()
    job = rig.do(SWAP)
    assert job.state is JobState.DONE and "goes on with the unfinished swap" in rig.log(job.id), rig.log(job.id)
    assert rig.look().unfinished == ""
    assert rig.survey().installed == "3.3.9-a1b2c3d" and rig.pid()


def test_an_abort_that_may_not_go_back_goes_on(rig: Rig) -> None:
    """In the leader's turn: the node comes up whole, and a swap that did not begin is not begun."""
    act = SWAP.with_(only_if_cut=True)
    staged(rig.with_backend())
    assert rig.do(act).state is JobState.DONE and version(rig.be) == "3.3.3"
    assert cut_at(rig, SWAP, 4) and rig.do(StartProcess(role=NodeKind.BACKEND, address=BE)).state is JobState.FAILED
    job = rig.do(act)
    assert job.state is JobState.DONE, rig.log(job.id)
    assert version(rig.be) == "3.3.9" and rig.pid() and rig.look().unfinished == ""


@pytest.mark.parametrize("act", [SWAP, BACK], ids=["goes_on", "turned_round"])
def test_a_power_loss_that_has_emptied_the_mark(rig: Rig, act: SwapPackage) -> None:
    staged(rig.with_backend().running())
    assert cut_at(rig, SWAP, 4) and not (rig.be / "bin").exists()
    (rig.be / ".sr-swap").write_text("")
    job = rig.do(act)
    assert job.state is JobState.DONE, rig.log(job.id)
    assert version(rig.be) == act.version and rig.pid() and not (rig.be / ".sr-swap").exists()


def test_an_emptied_mark_on_files_that_are_whole(rig: Rig) -> None:
    staged(rig.with_backend("3.3.9").running())
    (rig.be / ".sr-swap").touch()
    assert rig.do(SWAP).state is JobState.DONE and rig.look().unfinished == ""


def test_what_a_power_loss_must_not_undo_is_written_first(rig: Rig) -> None:
    """All new files before the process is stopped, all renames before the mark goes."""
    staged(rig.with_backend().running())
    rig.server.stub("sync", f'[ ! -e {rig.be}/.sr-swap ]; marked=$?; [ -e {rig.be}/bin/be.pid ]; echo "$marked $?" >> {rig.server.root}/synced')
    assert rig.do(SWAP).state is JobState.DONE
    assert (rig.server.root / "synced").read_text() == "0 0\n1 1\n"


def test_a_frontend_that_outlives_its_stop_leaves_no_mark(rig: Rig) -> None:
    """Nothing was exchanged: it may be started and restarted like any other."""
    package(rig.packages, "3.3.9")
    rig.with_frontend()
    (rig.fe / "faults" / "ignores_term").touch()
    before = rig.running(FE).pid(FE)
    rig.do(StagePackage(role=NodeKind.FOLLOWER, address=FE, version="3.3.9"))
    job = rig.do(SwapPackage(role=NodeKind.FOLLOWER, address=FE, version="3.3.9", old="3.3.3", patience_s=1))
    assert job.state is JobState.FAILED and "a frontend is never killed" in job.said
    assert rig.look(FE).unfinished == "" and rig.pid(FE) == before and version(rig.fe) == "3.3.3"
    assert rig.do(StartProcess(role=NodeKind.FOLLOWER, address=FE)).state is JobState.DONE


@pytest.mark.parametrize(
    ("program", "text", "said"),
    [
        ("mkdir", 'case $* in *.sr-backup/3.3.3) exit 1 ;; esac; exec /bin/mkdir "$@"', "cannot make"),
        ("mountpoint", '[ "$2" = {be}/www ]', "www is a mount point"),
        ("stat", 'case $* in "-c %d {be}/lib") echo 9 ;; *) exec /usr/bin/stat "$@" ;; esac', "lib is a mount point"),
        ("stat", 'case $* in "-L -c %d {be}/.sr-backup/3.3.3") echo 9 ;; *) exec /usr/bin/stat "$@" ;; esac', "is on another disk"),
        ("touch", 'case $* in *.sr-manifest) exit 1 ;; esac; exec /usr/bin/touch "$@"', "cannot write in"),
    ],
)
def test_what_can_be_refused_is_refused_before_the_stop(rig: Rig, program: str, text: str, said: str) -> None:
    before = staged(rig.with_backend().running()).pid()
    rig.server.stub(program, text.format(be=rig.be))
    job = rig.do(SWAP)
    assert job.state is JobState.FAILED and said in job.said and job.said.endswith("nothing was changed"), rig.log(job.id)
    assert rig.pid() == before and rig.look().unfinished == ""


def test_old_files_that_cannot_be_put_back_are_not_started(rig: Rig) -> None:
    staged(rig.with_backend().running())
    show = rig.stage / "3.3.9" / "be" / "bin" / "show_be_version.sh"
    show.write_text(f'#!/bin/sh\n[ -e {rig.be}/.sr-new/3.3.9/lib ] && echo "3.3.9 RELEASE" || echo "3.3.8 RELEASE"\n')
    rig.server.stub("mv", f'[ "$1" != {rig.be}/.sr-backup/3.3.3/lib ] || exit 1; exec /bin/mv "$@"')
    job = rig.do(SWAP)
    assert job.state is JobState.FAILED and job.said.endswith("nothing was started")
    assert rig.look().unfinished == "3.3.9 3.3.3" and rig.pid() is None
    (rig.server.stubs / "mv").unlink()
    assert "3.3.3 is in place again" in rig.do(SWAP).said and rig.pid() and version(rig.be) == "3.3.3"
