"""What a process runs under: its environment, which a shell over SSH lacks, and a systemd unit that watches it."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from policies.acts import RestartProcess, StartProcess, StopProcess
from policies.cluster import NodeKind
from policies.hosts import JobState
from tests.hosts.rig import BE, FE, Rig

RESTART = RestartProcess(role=NodeKind.BACKEND, address=BE)
STOP = StopProcess(role=NodeKind.BACKEND, address=BE)


def test_java_home_of_the_running_process_is_kept(rig: Rig) -> None:
    """A shell over SSH has no login profile: what the process had is remembered for its next start."""
    rig.with_frontend().running(FE)
    rig.server.shell_environment.clear()
    stop, start = StopProcess(role=NodeKind.FOLLOWER, address=FE), StartProcess(role=NodeKind.FOLLOWER, address=FE)
    assert rig.do(stop).state is JobState.DONE and rig.do(start).state is JobState.DONE
    assert (rig.fe / ".sr-environ").read_text() == f"JAVA_HOME={rig.server.root}/jdk\n"
    assert (rig.fe / ".sr-environ").stat().st_mode & 0o777 == 0o600


def test_what_is_kept_of_the_environment_is_never_open_to_others(rig: Rig) -> None:
    """It may hold secrets that the conf refers to; looked at where the file has just been written."""
    seen = rig.with_backend().server.root / "seen"
    (rig.be / "conf" / "be.conf").write_text("x = ${S3_KEY}\n")
    rig.server.shell_environment = {"S3_KEY": "x"}
    rig.running().server.stub("head", f'stat -c %a {rig.be}/.sr-environ.new.* >> {seen} 2>/dev/null; exec /usr/bin/head "$@"')
    rig.do(RESTART)
    assert set(seen.read_text().split()) == {"600"}


def test_variables_that_the_conf_names_are_kept(rig: Rig) -> None:
    rig.with_backend()
    (rig.be / "conf" / "be.conf").write_text("priority_networks = ${NETWORKS}\n#x = ${OTHER}\n")
    rig.server.shell_environment = {"NETWORKS": "10.84.0.0/16", "OTHER": "1", "SECRET_TOKEN": "x", "TZ": "Asia/Shanghai"}
    rig.running().server.shell_environment = {"TZ": "UTC"}
    rig.do(RESTART)
    assert (rig.be / ".sr-environ").read_text() == "NETWORKS=10.84.0.0/16\nTZ=Asia/Shanghai\n"
    has = Path(f"/proc/{rig.pid()}/environ").read_bytes().split(b"\0")
    assert {b"NETWORKS=10.84.0.0/16", b"TZ=Asia/Shanghai"} <= {*has} and not any(pair.startswith(b"LC_") for pair in has)


def under(rig: Rig, pid: int | None, unit: str, says: str) -> None:
    """The process is in that service, of which systemctl says this."""
    rig.server.stub("cat", f'[ "$1" != /proc/{pid}/cgroup ] || {{ echo "0::/system.slice/{unit}"; exit; }}; exec /bin/cat "$@"')
    rig.server.stub("systemctl", f'[ "$1" = show ] || exit 1\nprintf "{says}"')


@pytest.mark.parametrize("says", ["MainPID={pid}\\nPIDFile=\\n", "MainPID=0\\nPIDFile={be}/bin/be.pid\\n"])
def test_a_unit_nobody_told_us_of(rig: Rig, says: str) -> None:
    """systemd would start a stopped process again, even between two renames."""
    before = rig.with_backend().running().pid()
    under(rig, before, "starrocks-be.service", says.format(pid=before, be=rig.be))
    process = rig.look().process
    assert process and process.unit == "starrocks-be.service"
    job = rig.do(RESTART)
    assert job.state is JobState.FAILED
    assert 'systemd unit starrocks-be.service would start it again: set be_unit = "starrocks-be.service"' in job.said
    assert rig.pid() == before


def test_a_start_script_that_stays_is_the_main_process_of_its_unit(rig: Rig) -> None:
    """Type=simple without exec."""
    rig.with_backend()
    program = rig.be / "lib" / "starrocks_be"
    script = rig.be / "bin" / "start_backend.sh"
    script.write_text(f"{program} 100000\n:\n")
    main = subprocess.Popen(["/bin/sh", script], cwd=rig.be, env={})
    try:
        under(rig, rig.wait(rig.pid), "be.service", f"MainPID={main.pid}\\nPIDFile=\\n")
        assert "systemd unit be.service would start it again" in rig.do(RESTART).said
    finally:
        main.kill()
        main.wait()


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("jenkins.service", "process {pid} was started under jenkins.service, which may run other things too: stop it there, or set be_unit if "),
        ("supervisord.service", "process {pid} runs under supervisord.service, which would start it again: stop it there"),
        ("monit.service", "process {pid} runs under monit.service, which would start it again: stop it there"),
    ],
)
def test_a_unit_that_runs_other_things_too_is_not_advised(rig: Rig, unit: str, words: str) -> None:
    """Whoever sets it as be_unit stops all of them with the backend."""
    rig.with_backend()
    runner = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {rig.be}/lib/starrocks_be 100000 & wait"], env={"STARROCKS_HOME": str(rig.be)}, start_new_session=True
    )
    try:
        before = rig.wait(rig.pid)
        under(rig, before, unit, f"MainPID={runner.pid}\\nPIDFile=/run/x.pid\\n")
        job = rig.do(RESTART)
        assert job.state is JobState.FAILED and job.said.startswith(words.format(pid=before)) and rig.pid() == before
    finally:
        os.killpg(runner.pid, signal.SIGKILL)
        runner.wait()


@pytest.mark.parametrize("unit", ["rc-local.service", "atd.service", "cloud-final.service", "salt-minion.service", "crond.service"])
def test_what_starts_a_thing_once_does_not_watch_it(rig: Rig, unit: str) -> None:
    before = rig.with_backend().running().pid()
    under(rig, before, unit, "")
    process = rig.look().process
    assert process and process.unit == ""
    assert rig.do(RESTART).state is JobState.DONE and rig.pid() != before


def test_a_unit_is_stopped_and_started_by_systemd(rig: Rig) -> None:
    before = rig.with_backend().running().pid()
    called = rig.server.root / "called"
    rig.server.stub("systemctl", f"""echo "$@" >> {called}
case $1 in stop) kill $(/bin/cat {rig.be}/bin/be.pid);; start) {rig.be}/bin/start_be.sh --daemon;; esac""")  # fmt: skip
    rig.server.stub("sudo", '[ "$1" = -n ] && shift && exec "$@"')
    job = rig.do(RESTART, be_unit="starrocks-be", sudo=True)
    assert job.state is JobState.DONE, rig.log(job.id)
    assert called.read_text() == "stop starrocks-be\nstart starrocks-be\n"
    assert rig.pid() not in {None, before}


def test_a_unit_that_waits_to_start_its_crashed_process_again_is_stopped(rig: Rig) -> None:
    """Between a crash and Restart= there is no process to find, and systemd would start one in the middle of a swap."""
    called = rig.with_backend().server.root / "called"
    rig.server.stub("systemctl", f'echo "$@" >> {called}')
    job = rig.do(STOP, be_unit="starrocks-be")
    assert job.state is JobState.DONE, rig.log(job.id)
    assert called.read_text() == "stop starrocks-be\n"


def test_a_unit_that_may_not_be_stopped(rig: Rig) -> None:
    """Rather nothing than a signal that systemd would answer with a start."""
    before = rig.with_backend().running().pid()
    rig.server.stub("sudo", 'echo "sudo: a password is required" >&2; exit 1')
    job = rig.do(RESTART, be_unit="starrocks-be", sudo=True)
    assert job.state is JobState.FAILED
    assert job.said == "sudo -n systemctl stop starrocks-be was refused: sudo: a password is required"
    assert rig.pid() == before


def test_a_process_that_the_unit_did_not_start(rig: Rig) -> None:
    rig.with_backend().running()
    rig.server.stub("systemctl", "exit 0")
    job = rig.do(STOP, be_unit="starrocks-be")
    assert job.state is JobState.DONE and "was not started by starrocks-be" in rig.log(job.id)
    assert rig.pid() is None
