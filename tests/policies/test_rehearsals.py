"""A rehearsal's plan: what must be there first, which switch the version knows, and what an abort takes back."""

import pytest

from policies.acts import BackUpMeta, CreateImage, ForgetRehearsal, RehearseMetadata, StagePackage
from policies.address import Address
from policies.cluster import ClusterState, NodeKind, RunMode
from policies.hosts import HostJob, HostLook, HostSurvey, JobState
from policies.operation import HostJobRef, Operation, OperationState, StepMemory
from policies.pacing import Pacing
from policies.plan import Plan
from policies.playbooks import entry_for
from policies.request import OperationKind, Request
from policies.stepping import Advance, Finish, Halt, Perform, Wait, next_move, next_undo
from tests.policies.clusters import ALICE, NOW, mission000, operation

PACING = Pacing()
SPARE = Address(host="10.84.99.1", port=9010)
LEADER = next(f.address for f in mission000().frontends if f.role.value == "LEADER")
JOB = "sr-test-rehearse-1"


def looked(
    java: str = 'openjdk version "17.0.2"', trouble: str = "", job: JobState | None = None, said: str = "", cut_off: str = "yes"
) -> ClusterState:
    jobs = {JOB: HostJob(id=JOB, state=job, said=said)} if job is not None else {}
    hosts = (
        HostLook(address=LEADER, taken_at=NOW, survey=HostSurvey(java=java)),
        HostLook(address=SPARE, taken_at=NOW, trouble=trouble, survey=HostSurvey(java=java, isolation=cut_off), jobs=jobs),
    )
    return mission000().with_(hosts=hosts, spare=SPARE.host)


def planned(state: ClusterState, version: str = "3.4.4") -> Plan:
    request = Request(
        id="sr-test", kind=OperationKind.REHEARSE, cluster="prod", targets=(), options={"to": version}, reason="", requester=ALICE,
        channel="C0OPS", asked_at=NOW,
    )  # fmt: skip
    return entry_for(OperationKind.REHEARSE).make_plan(request, state, pacing=PACING, revision=1, now=NOW)


PLAN = planned(looked())
LAST = len(PLAN.steps) - 1


def words(plan: Plan) -> str:
    return " ".join(f"{f.verdict.value}: {f.sentence} {f.advice}" for f in plan.findings)


def test_package_image_backup_rehearsal() -> None:
    acts = [step.act for step in PLAN.steps]
    assert [type(act) for act in acts] == [StagePackage, CreateImage, BackUpMeta, RehearseMetadata]
    assert [act.address for act in acts if hasattr(act, "address")] == [SPARE, LEADER, SPARE]
    rehearse = acts[-1]
    assert isinstance(rehearse, RehearseMetadata) and rehearse.source == LEADER and rehearse.label == "sr-test"
    frontends = tuple(sorted((frontend.address for frontend in mission000().frontends), key=str))
    assert acts[2] == BackUpMeta(
        role=rehearse.role, address=LEADER, label=rehearse.label, version="3.3.3-312ed45", frontends=frontends
    )
    nodes = {node.address for node in mission000().nodes}
    assert nodes <= set(rehearse.forbidden)
    assert {a.port for a in rehearse.forbidden if a.host == LEADER.host} >= {8030, 9010, 9020, 9030, 9050}


@pytest.mark.parametrize(
    ("version", "flag"),
    [
        ("3.1.9", "metadata_failure_recovery"),
        ("3.1.10", "bdbje_reset_election_group"),
        ("3.2.4", "metadata_failure_recovery"),
        ("3.2.5", "bdbje_reset_election_group"),
        ("3.4.4", "bdbje_reset_election_group"),
    ],
)
def test_the_switch_that_the_version_knows(version: str, flag: str) -> None:
    rehearse = planned(looked(), version).steps[-1].act
    assert isinstance(rehearse, RehearseMetadata) and rehearse.flag == flag


@pytest.mark.parametrize(
    ("state", "version", "said"),
    [
        (looked(), "", "block: No version is named"),
        (looked(), "newest", "block: `newest` is no release"),
        (looked().with_(hosts=None), "3.4.4", "block: No driver reaches the hosts"),
        (looked().with_(spare=""), "3.4.4", "block: No spare host is set"),
        (looked().with_(spare=LEADER.host), "3.4.4", f"{LEADER} and {LEADER.host}:9050 live on the spare host"),
        (looked(trouble="10.84.99.1 did not answer."), "3.4.4", "block: Not every host can be reached. 10.84.99.1"),
        (looked().with_(hosts=looked().hosts[:1]), "3.4.4", "block: Not every host can be reached."),  # type: ignore[index]
        (looked(cut_off="unshare --user --map-root-user --net"), "3.4.4", "10.84.99.1 cannot make a network of its own (`unshare --user"),
        (looked(java="11.0.2"), "3.5.2", "block: 3.5.2 needs Java 17, and 10.84.99.1 has 11."),
        (looked().with_(frontends=()), "3.4.4", "block: "),
    ],
)
def test_what_blocks(state: ClusterState, version: str, said: str) -> None:
    plan = planned(state, version)
    assert plan.blocked and plan.steps == () and said in words(plan), words(plan)


def test_what_it_does_not_prove_and_holds_is_said_before_and_after() -> None:
    assert "It does not show how backends take the new version" in words(PLAN) and "password hashes" in words(PLAN)
    assert "It does not show how backends take the new version" in PLAN.done_words
    assert "this cluster's object store" not in words(PLAN)
    assert "this cluster's object store" in words(planned(looked().with_(run_mode=RunMode.SHARED_DATA)))


def running(state: OperationState = OperationState.RUNNING, **memory: object) -> Operation:
    memo = StepMemory(step="rehearse", entered_at=NOW).with_(**memory)
    job = HostJobRef(id=JOB, role=NodeKind.FOLLOWER, address=SPARE)
    return operation(state, memory=memo, step=LAST).with_(last_job=job if "job" in memory else None)


@pytest.mark.parametrize(
    ("job", "said", "move", "told"),
    [
        (JobState.RUNNING, "", Wait, "The rehearsal of 3.4.4 goes on."),
        (JobState.DONE, "3.4.4 read image.7", Advance, "The rehearsal of 3.4.4 on 10.84.99.1 is done. 3.4.4 read image.7"),
        (JobState.FAILED, "got unknown type 20123", Halt, "got unknown type 20123. Retry copies"),
        (JobState.LOST, "", Halt, "was cut short"),
    ],
)
def test_what_a_look_leads_to(job: JobState, said: str, move: type, told: str) -> None:
    seen = running(job=JOB, acted_at=NOW, tries=1)
    found = next_move(PLAN, seen, looked(job=job, said=said), PACING, NOW)
    assert isinstance(found, move), found
    assert told in getattr(found, "sentence", found.memory.reading.sentence)  # type: ignore[union-attr]


def test_an_abort_ends_what_runs_and_waits_until_it_is_deleted() -> None:
    undoing = running(OperationState.UNDOING, job=JOB, acted_at=NOW)
    first = next_undo(PLAN, undoing, looked(job=JobState.RUNNING), PACING, NOW)
    assert isinstance(first, Perform) and first.act == ForgetRehearsal(role=NodeKind.FOLLOWER, address=SPARE, label="sr-test")
    memory = first.memory.with_(job=JOB, acted_at=NOW, intended_at=NOW)
    again = undoing.with_(memory=memory)
    assert isinstance(next_undo(PLAN, again, looked(job=JobState.RUNNING), PACING, NOW), Wait)
    end = next_undo(PLAN, again, looked(job=JobState.DONE), PACING, NOW)
    assert isinstance(end, Finish) and "no copy of the metadata is left" in end.sentence
    assert isinstance(next_undo(PLAN, again, looked(job=JobState.FAILED, said="no"), PACING, NOW), Halt)
