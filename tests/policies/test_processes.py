"""Processes on hosts: what counts as restarted, stopped, at rest; when a node may be away; and jobs that fail or get lost."""

from datetime import datetime, timedelta

import pytest

from policies.acts import AskPerson, EditConf, HostAct, RestartProcess, StartProcess, StopProcess, SwapPackage
from policies.awaited import (
    AllAtVersion,
    ClusterSettled,
    FrontendAnswers,
    GoAhead,
    HostJobDone,
    NodeRestarted,
    NodeStopped,
    NodeUp,
    OnBlacklist,
    ProcessCondition,
)
from policies.cluster import ClusterState, ColocateGroup, NodeKind, Role, RunMode, Scheduler, TabletHealth
from policies.conditions import holds, read
from policies.conditions.processes import job_trouble, told_by_frontends
from policies.deciding import decide
from policies.guards import mismatch
from policies.hosts import HostJob, HostLook, JobState, Process, job_name
from policies.interrupting import why_not_interrupt
from policies.operation import Decision, DecisionKind, HostJobRef, Operation, OperationState, StepMemory
from policies.pacing import Pacing
from policies.plan import Plan, Step, Verdict
from policies.playbooks import entry_for
from policies.request import OperationKind
from policies.stepping import Advance, Finish, Halt, Move, Pause, Perform, Wait, next_move, next_undo
from policies.undoing import closed_words
from policies.watching import came_back, next_look, next_memory, shared_age
from tests.policies.clusters import BOB, NOW, address, changed, mission000, request

BEFORE, LATER = NOW - timedelta(days=3), NOW + timedelta(minutes=2)
VERSION = "3.3.3-312ed45"
AT, FE_AT = address("10.84.0.18:9050"), address("10.84.0.19:9010")
HEALTH = TabletHealth(
    tables=1, partitions=1, tablets=9, replicas=27, unhealthy=0, inconsistent=0, cloning=0, error_state=0
)  # fmt: skip
CALM = mission000().with_(
    health=HEALTH, scheduler=Scheduler(pending=0, running=0), colocate_groups=(), one_replica=(), blacklists=None
)


def started(state: ClusterState, at: datetime) -> ClusterState:
    """The state with this start time on every node."""
    return state.with_(
        backends=tuple(b.with_(last_start=at) for b in state.backends),
        frontends=tuple(f.with_(last_start=at) for f in state.frontends),
    )


STATE = started(CALM, BEFORE)
RESTARTED = NodeRestarted(role=NodeKind.BACKEND, address=AT, version=VERSION, before=BEFORE)
FE_RESTARTED = NodeRestarted(role=NodeKind.FOLLOWER, address=FE_AT, version=VERSION, before=BEFORE)
SETTLED = ClusterSettled(address=AT, unhealthy=0)
JOB = "sr-x-restart-1"
MEMORY = StepMemory(step="restart", entered_at=NOW, job=JOB)


def host(state: JobState | None = None, *, said: str = "", pid: int | None = 7, trouble: str = "") -> HostLook:
    jobs = {} if state is None else {JOB: HostJob(id=JOB, state=state, said=said)}
    return HostLook(address=AT, taken_at=NOW, trouble=trouble, process=Process(pid=pid) if pid else None, jobs=jobs)


def fe(state: ClusterState, **changes: object) -> ClusterState:
    return state.with_(frontends=tuple(f.with_(**changes) if f.address == FE_AT else f for f in state.frontends))


COPY = HostJobDone(address=AT, what="The metadata backup")


def copied(image: str) -> ClusterState:
    return STATE.with_(hosts=(host(JobState.DONE, said=f"5 files, 20 KiB in /backup/x ({image})"),))


@pytest.mark.parametrize(
    ("image", "trouble"),
    [("image/image.1300", False), ("image/image.1400", False), ("image/v2/image.1299", True), ("image/image.9", True)],
)
def test_a_copy_is_no_older_than_the_image_that_was_made_for_it(image: str, trouble: bool) -> None:
    found = job_trouble(copied(image), MEMORY.with_(mark=1300), AT)
    assert (found is not None and "older than journal 1300" in found) is trouble
    assert job_trouble(copied(image), MEMORY, AT) is None, "nobody asked for an image"


def test_the_copy_knows_the_journal_of_the_image_before_it() -> None:
    made = entry_for(OperationKind.BACK_UP_METADATA).make_plan(
        request().with_(kind=OperationKind.BACK_UP_METADATA), STATE.with_(hosts=tuple(
            HostLook(address=f.address, taken_at=NOW) for f in STATE.frontends
        )), pacing=Pacing(), revision=1, now=NOW,
    )  # fmt: skip
    at = Operation(
        id="sr-x", request=request(), state=OperationState.RUNNING, created_at=NOW, changed_at=NOW, step=0,
        memory=StepMemory(step=made.steps[0].id, entered_at=NOW, mark=1300),
    )  # fmt: skip
    memory = next_memory(made, at)
    assert memory is not None and memory.mark == 1300
    leader = STATE.leader.address if STATE.leader else FE_AT
    done = HostJob(id=JOB, state=JobState.DONE, said="5 files, 20 KiB in /backup/x (image/image.9)")
    look = STATE.with_(hosts=(HostLook(address=leader, taken_at=LATER, jobs={JOB: done}),))
    copying = at.with_(step=1, memory=memory.with_(intended_at=NOW, acted_at=NOW, job=JOB, tries=1))
    halted = next_move(made, copying, look, Pacing(), LATER)
    assert isinstance(halted, Halt) and "older than journal 1300" in halted.sentence


@pytest.mark.parametrize(
    ("condition", "state", "done", "words"),
    [
        (RESTARTED, STATE, False, "has not restarted yet"),
        (RESTARTED, changed(STATE, "10.84.0.18", alive=False), False, "is down"),
        (RESTARTED, changed(STATE, "10.84.0.18", last_start=LATER), True, "has restarted: alive"),
        (RESTARTED, changed(STATE, "10.84.0.18", last_start=None), False, "shows no start time"),
        (RESTARTED.with_(before=None), changed(STATE, "10.84.0.18", last_start=None), False, "shows no start time"),
        (RESTARTED.with_(before=None), changed(STATE, "10.84.0.18", last_start=LATER), True, "has restarted: alive"),
        (RESTARTED, changed(STATE, "10.84.0.18", last_start=LATER, alive=False), False, "is not alive yet"),
        (RESTARTED, changed(STATE, "10.84.0.18", last_start=LATER, version="3.3.9-1"), False, "runs 3.3.9-1"),
        (RESTARTED, changed(STATE, "10.84.0.18", alive=False).with_(hosts=(host(pid=None),)), False, "No process runs on its host"),
        (RESTARTED, STATE.with_(hosts=(host(trouble="connection refused"),)), False, "cannot be looked at: connection refused"),
        (FE_RESTARTED, fe(STATE, last_start=LATER), True, "FE 10.84.0.19:9010 has restarted"),
        (FE_RESTARTED, fe(STATE, last_start=LATER, joined=False), False, "has not joined"),
        (FE_RESTARTED, fe(STATE, last_start=LATER, journal_id=1), False, "journal entries behind"),
        (NodeStopped(role=NodeKind.BACKEND, address=AT), STATE, False, "still runs"),
        (NodeStopped(role=NodeKind.BACKEND, address=AT), changed(STATE, "10.84.0.18", alive=False), True, "is stopped"),
        (NodeStopped(role=NodeKind.BACKEND, address=AT),
         changed(STATE, "10.84.0.18", alive=False).with_(hosts=(host(),)), False, "still runs"),
        (NodeStopped(role=NodeKind.BACKEND, address=AT),
         changed(STATE, "10.84.0.18", alive=False).with_(hosts=()), False, "still runs"),
        (NodeStopped(role=NodeKind.BACKEND, address=AT),
         changed(STATE, "10.84.0.18", alive=False).with_(hosts=(host(pid=None, trouble="timed out"),)), False, "still runs"),
        (SETTLED, STATE, True, "at rest again"),
        (SETTLED, changed(STATE, "10.84.0.19", alive=False), False, "10.84.0.19:9050 is not alive"),
        (SETTLED, fe(STATE, alive=False), False, "10.84.0.19:9010 is not alive"),
        (SETTLED, fe(STATE, role=Role.FOLLOWER).with_(frontends=tuple(
            f.with_(role=Role.FOLLOWER) for f in STATE.frontends)), False, "no frontend leads"),
        (SETTLED, STATE.with_(health=HEALTH.with_(unhealthy=3)), False, "3 tablets are unhealthy"),
        (SETTLED, STATE.with_(health=HEALTH.with_(error_state=1, inconsistent=1)), False, "2 tablets are unhealthy"),
        (SETTLED.with_(unhealthy=3), STATE.with_(health=HEALTH.with_(unhealthy=3)), True, "at rest"),
        (SETTLED, STATE.with_(health=None), False, "cannot be read"),
        (SETTLED, STATE.with_(health=None, run_mode=RunMode.SHARED_DATA), True, "at rest"),
        (SETTLED, STATE.with_(colocate_groups=(ColocateGroup(id="1", name="g", stable=False),)), False, "group g is not stable"),
        (SETTLED, STATE.with_(scheduler=Scheduler(pending=4, running=1)), True, "at rest"),
        (SETTLED.with_(idle=True), STATE.with_(scheduler=Scheduler(pending=4, running=1)), False, "5 tablets to repair"),
        (FrontendAnswers(address=FE_AT), STATE, False, "it could not be asked"),
        (FrontendAnswers(address=FE_AT), STATE.with_(answers={"10.84.0.19": "Backend node not found."}), False, "not found."),
        (FrontendAnswers(address=FE_AT), STATE.with_(answers={"10.84.0.19": ""}), True, "answers a query"),
        (HostJobDone(address=AT, what="Unpacking"), STATE.with_(hosts=(host(JobState.DONE, said="3.3.9"),)), True, "done. 3.3.9"),
        (HostJobDone(address=AT, what="Unpacking"), STATE.with_(hosts=(host(JobState.RUNNING),)), False, "goes on"),
        (COPY, copied("image/image.1300"), True, "done. 5 files"),
        (COPY, copied("image/v2/image.1299"), False, "goes on"),
        (AllAtVersion(address=AT, version="3.3.3"), STATE.with_(compute_nodes_read=True), True, "nodes are alive and run 3.3.3"),
        (AllAtVersion(address=AT, version="3.3.3"), STATE, False, "could be read"),
        (AllAtVersion(address=AT, version="3.3.9"), STATE.with_(compute_nodes_read=True), False, "runs 3.3.3-312ed45"),
        (AllAtVersion(address=AT, version="3.3.3"),
         changed(STATE, "10.84.0.18", version="3.3.3-0ab2adc").with_(compute_nodes_read=True), False, "it is not one build"),
        (HostJobDone(address=AT, what="Unpacking"), STATE, False, "goes on"),
        (HostJobDone(address=AT, what="Unpacking"), STATE.with_(hosts=(host(trouble="timed out"),)), False, "cannot be looked at: tim"),
        (NodeStopped(role=NodeKind.BACKEND, address=AT),
         changed(STATE, "10.84.0.18", alive=False).with_(hosts=(host(trouble="timed out"),)), False, "cannot be looked at: timed out"),
    ],
)  # fmt: skip
def test_reading(condition: ProcessCondition, state: ClusterState, done: bool, words: str) -> None:
    reading = read(condition, state, MEMORY.with_(mark=1300), Pacing(), NOW)
    assert reading.done is done is holds(condition, state, MEMORY.with_(mark=1300))
    assert words in reading.sentence


TWO_VOTERS = STATE.with_(frontends=STATE.frontends[:2])


@pytest.mark.parametrize(
    ("state", "role", "at", "words"),
    [
        (STATE, NodeKind.BACKEND, AT, ""),
        (changed(STATE, "10.84.0.19", alive=False), NodeKind.BACKEND, AT, "10.84.0.19:9050 is not alive"),
        (changed(STATE, "10.84.0.19", decommissioned=True), NodeKind.BACKEND, AT, "10.84.0.19:9050 is leaving"),
        (changed(STATE, "10.84.0.18", decommissioned=True), NodeKind.BACKEND, AT, "10.84.0.18:9050 is leaving"),
        (changed(STATE, "10.84.0.18", alive=False), NodeKind.BACKEND, AT, ""),
        (changed(STATE, "10.84.0.19", alive=False).with_(run_mode=RunMode.SHARED_DATA), NodeKind.BACKEND, AT, ""),
        (STATE, NodeKind.FOLLOWER, FE_AT, ""),
        (STATE.with_(frontends=tuple(f if f.address == FE_AT or f.role is Role.LEADER else f.with_(alive=False)
                                     for f in STATE.frontends)), NodeKind.FOLLOWER, FE_AT, "majority"),
        (TWO_VOTERS, NodeKind.FOLLOWER, TWO_VOTERS.frontends[1].address, ""),
        (STATE, NodeKind.BACKEND, address("10.84.9.9:9050"), "not listed"),
    ],
)  # fmt: skip
def test_a_node_may_be_away(state: ClusterState, role: NodeKind, at: object, words: str) -> None:
    why_not = why_not_interrupt(state, role, at)  # type: ignore[arg-type]
    assert (words in why_not) if words and why_not else why_not is None and not words


def plan(kind: OperationKind = OperationKind.RESTART_BACKEND, *targets: str, state: ClusterState = STATE, **options: str) -> Plan:
    asked = request(*targets or ("10.84.0.18:9050",)).with_(kind=kind, options=options)
    if options.get("all"):
        asked = asked.with_(targets=())
    return entry_for(kind).make_plan(asked, state, pacing=Pacing(), revision=1, now=NOW)


REACHED = STATE.with_(hosts=tuple(HostLook(address=n.address, taken_at=NOW, process=Process(pid=1)) for n in STATE.nodes))


def test_the_plan_has_jobs_where_a_driver_reaches_hosts_and_questions_where_none_does() -> None:
    assert isinstance(plan(state=REACHED).steps[0].act, RestartProcess)
    asked = plan().steps[0].act
    assert isinstance(asked, AskPerson) and asked.commands == ("bin/stop_be.sh", "bin/start_be.sh --daemon")


def test_the_leader_comes_last_and_backends_first() -> None:
    order = [step.until.address for step in plan(OperationKind.RESTART_ALL, state=REACHED, all="yes").steps if step.act]  # type: ignore[union-attr]
    assert order[0].port == 9050 and STATE.leader is not None and order[-1] == STATE.leader.address
    assert len(order) == len(STATE.backends) + len(STATE.frontends)


def test_queries_are_kept_away_where_every_frontend_tells_its_list() -> None:
    told = REACHED.with_(blacklists={f.address.host: frozenset() for f in STATE.frontends})
    assert [step.id.split("-")[0] for step in plan(state=told).steps] == ["quiet", "restart", "admit", "settle"]
    assert [step.id.split("-")[0] for step in plan(state=told.with_(version="3.2.9-1")).steps] == ["restart", "settle"]


@pytest.mark.parametrize(
    ("running", "words"),
    [
        ({}, ""),
        ({"10.84.0.18": 1}, "10.84.0.18:9050 runs 1 query now."),
        ({"10.84.0.18": 3, "10.84.0.12": 2}, "Queries run now on 10.84.0.12:9050 (2) and 10.84.0.18:9050 (3)."),
    ],
)
def test_what_runs_on_the_nodes_is_one_finding(running: dict[str, int], words: str) -> None:
    backends = tuple(b.with_(running_queries=running.get(b.address.host, 0)) for b in REACHED.backends)
    made = plan(OperationKind.RESTART_ALL, state=REACHED.with_(backends=backends), all="yes")
    said = [f.sentence for f in made.findings if f.check == "target" and f.verdict is Verdict.WARN and "leads" not in f.sentence]
    assert said == ([words] if words else [])


@pytest.mark.parametrize(("step", "told"), [(0, True), (1, True), (2, True), (3, False)])
def test_a_close_says_what_stays_on_the_blacklists(step: int, told: bool) -> None:
    made = plan(state=REACHED.with_(blacklists={f.address.host: frozenset() for f in STATE.frontends}))
    words = closed_words(made, undoing(step, closing=True))
    assert ("10.84.0.18:9050 may still be on the blacklists; `/sr unblacklist be 10.84.0.18:9050`" in words) is told


@pytest.mark.parametrize(
    ("state", "kind", "options", "words"),
    [
        (REACHED.with_(health=HEALTH.with_(unhealthy=2)), OperationKind.RESTART_BACKEND, {}, "2 of 9 tablets are not healthy"),
        (REACHED.with_(health=None), OperationKind.RESTART_BACKEND, {}, "could not be read"),
        (REACHED.with_(hosts=(host(trouble="the host key is not the known one"),)), OperationKind.RESTART_BACKEND, {}, "host key"),
        (STATE, OperationKind.START_BACKEND, {}, "nothing to start"),
        (changed(STATE, "10.84.0.18", alive=False), OperationKind.STOP_BACKEND, {}, "nothing to stop"),
        (STATE, OperationKind.RESTART_COMPUTE_NODE, {}, "is a BE, not a CN"),
        (STATE, OperationKind.RESTART_FRONTEND, {}, "is a BE, not a FE"),
    ],
)
def test_what_refuses_a_plan(state: ClusterState, kind: OperationKind, options: dict[str, str], words: str) -> None:
    made = plan(kind, state=state, **options)
    blocking = [finding.sentence for finding in made.findings if finding.verdict is Verdict.BLOCK]
    assert any(words in sentence for sentence in blocking), blocking


def test_unhealthy_tablets_can_be_accepted_by_name() -> None:
    sick = REACHED.with_(health=HEALTH.with_(unhealthy=2))
    made = plan(state=sick, accept="unhealthy")
    assert not made.blocked and any("approving accepts" in finding.advice for finding in made.findings)


@pytest.mark.parametrize(("ran", "wanted"), [(VERSION, VERSION), ("", VERSION), ("3.3.9-7b9fccd", "")])
def test_a_node_of_a_roll_that_was_broken_off_is_started_as_it_is(ran: str, wanted: str) -> None:
    """It comes up with the version it had; that others run another one is no reason to call its package wrong."""
    made = plan(OperationKind.START_BACKEND, state=changed(REACHED, "10.84.0.18", alive=False, version=ran))
    until = made.steps[0].until
    assert isinstance(until, NodeUp) and until.version == wanted
    back = changed(STATE, "10.84.0.18", version=ran or VERSION)
    assert holds(until, back) and mismatch(made.steps[0], back) is None


def test_two_nodes_are_not_stopped_at_once() -> None:
    assert plan(OperationKind.STOP_BACKEND, "10.84.0.18:9050", "10.84.0.19:9050", state=REACHED).blocked


PLAN = plan(state=REACHED)


def move(look: HostLook | None, *, state: ClusterState = STATE, after_s: float = 0.0, **memory: object) -> Move:
    kept = StepMemory(step=PLAN.steps[0].id, entered_at=NOW, **memory)
    operation = Operation(
        id="sr-x", request=request("10.84.0.18:9050"), state=OperationState.RUNNING, created_at=NOW, changed_at=NOW, memory=kept
    )
    seen = state.with_(hosts=() if look is None else (look,))
    return next_move(PLAN, operation, seen, Pacing(), NOW + timedelta(seconds=after_s))


BEGUN = {"intended_at": NOW, "acted_at": NOW, "job": JOB, "tries": 1}
MEANT = {"intended_at": NOW, "job": JOB, "tries": 1}
RETRIED = {**BEGUN, "acted_at": NOW - timedelta(seconds=1), "intended_at": NOW - timedelta(seconds=1), "tries": 0}


@pytest.mark.parametrize(
    ("condition", "state", "told"),
    [
        (RESTARTED, changed(STATE, "10.84.0.18", last_start=LATER), True),
        (RESTARTED, changed(STATE, "10.84.0.18", last_start=LATER, alive=False), False),
        (RESTARTED, STATE, False),
        (NodeStopped(role=NodeKind.BACKEND, address=AT), changed(STATE, "10.84.0.18", alive=False), False),
        (HostJobDone(address=AT, what="Staging"), STATE, False),
        (SETTLED, STATE, False),
    ],
)  # fmt: skip
def test_no_host_is_asked_for_what_the_frontends_list(condition: ProcessCondition, state: ClusterState, told: bool) -> None:
    assert told_by_frontends(condition, state) is told


@pytest.mark.parametrize(
    ("look", "memory", "expected"),
    [
        (host(), {}, Perform),
        (None, {}, Wait),
        (host(JobState.RUNNING), BEGUN, Wait),
        (host(JobState.DONE), BEGUN, Wait),
        (host(JobState.FAILED, said="it did not stop"), BEGUN, Halt),
        (host(JobState.LOST), BEGUN, Halt),
        (host(JobState.ABSENT), MEANT, Perform),
        (host(JobState.RUNNING), MEANT, Wait),
        (host(trouble="timed out"), MEANT, Wait),
        (host(trouble="timed out"), BEGUN, Wait),
        (host(JobState.FAILED), MEANT, Halt),
        (host(JobState.LOST), MEANT, Halt),
        (host(JobState.DONE, pid=None), MEANT, Wait),
        (host(JobState.ABSENT), {**MEANT, "tries": 5}, Halt),
        (host(JobState.FAILED), RETRIED, Perform),
        (host(JobState.DONE, pid=None), RETRIED, Perform),
        (host(JobState.DONE), RETRIED, Wait),
        (host(JobState.RUNNING), RETRIED, Wait),
    ],
)
def test_a_job_is_begun_once_and_anew_only_when_it_came_to_nothing(
    look: HostLook | None, memory: dict[str, object], expected: type[Move]
) -> None:
    assert isinstance(move(look, **memory), expected)


@pytest.mark.parametrize(
    ("act", "look", "expected"),
    [
        (StopProcess(role=NodeKind.BACKEND, address=AT), host(JobState.DONE), Perform),
        (StopProcess(role=NodeKind.BACKEND, address=AT), host(JobState.DONE, pid=None), Wait),
        (EditConf(role=NodeKind.BACKEND, address=AT, key="mem_limit", value="80%", old="90%"), host(JobState.DONE), Perform),
    ],
)
def test_a_retry_does_again_what_was_undone_meanwhile(act: HostAct, look: HostLook, expected: type[Move]) -> None:
    """Something started a stopped process again, or wrote a conf file anew: waiting for it would never end."""
    step = PLAN.steps[0].with_(act=act, until=NodeStopped(role=NodeKind.BACKEND, address=AT))
    operation = Operation(
        id="sr-x", request=request("10.84.0.18:9050"), state=OperationState.RUNNING, created_at=NOW, changed_at=NOW,
        memory=StepMemory(step=step.id, entered_at=NOW, **RETRIED),
    )  # fmt: skip
    moved = next_move(PLAN.with_(steps=(step,)), operation, STATE.with_(hosts=(look,)), Pacing(), NOW)
    assert isinstance(moved, expected)


def test_a_new_try_is_another_job_and_an_unanswered_one_the_same() -> None:
    anew, same = move(host(JobState.FAILED), **RETRIED), move(host(JobState.ABSENT), **MEANT)
    assert isinstance(anew, Perform) and anew.memory.job == ""
    assert isinstance(same, Perform) and same.memory.job == JOB


def test_a_failed_job_is_told_in_the_words_of_the_host() -> None:
    halted = move(host(JobState.FAILED, said="the process ignores SIGTERM"), **BEGUN)
    assert isinstance(halted, Halt) and "the process ignores SIGTERM" in halted.sentence


@pytest.mark.parametrize(
    ("passed", "before", "seconds"),
    [
        (0, None, 10),
        (60, None, 10),
        (600, None, 12),
        (3_000, None, 15),
        (0, 90.0, 15),
        (60, 90.0, 12),
        (70, 90.0, 5),
        (100, 90.0, 5),
        (600, 90.0, 12),
        (0, 12.0, 9.6),
    ],
)
def test_a_node_is_looked_for_when_the_one_before_was_back(passed: float, before: float | None, seconds: float) -> None:
    memory = MEMORY.with_(acted_at=NOW, back_after=before)
    step = Step(id="restart", group="g", title="", act=None, until=RESTARTED)
    pacing = Pacing(speed=10)
    assert next_look(step, memory, pacing, NOW + timedelta(seconds=passed / 10)) == pytest.approx(seconds / 10)


def test_how_long_a_node_took_counts_from_its_job() -> None:
    step = Step(id="restart", group="g", title="", act=None, until=RESTARTED)
    memory = MEMORY.with_(acted_at=NOW)
    took = came_back(step, memory, Pacing(speed=10), NOW + timedelta(seconds=9))
    assert took == {NodeKind.BACKEND: 90.0}
    assert came_back(step, MEMORY, Pacing(), NOW) == {}, "it restarted by itself"
    assert came_back(step.with_(until=SETTLED), memory, Pacing(), NOW) == {}


def test_a_look_of_others_is_never_older_than_the_wait_for_the_next_one() -> None:
    assert shared_age(Step(id="restart", group="g", title="", act=None, until=RESTARTED)) < 5
    assert shared_age(Step(id="settle", group="g", title="", act=None, until=SETTLED)) < 12


def test_another_backend_down_stops_before_the_job() -> None:
    halted = move(host(), state=changed(STATE, "10.84.0.19", alive=False))
    assert isinstance(halted, Halt) and "10.84.0.19:9050 is not alive" in halted.sentence


def test_a_node_that_restarted_by_itself_is_not_restarted_again() -> None:
    advanced = move(host(), state=changed(STATE, "10.84.0.18", last_start=LATER))
    assert isinstance(advanced, Advance) and "nothing was done" in advanced.sentence


def test_a_node_that_does_not_come_back_in_time_is_a_persons_matter() -> None:
    halted = move(host(JobState.DONE), after_s=1_801, **BEGUN)
    assert isinstance(halted, Halt) and "Abort starts it" in halted.sentence


@pytest.mark.parametrize(
    ("look", "after_s", "memory", "expected"),
    [
        (host(JobState.DONE, pid=None), 119, BEGUN, Wait),
        (host(JobState.DONE, pid=None), 120, BEGUN, Halt),
        (host(JobState.DONE, pid=None), 120, MEANT, Halt),
        (host(JobState.DONE, pid=None, trouble="timed out"), 120, BEGUN, Wait),
        (host(JobState.RUNNING, pid=None), 120, BEGUN, Wait),
        (host(JobState.DONE), 120, BEGUN, Wait),
    ],
)
def test_a_process_that_ended_right_after_its_job_is_not_waited_for(
    look: HostLook, after_s: float, memory: dict[str, object], expected: type[Move]
) -> None:
    moved = move(look, after_s=after_s, **memory)
    assert isinstance(moved, expected)
    if isinstance(moved, Halt):
        assert "10.84.0.18 started has ended again" in moved.sentence and "Abort starts it" in moved.sentence


@pytest.mark.parametrize(("state", "expected"), [(JobState.RUNNING, Wait), (JobState.FAILED, Perform)])
def test_an_undo_waits_for_the_job_that_is_on_its_way(state: JobState, expected: type[Move]) -> None:
    operation = Operation(
        id="sr-x", request=request("10.84.0.18:9050"), state=OperationState.UNDOING, created_at=NOW, changed_at=NOW,
        last_job=HostJobRef(id=JOB, role=NodeKind.BACKEND, address=AT),
    )  # fmt: skip
    down = changed(STATE, "10.84.0.18", alive=False).with_(hosts=(host(state, pid=None),))
    undone = next_undo(PLAN, operation, down, Pacing(), NOW)
    assert isinstance(undone, expected)
    if isinstance(undone, Perform):
        assert isinstance(undone.act, StartProcess)


def undoing(step: int = 0, **changes: object) -> Operation:
    return Operation(
        id="sr-x", request=request("10.84.0.18:9050"), state=OperationState.UNDOING, created_at=NOW, changed_at=NOW, step=step,
        last_job=HostJobRef(id=JOB, role=NodeKind.BACKEND, address=AT),
    ).with_(**changes)  # fmt: skip


def test_an_undo_does_not_end_while_nobody_knows_what_the_job_does() -> None:
    """The node still runs, but the job that will stop it may be on its way: the host cannot be looked at."""
    cut = STATE.with_(hosts=(host(trouble="timed out"),))
    waits = next_undo(PLAN, undoing(), cut, Pacing(), NOW)
    assert isinstance(waits, Wait) and waits.memory.reading is not None and "timed out" in waits.memory.reading.sentence
    later = next_undo(PLAN, undoing(memory=waits.memory), cut, Pacing(), NOW + timedelta(seconds=1_801))
    assert isinstance(later, Halt) and "Close" in later.sentence
    assert isinstance(next_undo(PLAN, undoing(closing=True), cut, Pacing(), NOW), Finish)


def test_an_undo_that_never_comes_true_is_a_persons_matter() -> None:
    """The job that was to start the node has ended well, and the node does not come up: the lock must not stay for ever."""
    down = changed(STATE, "10.84.0.18", alive=False).with_(hosts=(host(JobState.DONE),))
    memory = StepMemory(step=f"undo-{PLAN.steps[0].id}", entered_at=NOW, **BEGUN)
    assert isinstance(next_undo(PLAN, undoing(memory=memory), down, Pacing(), NOW), Wait)
    halted = next_undo(PLAN, undoing(memory=memory), down, Pacing(), NOW + timedelta(seconds=1_801))
    assert isinstance(halted, Halt) and "is not alive" in halted.sentence and "Retry tries the undo again" in halted.sentence


def test_the_name_of_a_job_is_a_plain_word() -> None:
    name = job_name("sr-abc", "restart-FE_host.example:9010", NOW)
    assert name == f"sr-abc-restart-fe-host.example-9010-{NOW:%Y%m%d%H%M%S}{NOW.microsecond // 1000:03d}" and len(name) <= 120
    assert len(job_name("sr-abc", "x" * 300, NOW)) <= 120




FE_PLAN = plan(OperationKind.RESTART_FRONTEND, "10.84.0.19:9010", state=REACHED)


def test_a_frontend_whose_turn_would_cost_the_majority_is_not_stopped() -> None:
    """Judged again right before the job: another frontend may have died since the plan was made."""
    operation = Operation(
        id="sr-x", request=request("10.84.0.19:9010"), state=OperationState.RUNNING, created_at=NOW, changed_at=NOW
    )
    others = [f.address for f in STATE.frontends if f.address != FE_AT and f.role is not Role.LEADER]
    poor = STATE.with_(frontends=tuple(f.with_(alive=False) if f.address in others else f for f in STATE.frontends))
    look = HostLook(address=FE_AT, taken_at=NOW, process=Process(pid=1))
    halted = next_move(FE_PLAN, operation, poor.with_(hosts=(look,)), Pacing(), NOW)
    assert isinstance(halted, Halt) and "majority" in halted.sentence
    assert isinstance(next_move(FE_PLAN, operation, STATE.with_(hosts=(look,)), Pacing(), NOW), Perform)


def test_a_plan_that_has_people_look_pauses_and_goes_on_when_one_resumes() -> None:
    waits = Step(id="canary", group="g", title="People look", act=None, until=GoAhead(address=AT, seen="Look at it."))
    looking = PLAN.with_(steps=(waits,))
    operation = Operation(
        id="sr-x", request=request("10.84.0.18:9050"), state=OperationState.RUNNING, created_at=NOW, changed_at=NOW
    )
    paused = next_move(looking, operation, STATE, Pacing(), NOW)
    assert isinstance(paused, Pause) and paused.sentence == "Look at it."
    held = operation.moved(OperationState.PAUSED, NOW, memory=paused.memory)
    click = Decision(token="t", operation="sr-x", kind=DecisionKind.RESUME, person=BOB, channel="C", at=LATER)
    resumed = decide(held, click, LATER).operation
    assert isinstance(next_move(looking, resumed, STATE, Pacing(), LATER), Advance)
    died = next_move(looking, held, fe(STATE, alive=False), Pacing(), LATER)
    assert died.memory.stall is not None and died.memory.stall.sentence == f"{FE_AT} is not alive."


def test_the_health_of_all_tablets_is_asked_for_seldom() -> None:
    rest = next(step for step in PLAN.steps if isinstance(step.until, ClusterSettled))
    assert next_look(rest, StepMemory(step=rest.id, entered_at=NOW), Pacing(), NOW) >= Pacing().statistic_every


EVERYWHERE = OnBlacklist(address=AT, node_id=7, listed=True)
LISTED, FREE = frozenset({7}), frozenset[int]()
HOSTS = [f.address.host for f in STATE.frontends]


@pytest.mark.parametrize(
    ("lists", "down", "done", "words"),
    [
        (dict.fromkeys(HOSTS, LISTED), "", True, f"is on the blacklist of {len(HOSTS)} frontends"),
        ({**dict.fromkeys(HOSTS, LISTED), HOSTS[1]: FREE}, "", False, f"is not on the blacklist of frontend {HOSTS[1]}"),
        (dict.fromkeys(HOSTS[1:], LISTED), "", False, f"Frontend {HOSTS[0]} does not tell"),
        (dict.fromkeys(HOSTS[:-1], LISTED), HOSTS[-1], True, f"is on the blacklist of {len(HOSTS) - 1} frontends"),
        ({}, "", False, "does not tell" if len(HOSTS) == 1 else "tell the blacklist"),
    ],
)
def test_on_every_frontend_that_lives(lists: dict[str, frozenset[int]], down: str, done: bool, words: str) -> None:
    frontends = tuple(f.with_(alive=f.address.host != down) for f in STATE.frontends)
    reading = read(EVERYWHERE, STATE.with_(blacklists=lists, frontends=frontends), MEMORY, Pacing(), NOW)
    assert reading.done is done and words in reading.sentence


def test_files_of_two_versions_are_never_taken_for_a_version() -> None:
    """A host that went down in mid-swap may start its node with new programs and old libraries, or the other way round."""
    swap = SwapPackage(role=NodeKind.BACKEND, address=AT, version="3.3.9", old=VERSION)
    up = changed(STATE, "10.84.0.18", last_start=LATER, version="3.3.9-7b9fccd")
    done = RESTARTED.with_(version="3.3.9")
    mixed = host(JobState.LOST).with_(unfinished="3.3.9 3.3.3-312ed45")
    assert holds(done, up.with_(hosts=(host(JobState.DONE),)), MEMORY)
    reading = read(done, up.with_(hosts=(mixed,)), MEMORY, Pacing(), NOW)
    assert not reading.done and "files of two versions" in reading.sentence
    unseen = read(done, up.with_(hosts=(host(trouble="timed out"),)), MEMORY, Pacing(), NOW)
    assert not unseen.done and "timed out" in unseen.sentence
    step = Step(id="swap", group="g", title="", act=swap, until=done, undo=swap.with_(version=VERSION, old="3.3.9", roll_back=True),
                undo_until=NodeUp(role=NodeKind.BACKEND, address=AT, version=VERSION))  # fmt: skip
    rolled = PLAN.with_(steps=(step,))
    undone = next_undo(rolled, undoing(), STATE.with_(hosts=(mixed,)), Pacing(), NOW)
    assert isinstance(undone, Perform) and undone.act == step.undo, "it runs the old version, but its files are mixed"
    whole = STATE.with_(hosts=(host(JobState.LOST),))
    assert isinstance(next_undo(rolled, undoing(), whole, Pacing(), NOW), Finish)
