"""Start, stop and restart on a host: proven by the process, whatever scripts and pid files say."""

from policies.acts import RestartProcess, StartProcess, StopProcess
from policies.cluster import NodeKind
from policies.hosts import JobState
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
