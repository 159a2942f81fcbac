"""Start, stop and restart on a host: proven by the process, whatever scripts and pid files say."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from policies.acts import RestartProcess, StagePackage, StartProcess, StopProcess, SwapPackage
from policies.address import Address
from policies.cluster import NodeKind
from policies.hosts import JobState
from tests.hosts.fake_starrocks import install, package
from tests.hosts.rig import BE, FE, HOST, KINDS, Rig, alive

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
    assert (job.state, job.said) == (JobState.FAILED, "nothing runs 1 s after the start: F0000 cannot open the port")


def test_a_start_script_that_refuses(rig: Rig) -> None:
    rig.with_frontend().server.shell_environment.clear()
    job = rig.do(StartProcess(role=NodeKind.FOLLOWER, address=FE))
    assert (job.state, job.said) == (JobState.FAILED, "start_fe.sh ended with 1: Error: JAVA_HOME is not set.")


def test_java_home_of_the_running_process_is_kept(rig: Rig) -> None:
    """A shell over SSH has no login profile: what the process had is remembered for its next start."""
    rig.with_frontend().running(FE)
    rig.server.shell_environment.clear()
    stop, start = StopProcess(role=NodeKind.FOLLOWER, address=FE), StartProcess(role=NodeKind.FOLLOWER, address=FE)
    assert rig.do(stop).state is JobState.DONE and rig.do(start).state is JobState.DONE
    assert (rig.fe / ".sr-environ").read_text() == f"JAVA_HOME={rig.server.root}/jdk\n"
    assert (rig.fe / ".sr-environ").stat().st_mode & 0o777 == 0o600


def test_variables_that_the_conf_names_are_kept(rig: Rig) -> None:
    rig.with_backend()
    (rig.be / "conf" / "be.conf").write_text("priority_networks = ${NETWORKS}\n#x = ${OTHER}\n")
    rig.server.shell_environment = {"NETWORKS": "10.84.0.0/16", "OTHER": "1", "SECRET_TOKEN": "x"}
    rig.running().server.shell_environment = {}
    rig.do(RESTART)
    assert (rig.be / ".sr-environ").read_text() == "NETWORKS=10.84.0.0/16\n"
    assert b"NETWORKS=10.84.0.0/16" in Path(f"/proc/{rig.pid()}/environ").read_bytes()


def test_a_unit_nobody_told_us_of(rig: Rig) -> None:
    """systemd would start a stopped process again, even between two renames."""
    before = rig.with_backend().running().pid()
    rig.server.stub("cat", f'[ "$1" != /proc/{before}/cgroup ] || {{ echo "0::/system.slice/starrocks-be.service"; exit; }}; exec /bin/cat "$@"')
    process = rig.look().process
    assert process and process.unit == "starrocks-be.service"
    job = rig.do(RESTART)
    assert job.state is JobState.FAILED
    assert 'systemd unit starrocks-be.service would start it again: set be_unit = "starrocks-be.service"' in job.said
    assert rig.pid() == before


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


def test_a_watcher_that_starts_it_again(rig: Rig) -> None:
    rig.with_backend().running()
    rig.server.stub("sleep", f'[ "$1" != 0.3 ] || {{ rm {rig.be}/bin/be.pid; {rig.be}/bin/start_be.sh --daemon; }}; exec /bin/sleep "$@"')
    job = rig.do(STOP)
    assert job.state is JobState.FAILED
    assert job.said == f"something started it again as process {rig.pid()}: find out who watches it and stop that first"


def test_another_installation_on_the_host_is_let_be(rig: Rig) -> None:
    other = install(rig.server.root / "opt" / "be2", "be", "3.3.3")
    rig.with_backend().running()
    first, rig.be = rig.be, other
    assert rig.pid() is None
    second = rig.running().pid()
    assert rig.do(STOP).state is JobState.DONE
    rig.be = first
    assert rig.pid() not in {None, second}


def test_who_merely_looks_at_the_binary_is_no_backend(rig: Rig) -> None:
    rig.with_backend()
    viewer = subprocess.Popen(["tail", "-f", "lib/starrocks_be"], cwd=rig.be, stdout=subprocess.DEVNULL)
    searcher = subprocess.Popen(["grep", "com.starrocks.StarRocksFE"], cwd=rig.be, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        assert [look.process for look in rig.with_frontend().driver().look(KINDS)] == [None, None]
    finally:
        for process in (viewer, searcher):
            process.kill()
            process.communicate()


def test_a_home_that_is_a_link(rig: Rig) -> None:
    """`current -> StarRocks-3.3.3`: the process shows the versioned directory."""
    install(rig.server.root / "opt" / "StarRocks-3.3.3", "be", "3.3.3")
    rig.be.symlink_to("StarRocks-3.3.3")
    before = rig.running().pid()
    assert rig.do(RESTART).state is JobState.DONE
    assert rig.pid() not in {None, before}


def test_a_home_that_is_not_there(rig: Rig) -> None:
    job = rig.do(START)
    assert job.state is JobState.FAILED and job.said == f"{rig.be} has no bin directory: is be_home right?"


def test_with_bash_as_the_hosts_shell(rig: Rig) -> None:
    rig.server.shell = "/bin/bash"
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


def test_backend_and_compute_node_of_one_directory(rig: Rig) -> None:
    """They are one program: the backend's pid file, and `--cn`, tell them apart."""
    rig.with_backend().running()
    cn = Address(host=HOST, port=9052)
    (look,) = rig.driver(cn_home=str(rig.be)).look({cn: NodeKind.COMPUTE_NODE})
    assert look.process is None
    program = str(rig.be / "lib" / "starrocks_be")
    (rig.be / "bin" / "be.pid").unlink()
    assert rig.pid()  # found by its directory alone
    rig.do(STOP)
    Path(program).unlink()
    shutil.copy(shutil.which("tail") or "", program)
    node = subprocess.Popen([program, "-f", "/dev/null", "--", "--cn"], cwd=rig.be, stderr=subprocess.DEVNULL)
    try:
        assert rig.pid() is None
        (look,) = rig.driver(cn_home=str(rig.be)).look({cn: NodeKind.COMPUTE_NODE})
        assert look.process and look.process.pid == node.pid
    finally:
        node.kill()
        node.wait()


def test_compute_node(rig: Rig) -> None:
    install(rig.server.root / "opt" / "cn", "be", "3.3.3")
    cn = Address(host=HOST, port=9052)
    driver = rig.driver(cn_home=str(rig.server.root / "opt" / "cn"))
    for act in (StartProcess, RestartProcess):
        driver.begin(f"cn-{act.__name__.lower()}", act(role=NodeKind.COMPUTE_NODE, address=cn))
        assert rig.ended(f"cn-{act.__name__.lower()}").state is JobState.DONE
    (look,) = driver.look({cn: NodeKind.COMPUTE_NODE})
    assert look.process and (rig.server.root / "opt" / "cn" / "bin" / "cn.pid").read_text().strip() == str(look.process.pid)
