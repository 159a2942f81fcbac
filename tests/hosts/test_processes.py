"""Start, stop and restart on a host: proven by the process, whatever scripts and pid files say."""

import os
import subprocess
from pathlib import Path

import pytest

from policies.acts import RestartProcess, StagePackage, StartProcess, StopProcess, SwapPackage
from policies.cluster import NodeKind
from policies.hosts import JobState
from tests.hosts.fake_starrocks import install, package
from tests.hosts.rig import BE, FE, Rig, alive

RESTART = RestartProcess(role=NodeKind.BACKEND, address=BE)
START = StartProcess(role=NodeKind.BACKEND, address=BE)
STOP = StopProcess(role=NodeKind.BACKEND, address=BE)


def test_a_look_shows_the_process(rig: Rig) -> None:
    process = rig.with_backend().running().look().process
    assert process is not None and process.executable == str(rig.be / "lib" / "starrocks_be")
    assert process.started_at is not None and process.unit == ""


def test_nothing_runs(rig: Rig) -> None:
    look = rig.with_backend().look()
    assert look.process is None and not look.trouble


def test_restart(rig: Rig) -> None:
    before = rig.with_backend().running().pid()
    job = rig.do(RESTART)
    after = rig.pid()
    assert (job.state, job.exit_code, job.said) == (JobState.DONE, 0, f"process {after} runs")
    assert after and after != before


def test_frontend_restart(rig: Rig) -> None:
    before = rig.with_frontend().running(FE).pid(FE)
    job = rig.do(RestartProcess(role=NodeKind.FOLLOWER, address=FE))
    assert job.state is JobState.DONE, rig.log(job.id)
    assert rig.pid(FE) not in {None, before}


def test_stop_and_start(rig: Rig) -> None:
    before = rig.with_backend().running().pid()
    assert rig.do(STOP).state is JobState.DONE
    assert before and not alive(before) and rig.pid() is None
    assert rig.do(STOP).said == "no process of the backend runs"
    assert rig.do(START).state is JobState.DONE
    assert rig.do(START).said == f"the backend runs already as process {rig.pid()}"


def test_no_pid_file(rig: Rig) -> None:
    """stop_be.sh would answer 0 and do nothing."""
    before = rig.with_backend().running().pid()
    (rig.be / "bin" / "be.pid").unlink()
    assert rig.pid() == before
    assert rig.do(RESTART).state is JobState.DONE
    assert before and not alive(before) and rig.pid()


@pytest.mark.parametrize("found", ["own", "none", "garbage"])
def test_a_pid_file_that_names_another_program(rig: Rig, found: str) -> None:
    before = rig.with_backend().running().pid()
    (rig.be / "bin" / "be.pid").write_text({"own": str(os.getpid()), "none": "", "garbage": "x; reboot"}[found])
    assert rig.pid() == before
    assert rig.do(STOP).state is JobState.DONE
    assert rig.pid() is None


def test_a_stale_pid_file_does_not_stop_a_start(rig: Rig) -> None:
    """After a crash the pid may be another backend's, which the start script would take for this one."""
    other = install(rig.server.root / "opt" / "be2", "be", "3.3.3")
    rig.with_backend().running()
    pid = rig.pid()
    rig.do(STOP)
    rig.be, first = other, rig.be
    second = rig.running().pid()
    rig.be = first
    (rig.be / "bin" / "be.pid").write_text(f"{second}\n")
    assert rig.pid() is None
    assert rig.do(START).state is JobState.DONE
    assert rig.pid() not in {None, pid, second} and second and alive(second)


def test_one_that_ignores_term_is_killed(rig: Rig) -> None:
    rig.with_backend()
    (rig.be / "faults" / "ignores_term").touch()
    before = rig.running().pid()
    job = rig.do(STOP.with_(patience_s=1.0))
    assert job.state is JobState.DONE and f"process {before} still runs after 1 s: kills it" in rig.log(job.id)
    assert rig.pid() is None


def test_patience_is_not_over_because_the_clock_is_set(rig: Rig) -> None:
    """As when a machine goes on after a pause: each glance at the clock is a day later, and the process ends at its own pace."""
    rig.with_backend()
    (rig.be / "faults" / "ignores_term").touch()
    before = rig.running().pid()
    waits, days = rig.server.root / "waits", rig.server.root / "days"
    rig.server.stub("date", f'echo >> {days}; exec /bin/date -d "+$(wc -l < {days}) days" "$@"')
    rig.server.stub("sleep", f'echo >> {waits}; [ "$(wc -l < {waits})" != 3 ] || kill -KILL {before}; exec /bin/sleep 0.02')
    job = rig.do(STOP)
    assert (job.state, job.said) == (JobState.DONE, f"process {before} is gone") and "kills it" not in rig.log(job.id)


def test_a_frontend_is_never_killed(rig: Rig) -> None:
    rig.with_frontend()
    (rig.fe / "faults" / "ignores_term").touch()
    before = rig.running(FE).pid(FE)
    job = rig.do(StopProcess(role=NodeKind.FOLLOWER, address=FE, patience_s=1.0, graceful=False))
    assert job.state is JobState.FAILED and "a frontend is never killed" in job.said
    assert rig.pid(FE) == before


@pytest.mark.parametrize(
    ("act", "stop_fe", "signal"),
    [
        (STOP, "", "SIGTERM"),
        (STOP.with_(graceful=False), "", "SIGKILL"),
        (StopProcess(role=NodeKind.FOLLOWER, address=FE), "#!/bin/sh\n", "SIGTERM"),
        (StopProcess(role=NodeKind.FOLLOWER, address=FE), "#!/bin/sh\n# -g | --graceful\n", "SIGUSR1"),
        (StopProcess(role=NodeKind.FOLLOWER, address=FE, graceful=False), "#!/bin/sh\n# --graceful\n", "SIGTERM"),
    ],
)
def test_the_signal_of_the_stop_script(rig: Rig, act: StopProcess, stop_fe: str, signal: str) -> None:
    """A frontend knows USR1 only where its stop script knows `graceful` (3.4.2)."""
    if act.role.frontend:
        rig.with_frontend().running(FE)
        (rig.fe / "bin" / "stop_fe.sh").write_text(stop_fe)
    else:
        rig.with_backend().running()
    assert f"sends {signal} to" in rig.log(rig.do(act).id)


def test_it_ends_at_once(rig: Rig) -> None:
    rig.with_backend()
    (rig.be / "faults" / "dies_at_once").touch()
    job = rig.do(START, start_timeout_s=1)
    assert job.state is JobState.FAILED and "F0000 bad storage_root_path" in job.said


def test_it_never_starts(rig: Rig) -> None:
    rig.with_backend()
    (rig.be / "faults" / "never_starts").touch()
    job = rig.do(START, start_timeout_s=1)
    assert (job.state, job.said) == (JobState.FAILED, "no process runs 1 s after the start: F0000 cannot open the port")


def test_a_start_script_that_refuses(rig: Rig) -> None:
    rig.with_frontend().server.shell_environment.clear()
    job = rig.do(StartProcess(role=NodeKind.FOLLOWER, address=FE))
    assert (job.state, job.said) == (JobState.FAILED, "start_fe.sh ended with 1: Error: JAVA_HOME is not set.")


def test_what_a_start_script_quotes_of_the_conf_is_no_secret_in_the_thread(rig: Rig) -> None:
    (rig.with_backend().be / "bin" / "start_be.sh").write_text("echo \"export: 'aws_s3_secret_key=do-not-show': not valid\"; exit 1\n")
    job = rig.do(START)
    assert job.said == "start_be.sh ended with 1: export: 'aws_s3_secret_key=*** not valid"


def test_a_watcher_that_starts_it_again(rig: Rig) -> None:
    rig.with_backend().running()
    rig.server.stub("sleep", f'[ "$1" != 0.3 ] || {{ rm {rig.be}/bin/be.pid; {rig.be}/bin/start_be.sh --daemon; }}; exec /bin/sleep "$@"')
    job = rig.do(STOP)
    assert job.state is JobState.FAILED
    assert job.said == f"something started it again as process {rig.pid()}: find out who watches it and stop that first"


def test_a_home_that_is_not_there(rig: Rig) -> None:
    job = rig.do(START)
    assert job.state is JobState.FAILED and job.said == f"{rig.be} has no bin directory: is be_home right?"


def test_with_bash_as_the_hosts_shell(rig: Rig) -> None:
    rig.server.shell = "/bin/bash --posix"
    before = rig.with_backend().running().pid()
    job = rig.do(RESTART)
    assert job.state is JobState.DONE, rig.log(job.id)
    assert rig.pid() not in {None, before} and rig.survey().installed == "3.3.3-a1b2c3d"
    package(rig.packages, "3.3.9")
    assert rig.do(StagePackage(role=NodeKind.BACKEND, address=BE, version="3.3.9")).state is JobState.DONE
    job = rig.do(SwapPackage(role=NodeKind.BACKEND, address=BE, version="3.3.9", old="3.3.3"))
    assert job.state is JobState.DONE, rig.log(job.id)


@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_scripts_are_sh(shell: str) -> None:
    for path in Path("workers/hosts/scripts").glob("*.sh"):
        subprocess.run([shell, "-n", str(path)], check=True)
