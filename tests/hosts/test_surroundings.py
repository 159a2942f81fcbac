"""What a process runs under: its environment, which a shell over SSH lacks, and a systemd unit that watches it."""

import getpass
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from policies.acts import RestartProcess, StartProcess, StopProcess
from policies.cluster import NodeKind
from policies.host_checks.unit_stops import HARDLY, WELL
from policies.hosts import JobState
from policies.steps.process import PATIENCE
from tests.hosts.rig import BE, FE, Rig
from workers.hosts.shell import script

RESTART = RestartProcess(role=NodeKind.BACKEND, address=BE)
STOP = StopProcess(role=NodeKind.BACKEND, address=BE)


def environment_of(rig: Rig) -> dict[str, str]:
    pairs = Path(f"/proc/{rig.pid()}/environ").read_bytes().decode().split("\0")
    return {name: value for name, _, value in (pair.partition("=") for pair in pairs if pair)}


def test_java_home_of_the_running_process_is_kept(rig: Rig) -> None:
    """A shell over SSH has no login profile: what the process had is remembered for its next start."""
    rig.with_frontend().running(FE)
    rig.server.shell_environment.clear()
    stop, start = StopProcess(role=NodeKind.FOLLOWER, address=FE), StartProcess(role=NodeKind.FOLLOWER, address=FE)
    assert rig.do(stop).state is JobState.DONE and rig.do(start).state is JobState.DONE
    assert f"JAVA_HOME={rig.server.root}/jdk" in (rig.fe / ".sr-environ").read_text().splitlines()
    assert (rig.fe / ".sr-environ").stat().st_mode & 0o777 == 0o600


def test_what_is_kept_of_the_environment_is_never_open_to_others(rig: Rig) -> None:
    """It may hold secrets that the conf refers to; looked at where the file has just been written."""
    seen = rig.with_backend().server.root / "seen"
    (rig.be / "conf" / "be.conf").write_text("x = ${S3_KEY}\n")
    rig.server.shell_environment = {"S3_KEY": "x"}
    rig.running().server.stub("sort", f'stat -c %a {rig.be}/.sr-environ.new.* >> {seen} 2>/dev/null; exec /usr/bin/sort "$@"')
    rig.do(RESTART)
    assert set(seen.read_text().split()) == {"600"}


def test_whatever_a_process_was_given_is_kept(rig: Rig) -> None:
    """KRB5_CONFIG, proxies, keys of a cloud, what the conf refers to in either way; the session's own is left behind."""
    given = {
        "NETWORKS": "10.84.0.0/16", "BIGDISK": "/big", "KRB5_CONFIG": "/etc/krb5-sr.conf", "https_proxy": "http://p:3128", "TZ": "Asia/Shanghai",
        "AWS_SECRET_ACCESS_KEY": "a=b c'd\"e", "TWO_LINES": "one\nFORGED=1", "role": "not the job's", "home": "/nowhere", "JEMALLOC_CONF": "prof:true",
    }  # fmt: skip
    session = {"SSH_CONNECTION": "1", "XDG_SESSION_ID": "7", "PS4": "x", "LOG_DIR": "/elsewhere", "UID": "0", "BASH_FUNC_x%%": "() { :; }"}
    rig.with_backend().server.shell_environment = {**given, **session, "STARROCKS_HOME": str(rig.be)}
    rig.running().server.shell_environment = {"TZ": "UTC"}
    job = rig.do(RESTART)
    assert job.state is JobState.DONE, rig.log(job.id)
    has = environment_of(rig)
    assert {name: has.get(name) for name in given} == given
    assert not {"FORGED", *session} & {*has}
    assert "a=b" not in rig.log(job.id)


@pytest.mark.parametrize("shell", ["/bin/sh", "/bin/bash --posix"])
def test_what_start_scripts_add_does_not_grow_and_takes_no_old_jar_along(rig: Rig, shell: str) -> None:
    """bin/start_backend.sh puts its own before what it finds; a start over SSH has to find what the first one found."""
    rig.with_backend().server.shell = shell
    start = rig.be / "bin" / "start_be.sh"
    start.write_text(start.read_text().replace("mkdir -p log\n", """mkdir -p log
export LD_LIBRARY_PATH=$STARROCKS_HOME/lib/hadoop/native:$JAVA_HOME/lib/server:$LD_LIBRARY_PATH CLASSPATH=$STARROCKS_HOME/lib/x.jar:$CLASSPATH
export JEMALLOC_CONF=${JEMALLOC_CONF:-percpu_arena:percpu} JAVA_OPTS=-Xmx4g
"""))  # fmt: skip
    rig.server.shell_environment = {"JAVA_HOME": "/opt/jdk", "LD_LIBRARY_PATH": "/opt/vendor/lib"}
    rig.running().server.shell_environment = {}
    first = environment_of(rig)
    for _ in range(2):
        assert rig.do(RESTART).state is JobState.DONE
        assert {name: environment_of(rig)[name] for name in ("LD_LIBRARY_PATH", "CLASSPATH")} == {
            "LD_LIBRARY_PATH": first["LD_LIBRARY_PATH"].rstrip(":"), "CLASSPATH": first["CLASSPATH"]
        }  # fmt: skip
    kept = (rig.be / ".sr-environ").read_text()
    assert "LD_LIBRARY_PATH=/opt/vendor/lib\n" in kept
    assert not any(name in kept for name in ("CLASSPATH", "JEMALLOC_CONF", "JAVA_OPTS"))


@pytest.mark.parametrize("policy", ["bind:1", "interleave:0-1"])
def test_memory_of_one_numa_node(rig: Rig, policy: str) -> None:
    """start_be.sh --numa 1 is numactl --membind 1: the start has to say so again, or nothing is stopped."""
    before = rig.with_backend().running().pid()
    (rig.be / "bin" / "start_backend.sh").write_text("    -l numa: \\\n")
    start = rig.be / "bin" / "start_be.sh"
    start.write_text(start.read_text().replace("mkdir -p log\n", 'mkdir -p log\necho "$*" > log/be.args\n'))
    rig.server.stub("head", f'case $* in *numa_maps) case $3 in /proc/{before}/*) echo "55d0 {policy} file=x";; *) echo "55d0 default";; esac; exit;; esac; exec /usr/bin/head "$@"')
    job = rig.do(RESTART)
    if policy == "bind:1":
        assert job.state is JobState.DONE, rig.log(job.id)
        assert (rig.be / "log" / "be.args").read_text() == "--numa 1 --daemon\n"
        assert rig.do(RESTART).state is JobState.DONE
        assert (rig.be / "log" / "be.args").read_text() == "--numa 1 --daemon\n"
    else:
        assert job.said == f"process {before} was started by numactl ({policy}), which a start from here cannot repeat: restart it by hand, or by a unit"
        assert rig.pid() == before


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
    rig.server.stub("systemctl", f"""[ "$1" = show ] || echo "$@" >> {called}
case $1 in stop) kill $(/bin/cat {rig.be}/bin/be.pid);; start) {rig.be}/bin/start_be.sh --daemon;; esac""")  # fmt: skip
    rig.server.stub("sudo", SUDO + '[ "$1" != -l ] || exit 0; exec "$@"')
    job = rig.do(RESTART, be_unit="starrocks-be", sudo=True)
    assert job.state is JobState.DONE, rig.log(job.id)
    assert called.read_text() == "stop starrocks-be\nstart starrocks-be\n"
    assert rig.pid() not in {None, before}


def test_a_unit_that_waits_to_start_its_crashed_process_again_is_stopped(rig: Rig) -> None:
    """Between a crash and Restart= there is no process to find, and systemd would start one in the middle of a swap."""
    called = rig.with_backend().server.root / "called"
    rig.server.stub("systemctl", f'[ "$1" = show ] || echo "$@" >> {called}')
    job = rig.do(STOP, be_unit="starrocks-be")
    assert job.state is JobState.DONE, rig.log(job.id)
    assert called.read_text() == "stop starrocks-be\n"


SUDO = '[ "$1" = -n ] && shift; '
"""The beginning of a sudo that knows -n."""


def test_a_unit_that_may_not_be_stopped(rig: Rig) -> None:
    """Rather nothing than a signal that systemd would answer with a start."""
    before = rig.with_backend().running().pid()
    rig.server.stub("sudo", SUDO + '[ "$1" != -l ] || exit 0; echo "sudo: a password is required" >&2; exit 1')
    job = rig.do(RESTART, be_unit="starrocks-be", sudo=True)
    assert job.state is JobState.FAILED
    assert job.said == "sudo -n systemctl stop starrocks-be was refused: sudo: a password is required"
    assert rig.pid() == before


@pytest.mark.parametrize("allowed", ["systemctl stop starrocks-be", "systemctl start starrocks-be", "systemctl stop starrocks-be.service"])
def test_sudo_that_allows_one_half(rig: Rig, allowed: str) -> None:
    """Seen while the process still runs: its start would be refused when it is gone."""
    before = rig.with_backend().running().pid()
    called = rig.server.root / "called"
    rig.server.stub("sudo", f"""{SUDO} list=; [ "$1" != -l ] || {{ list=1; shift; }}
[ "$*" = "{allowed}" ] || exit 1
[ -n "$list" ] || {{ echo "$@" >> {called}; kill {before}; }}""")  # fmt: skip
    job = rig.do(RESTART, be_unit="starrocks-be", sudo=True)
    assert job.state is JobState.FAILED
    verb = "start" if allowed == "systemctl stop starrocks-be" else "stop"
    assert job.said.startswith(f"sudo does not let {getpass.getuser()} systemctl {verb} starrocks-be: nothing was changed")
    assert rig.pid() == before and not called.exists()


def test_a_unit_whose_stop_takes_longer_than_the_patience(rig: Rig) -> None:
    """sudo's process is root's, which no timeout of ours can end: the job goes on without it."""
    before = rig.with_backend().running().pid()
    rig.server.stub("sudo", SUDO + '[ "$1" != -l ] || exit 0; exec "$@"')
    rig.server.stub("systemctl", f"""case $1 in show) exit;; start) exec {rig.be}/bin/start_be.sh --daemon;; esac
trap '' TERM; i=0; while [ $i -lt 150 ]; do /bin/sleep 0.2; i=$((i + 1)); [ -d {rig.server.root} ] || exit; done""")  # fmt: skip
    began = time.monotonic()
    job = rig.do(RESTART.with_(patience_s=1.0), be_unit="starrocks-be", sudo=True)
    assert job.state is JobState.DONE, rig.log(job.id)
    assert "sudo -n systemctl stop starrocks-be did not end within 1 s" in rig.log(job.id)
    assert rig.pid() not in {None, before} and time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("shows", "why"),
    [
        ("TimeoutStopUSec=1min 30s SendSIGKILL=yes", ""),
        ("TimeoutStopUSec=59s SendSIGKILL=yes", "would kill the frontend 59 s after the stop: set TimeoutStopSec=120"),
        ("TimeoutStopUSec=1.500s SendSIGKILL=yes KillSignal=15", "would kill the frontend 1 s after"),
        ("TimeoutStopUSec=infinity SendSIGKILL=yes KillSignal=9", "would kill the frontend 0 s after"),
        ("TimeoutStopUSec=2min SendSIGKILL=yes", ""), ("TimeoutStopUSec=1h 500ms SendSIGKILL=yes", ""), ("TimeoutStopUSec=90s SendSIGKILL=no", ""),
        ("TimeoutStopUSec=infinity SendSIGKILL=yes", ""), ("TimeoutStopUSec=0 SendSIGKILL=yes", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_frontend_that_its_unit_may_kill_is_not_stopped(rig: Rig, shows: str, why: str) -> None:
    """systemd sends SIGKILL when TimeoutStopSec is over, 90 s where nobody set it: it knows nothing of our patience."""
    before = rig.with_frontend().running(FE).pid(FE)
    shown = " ".join(f"'{line}'" for line in re.sub(" (?=[A-Z])", "\n", shows).splitlines())
    rig.server.stub("systemctl", f"case $1 in show) printf '%s\\n' {shown};; stop) kill {before};; esac")
    job = rig.do(StopProcess(role=NodeKind.FOLLOWER, address=FE, patience_s=120), fe_unit="starrocks-fe")
    if why:
        assert job.state is JobState.FAILED and why in job.said and "nothing was changed" in job.said
        assert rig.pid(FE) == before
    else:
        assert job.state is JobState.DONE, rig.log(job.id)
        assert ("systemd kills the process 90 s after" in rig.log(job.id)) is ("1min 30s" in shows)


def test_plans_and_jobs_mean_the_same_seconds() -> None:
    assert WELL == PATIENCE
    assert f'"$kills_after" -ge {HARDLY} ]' in script("units")


def test_how_a_unit_stops_a_backend_is_said(rig: Rig) -> None:
    rig.with_backend().running()
    rig.server.stub("systemctl", f"""[ "$1" != show ] || {{ printf '%s\\n' 'TimeoutStopUSec=20s' SendSIGKILL=yes \\
'ExecStop={{ path=/opt/be/bin/stop_be.sh ; argv[]=/opt/be/bin/stop_be.sh ; ignore_errors=no }}'; exit; }}
kill $(/bin/cat {rig.be}/bin/be.pid)""")  # fmt: skip
    log = rig.log(rig.do(STOP.with_(graceful=True, patience_s=60), be_unit="starrocks-be").id)
    assert "systemd kills the process 20 s after the stop, as starrocks-be says" in log
    assert "ExecStop of starrocks-be is not graceful" in log


def test_a_process_that_the_unit_did_not_start(rig: Rig) -> None:
    rig.with_backend().running()
    rig.server.stub("systemctl", "exit 0")
    job = rig.do(STOP, be_unit="starrocks-be")
    assert job.state is JobState.DONE and "was not started by starrocks-be" in rig.log(job.id)
    assert rig.pid() is None
