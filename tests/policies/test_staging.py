"""A package for many hosts: who is next, what came of it, and when it is over."""

from datetime import timedelta

import pytest

from policies import staging
from policies.acts import StagePackage
from policies.address import Address
from policies.cluster import ClusterState, NodeKind
from policies.deciding import decide
from policies.hosts import HostJob, HostLook, JobState
from policies.operation import Decision, DecisionKind, Operation, OperationState, StepMemory
from policies.pacing import Pacing
from policies.packages import PackagesStaged, Recipient, StagePackages, Staging
from policies.plan import Step
from policies.stepping import Advance, Halt, Move, Perform, Wait, next_move
from policies.steps.swap import stage_all
from tests.policies.clusters import NOW, request
from tests.policies.test_upgrade_plans import REACHED, plan

BE, FE = NodeKind.BACKEND, NodeKind.FOLLOWER


def node(number: int, role: NodeKind = BE) -> Recipient:
    return Recipient(role=role, address=Address(host=f"10.0.0.{number}", port=9010 if role.frontend else 9050))


SIX = tuple(node(number) for number in range(1, 7))
ACT = StagePackages(version="3.3.9", nodes=SIX, fan_out=2)


def memory(act: StagePackages = ACT, verified: str = "", running: str = "", failed: str = "", **more: object) -> StepMemory:
    """By the hosts' last numbers; what failed failed because the disk was full."""
    def of(numbers: str) -> tuple[str, ...]:
        return tuple(str(each.address) for each in act.nodes if each.address.host[-1] in numbers)

    found = Staging(verified=of(verified), running=of(running), failed=dict.fromkeys(of(failed), "the disk is full"))
    return StepMemory(step="stage", entered_at=NOW, job="sr-1-stage-1", staging=found).with_(**more)


def shown(told: StepMemory, act: StagePackages = ACT, trouble: str = "", **states: str) -> ClusterState:
    """Hosts of the window, by `h1="running"`; one that is not named has no job, one of `trouble` cannot be looked at."""
    looks = []
    for each in staging.window(act, told):
        number = each.address.host[-1]
        name = staging.job_for(each, told)
        state, _, said = states.get(f"h{number}", "absent").partition(":")
        jobs = {name: HostJob(id=name, state=JobState(state), said=said)}
        bad = "no route" if number in trouble else ""
        looks.append(HostLook(address=each.address, taken_at=NOW, trouble=bad, jobs={} if bad else jobs))
    return REACHED.with_(hosts=tuple(looks))


def hosts_of(nodes: tuple[Recipient, ...]) -> str:
    return "".join(each.address.host[-1] for each in nodes)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (memory(), "12"),
        (memory(verified="1"), "23"),
        (memory(verified="1", running="2"), "23"),
        (memory(failed="12"), "34"),
        (memory(verified="12345"), "6"),
        (memory(verified="123456"), ""),
        (memory(staging=staging.again(memory(failed="1").staging)), "23"),
        (memory(staging=staging.again(memory(verified="3456", failed="12").staging)), "12"),
    ],
)
def test_the_window_is_the_first_that_have_not_ended_and_what_is_tried_again_goes_behind(told: StepMemory, expected: str) -> None:
    assert hosts_of(staging.window(ACT, told)) == expected


def test_nodes_of_one_host_share_the_archive_and_follow_one_another() -> None:
    both = StagePackages(version="3.3.9", nodes=(node(1), node(1, FE), node(2), node(3)), fan_out=2)
    assert staging.window(both, memory(both)) == (node(1), node(2))
    first = memory(both).with_(staging=Staging(verified=(str(node(1).address),)))
    assert staging.window(both, first) == (node(1, FE), node(2))
    assert staging.job_for(node(1), first) == "sr-1-stage-1-be" and staging.job_for(node(1, FE), first) == "sr-1-stage-1-fe"


@pytest.mark.parametrize(
    ("told", "state", "expected"),
    [
        (memory(job=""), shown(memory(job="")), "12"),
        (memory(), shown(memory()), "12"),
        (memory(), shown(memory(), h1="running"), "2"),
        (memory(), shown(memory(), h1="running", h2="running"), ""),
        (memory(), shown(memory(), trouble="1"), "2"),
        (memory(), REACHED.with_(hosts=()), ""),
        (memory(verified="1", failed="23"), shown(memory(verified="1", failed="23")), "45"),
        (memory(failed="1"), shown(memory(failed="1")), "23"),
        (memory(failed="12"), shown(memory(failed="12")), ""),
    ],
)
def test_what_is_begun_now(told: StepMemory, state: ClusterState, expected: str) -> None:
    """Last two: where it failed on as many hosts as get it at once and went well nowhere, no more are begun."""
    begun = staging.to_begin(ACT, told, state)
    assert "".join(job.address.host[-1] for _, job in begun) == expected
    assert all(isinstance(job, StagePackage) and job.version == "3.3.9" for _, job in begun)


def test_what_a_look_shows_is_remembered() -> None:
    told = memory()
    after = staging.seen(ACT, told, shown(told, h1="done", h2="running")).staging
    assert after == Staging(verified=("10.0.0.1:9050",), running=("10.0.0.2:9050",))
    after = staging.seen(ACT, told, shown(told, h1="failed:says that it is 3.3.8.", h2="lost")).staging
    assert after.failed == {
        "10.0.0.1:9050": "says that it is 3.3.8", "10.0.0.2:9050": "the job was cut short, as by a restart of the host",
    }  # fmt: skip
    going_on = memory(running="1")
    assert staging.seen(ACT, going_on, shown(going_on, trouble="1")).staging.running == ("10.0.0.1:9050",), "nobody knows better"
    assert staging.seen(ACT, going_on, shown(going_on)).staging.running == ()


def test_a_retry_begins_other_jobs_and_only_where_it_failed() -> None:
    told = memory(verified="3456", failed="12")
    operation = Operation(
        id="sr-1", request=request("10.84.0.18:9050"), state=OperationState.HALTED, created_at=NOW, changed_at=NOW, memory=told,
        halted_from="running",
    )  # fmt: skip
    person = operation.request.requester
    retry = Decision(token="t", operation="sr-1", kind=DecisionKind.RETRY, person=person, channel="C", at=NOW)
    after = decide(operation, retry, NOW + timedelta(seconds=9)).operation.memory
    assert after is not None and after.staging.failed == {}
    begun = staging.to_begin(ACT, after, shown(after))
    assert [name for name, _ in begun] == ["sr-1-stage-1-be-2"] * 2
    assert [job.address.host for _, job in begun] == ["10.0.0.1", "10.0.0.2"]


def moved(told: StepMemory, state: ClusterState, later: float = 0.0) -> Move:
    step: Step = stage_all(SIX, "3.3.9", 2)
    operation = Operation(
        id="sr-1", request=request("10.84.0.18:9050"), state=OperationState.RUNNING, created_at=NOW, changed_at=NOW, memory=told
    )
    return next_move(plan().with_(steps=(step,)), operation, state, Pacing(), NOW + timedelta(seconds=later))


@pytest.mark.parametrize(
    ("told", "look", "later", "expected", "words"),
    [
        (memory(), {}, 0, Perform, "unpack and verify 3.3.9 on 10.0.0.1 and 10.0.0.2"),
        (memory(), {"h1": "running", "h2": "running"}, 0, Wait, "0 of 6 verified, 2 under way."),
        (memory(), {"h1": "done", "h2": "running"}, 0, Perform, "unpack and verify 3.3.9 on 10.0.0.3"),
        (memory(verified="1234"), {"h5": "done", "h6": "running"}, 0, Wait, "5 of 6 verified, 1 under way."),
        (memory(failed="1", verified="2345"), {"h6": "running"}, 0, Wait, "4 of 6 verified, 1 under way, 1 failed."),
        (memory(failed="1", verified="2345"), {"trouble": "6"}, 0, Wait, "10.0.0.6 cannot be looked at: no route"),
        (memory(failed="1", verified="2345"), {"h6": "done"}, 0, Halt, "failed for 1 of 6 nodes. BE on 10.0.0.1: the disk is full. R"),
        (memory(verified="2345"), {"h1": "failed:A", "h6": "failed:A"}, 0, Halt, "BE on 10.0.0.1 and BE on 10.0.0.6: A. R"),
        (memory(), {"h1": "failed:A", "h2": "failed:B"}, 0, Halt, "It went well nowhere, so the other 4 were not begun"),
        (memory(verified="12345"), {"h6": "done"}, 0, Advance, "3.3.9 is unpacked and verified for all 6 nodes."),
        (memory(tries=5), {}, 0, Halt, "5 times, and no reply came"),
        (memory(running="12"), {"trouble": "12"}, 7_300, Halt, "0 of 6 verified, 2 under way. 10.0.0.1 cannot be looked at"),
    ],
)
def test_moves(told: StepMemory, look: dict[str, str], later: float, expected: type[Move], words: str) -> None:
    move = moved(told, shown(told, **look), later)
    assert isinstance(move, expected), move
    reading = move.memory.reading
    said = move.statement if isinstance(move, Perform) else reading.sentence if isinstance(move, Wait) and reading else ""
    assert words in (said or getattr(move, "sentence", "")), move


def test_a_copy_tells_how_far_it_is_until_its_job_runs() -> None:
    told = memory()
    copying = staging.told(told.staging, [], {}, {"10.0.0.1:9050": 0.42, "10.0.0.2:9050": None})
    still = staging.told(copying, [], {"10.0.0.2:9050": "no room."}, {"10.0.0.1:9050": None})
    assert still == Staging(copied={"10.0.0.1:9050": 0.42}, failed={"10.0.0.2:9050": "no room"})
    words = staging.read(PackagesStaged(version="3.3.9", nodes=SIX), REACHED.with_(hosts=()), told.with_(staging=still)).sentence
    assert words == "0 of 6 verified, 1 under way, 1 failed. Copied: 10.0.0.1 42 %."
    runs = told.with_(staging=copying)
    assert staging.seen(ACT, runs, shown(runs, h1="running")).staging.copied == {"10.0.0.2:9050": 0.0}


def test_never_more_at_a_time_than_the_fan_out_whatever_order_they_end_in() -> None:
    """Every node ends, well or badly, in turn; those that failed are tried again until all are verified."""
    act, told = StagePackages(version="3.3.9", nodes=SIX, fan_out=3), memory()
    states: dict[str, str] = {}
    begun: set[tuple[str, str]] = set()
    for round_number in range(60):
        look = REACHED.with_(
            hosts=tuple(
                HostLook(
                    address=each.address, taken_at=NOW,
                    jobs={name: HostJob(id=name, state=JobState(states.get(f"{each.address} {name}", "absent")), said="no")},
                )
                for each in staging.window(act, told) for name in [staging.job_for(each, told)]
            )
        )  # fmt: skip
        told = staging.seen(act, told, look)
        for name, job in staging.to_begin(act, told, look):
            key = f"{job.address} {name}"
            assert (str(job.address), name) not in begun
            begun.add((str(job.address), name))
            states[key] = "running"
        running = sorted(key for key, state in states.items() if state == "running")
        assert len(running) <= 3
        if running:
            ending = running[round_number % len(running)]
            states[ending] = "failed" if round_number % 3 == 0 and ending.endswith("-be") else "done"
        elif staging.failures(act, told, look):
            told = told.with_(staging=staging.again(told.staging))
    assert len(told.staging.verified) == 6
