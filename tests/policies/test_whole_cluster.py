"""A whole cluster stopped and started: the order, what hosts and ports prove, what refuses it, and what an abort brings back."""

from datetime import timedelta

import pytest

from policies.acts import Act, AskPerson, StartProcess, StopProcess
from policies.address import Address
from policies.awaited import ClusterSettled, Condition, FrontendAnswers
from policies.awaited_whole import AllAlive, LeaderThere, ProcessesGone, ProcessesRun
from policies.cluster import ClusterState, ComputeNode, NodeKind, Role, TabletHealth
from policies.conditions import believed, holds, read
from policies.conditions.whole import runs
from policies.drift import compare
from policies.hosts import HostLook, Process
from policies.images import ImageLook
from policies.members import as_last_seen, members_of
from policies.operation import Operation, OperationState, StepMemory
from policies.pacing import Pacing
from policies.plan import Plan, Verdict
from policies.playbooks import entry_for
from policies.request import OperationKind
from policies.stepping import Advance, Finish, Halt, Perform, Wait, next_move, next_undo
from policies.undoing import undo_steps
from policies.watching import next_look, next_memory
from tests.policies.clusters import NOW, address, changed, mission000, old_load, request

CN = ComputeNode(id=7, address=address("10.84.0.30:9050"), alive=True, version="3.3.3-312ed45")
LIVE = mission000().with_(compute_nodes=(CN,), compute_nodes_read=True, answered_by="10.84.0.12:9030")
LEADER, FE, OBSERVER = (address(f"10.84.{host}:9010") for host in ("0.12", "0.19", "91.18"))
BE = address("10.84.0.18:9050")
HIDDEN = "timed out"


def observed(state: ClusterState) -> ClusterState:
    """The state with its last frontend an observer."""
    return state.with_(
        frontends=tuple(f.with_(role=Role.OBSERVER) if f.address == OBSERVER else f for f in state.frontends)
    )


def hosts(state: ClusterState, *, down: tuple[Address, ...] = (), hidden: tuple[Address, ...] = ()) -> ClusterState:
    """The state with a look at every host."""
    return state.with_(
        hosts=tuple(
            HostLook(
                address=node.address, taken_at=NOW, trouble=HIDDEN if node.address in hidden else "",
                process=None if node.address in (*down, *hidden) else Process(pid=1),
            )
            for node in state.nodes
        )
    )  # fmt: skip


def ports(state: ClusterState, *, quiet: tuple[Address, ...] = (), no_way: tuple[Address, ...] = ()) -> ClusterState:
    """The state with every port tried."""
    known = frozenset(state.kinds) - set(no_way)
    return state.with_(silent=frozenset(quiet), answering=known - set(quiet))


ALL = tuple(observed(LIVE).kinds)
UP = hosts(observed(LIVE))
MEMBERS = members_of(observed(LIVE), None)
assert MEMBERS is not None
SEEN = as_last_seen(MEMBERS, "prod", NOW).with_(unread={"frontends": "No frontend answers."})
DOWN = hosts(SEEN, down=ALL)


def plan(kind: OperationKind, state: ClusterState) -> Plan:
    return entry_for(kind).make_plan(request().with_(kind=kind), state, pacing=Pacing(), revision=1, now=NOW)


STOP, START = plan(OperationKind.STOP_ALL, UP), plan(OperationKind.START_ALL, DOWN)


def short(plan: Plan) -> list[str]:
    return [step.id for step in plan.steps]


def test_frontends_stop_first_and_the_leader_last_of_them() -> None:
    assert short(STOP) == [
        "all-alive", "stop-10.84.91.18:9010", "stop-10.84.0.19:9010", "stop-10.84.91.16:9010", "stop-10.84.0.12:9010",
        "stop-10.84.0.30:9050", "stop-10.84.0.12:9050", "stop-10.84.0.18:9050", "stop-10.84.0.19:9050",
        "stop-10.84.91.16:9050", "stop-10.84.91.18:9050",
    ]  # fmt: skip
    assert all(isinstance(step.act, StopProcess) for step in STOP.steps[1:])


def test_an_image_is_written_first_where_its_arrival_is_seen() -> None:
    told = {f.address.host: ImageLook(image=1, journal=2) for f in LIVE.frontends}
    assert short(plan(OperationKind.STOP_ALL, UP.with_(images=told)))[:2] == ["all-alive", "create-image"]
    del told["10.84.0.19"]
    partly = plan(OperationKind.STOP_ALL, UP.with_(images=told))
    assert "create-image" not in short(partly)
    assert any(f.check == "image" and f.verdict is Verdict.WARN for f in partly.findings)


def test_who_led_last_starts_first_and_nobody_is_waited_for_before_the_voters_run() -> None:
    assert short(START) == [
        "start-10.84.0.12:9010", "start-10.84.0.19:9010", "start-10.84.91.16:9010", "leader", "start-10.84.91.18:9010",
        "start-10.84.0.12:9050", "start-10.84.0.18:9050", "start-10.84.0.19:9050", "start-10.84.91.16:9050",
        "start-10.84.91.18:9050", "start-10.84.0.30:9050", "all-alive", "ask-10.84.0.12:9010", "ask-10.84.0.19:9010",
        "ask-10.84.91.16:9010", "ask-10.84.91.18:9010", "settle",
    ]  # fmt: skip
    assert START.steps[0].title == "Start FE 10.84.0.12:9010, which led last"
    assert all(isinstance(step.until, ProcessesRun) for step in START.steps if step.act is not None)


def test_people_are_asked_once_for_each_stage() -> None:
    stop = plan(OperationKind.STOP_ALL, ports(observed(LIVE)))
    asked = [step.act for step in stop.steps if isinstance(step.act, AskPerson)]
    assert short(stop)[1:] == ["stop-10.84.91.18:9010", "stop-10.84.0.19:9010", "stop-10.84.0.12:9010", "stop-10.84.0.30:9050",
                               "stop-10.84.0.12:9050"]  # fmt: skip
    assert len(asked) == 5 and "on 2 hosts" in asked[1].task
    assert asked[1].commands == ("# on 10.84.0.19, 10.84.91.16", "bin/stop_fe.sh")
    start = plan(OperationKind.START_ALL, ports(SEEN, quiet=ALL))
    tasks = [step.act.task for step in start.steps if isinstance(step.act, AskPerson)]
    assert "10.84.0.12" in tasks[0] and "All at once" in tasks[1] and len(tasks) == 5


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (UP, True),
        (hosts(LIVE, down=(BE,)), False),
        (hosts(LIVE, hidden=(BE,)), None),
        (LIVE.with_(hosts=()), None),
        (LIVE, None),
        (ports(LIVE), True),
        (ports(LIVE, quiet=(BE,)), False),
        (ports(LIVE, no_way=(BE,)), None),
        (hosts(LIVE, down=(BE,)).with_(answering=frozenset({BE})), False),
    ],
)
def test_hosts_or_ports_tell_whether_a_process_runs(state: ClusterState, expected: bool | None) -> None:
    assert runs(BE, state) is expected


GONE, RUN = (kind(role=NodeKind.BACKEND, addresses=(BE,)) for kind in (ProcessesGone, ProcessesRun))
BARE = ClusterState(cluster="prod", taken_at=NOW, version="", run_mode=LIVE.run_mode)
LEADS, ALIVE = LeaderThere(address=LEADER), AllAlive(addresses=(LEADER, BE))


@pytest.mark.parametrize(
    ("condition", "state", "done", "words"),
    [
        (GONE, UP, False, "BE 10.84.0.18:9050 still runs."),
        (GONE, hosts(LIVE, down=(BE,)), True, "is stopped"),
        (GONE, hosts(LIVE, hidden=(BE,)), False, "cannot be looked at: timed out"),
        (GONE, BARE.with_(hosts=hosts(LIVE, down=(BE,)).hosts), True, "is stopped"),
        (GONE, BARE.with_(hosts=()), False, "was not looked at"),
        (GONE, BARE, False, "its port cannot be tried from here"),
        (GONE, ports(BARE, quiet=(BE,)), True, "is stopped"),
        (RUN, UP, True, "has started"),
        (RUN, hosts(LIVE, down=(BE,)), False, "does not run yet"),
        (RUN, hosts(LIVE, hidden=(BE,)), False, "cannot be looked at"),
        (ProcessesGone(role=NodeKind.FOLLOWER, addresses=(FE, LEADER)), hosts(LIVE, down=(FE,)), False, "FE 10.84.0.12:9010 still"),
        (LEADS, LIVE, True, "Frontend 10.84.0.12 leads"),
        (LEADS, BARE.with_(unread={"frontends": "Nobody answers."}), False, "No frontend answers yet: Nobody answers."),
        (LEADS, LIVE.with_(frontends=tuple(f.with_(role=Role.FOLLOWER) for f in LIVE.frontends)), False, "none leads yet"),
        (LEADS, SEEN, False, "none leads yet"),
        (ALIVE, LIVE, True, "All 2 nodes are alive."),
        (ALIVE, changed(LIVE, "10.84.0.18", alive=False), False, "1 of 2 nodes are alive; not yet 10.84.0.18:9050"),
        (ALIVE, LIVE.with_(backends=LIVE.backends[:1]), False, "not yet 10.84.0.18:9050"),
        (ALIVE, BARE, False, "No frontend answers yet"),
    ],
)
def test_reading(condition: Condition, state: ClusterState, done: bool, words: str) -> None:
    memory = StepMemory(step="s", entered_at=NOW)
    assert believed(condition, state)
    reading = read(condition, state, memory, Pacing(), NOW)
    assert reading.done is done is holds(condition, state, memory)
    assert words in reading.sentence


def test_a_cluster_of_compute_nodes_alone_is_believed_too() -> None:
    lake = LIVE.with_(backends=())
    assert believed(FrontendAnswers(address=LEADER), lake) and not believed(FrontendAnswers(address=LEADER), BARE)
    assert believed(ClusterSettled(address=LEADER, unhealthy=0), lake), "a look at nodes does not tell where the data lies"
    assert not believed(ClusterSettled(address=LEADER, unhealthy=0), lake.with_(compute_nodes=()))


TUNED = LIVE.with_(backends=tuple(b.with_(decommissioned=b.address == BE) for b in LIVE.backends))
NOBODY = SEEN.with_(frontends=(), backends=(), compute_nodes=())


@pytest.mark.parametrize(
    ("kind", "state", "verdict", "words"),
    [
        (OperationKind.STOP_ALL, UP, Verdict.OK, "No query and no load runs now."),
        (OperationKind.STOP_ALL, hosts(TUNED), Verdict.BLOCK, "10.84.0.18:9050 is being drained"),
        (OperationKind.STOP_ALL, hosts(LIVE, hidden=(BE,)), Verdict.BLOCK, "10.84.0.18:9050 is alive, and nobody can look there: timed out"),
        (OperationKind.STOP_ALL, hosts(changed(LIVE, "10.84.0.18", alive=False), hidden=(BE,)), Verdict.WARN, "is not alive, and nobody"),
        (OperationKind.STOP_ALL, hosts(LIVE, down=(BE,)), Verdict.WARN, "No process of 10.84.0.18:9050 runs now."),
        (OperationKind.STOP_ALL, hosts(LIVE, down=tuple(LIVE.kinds)), Verdict.BLOCK, "nothing to stop"),
        (OperationKind.STOP_ALL, hosts(changed(LIVE, "10.84.0.18", running_queries=3)), Verdict.WARN, "3 queries would be lost"),
        (OperationKind.STOP_ALL, hosts(LIVE.with_(transactions=(old_load(2),))), Verdict.WARN, "1 load (the oldest since 2 h) would be lost"),
        (OperationKind.STOP_ALL, hosts(LIVE.with_(transactions=None)), Verdict.WARN, "could not be read"),
        (OperationKind.STOP_ALL, ports(LIVE, quiet=(BE,)), Verdict.BLOCK, "nothing answers there from here"),
        (OperationKind.STOP_ALL, ports(LIVE, no_way=(BE,)), Verdict.BLOCK, "nothing answers there from here"),
        (OperationKind.STOP_ALL, hosts(SEEN), Verdict.BLOCK, "the cluster may be at work"),
        (OperationKind.STOP_ALL, hosts(SEEN, hidden=(LEADER, FE), down=(OBSERVER,)), Verdict.BLOCK, "the cluster may be at work"),
        (OperationKind.STOP_ALL, hosts(SEEN, down=(LEADER, FE)), Verdict.WARN, "only 1 of 3 voting frontends run: nobody leads"),
        (OperationKind.STOP_ALL, NOBODY, Verdict.BLOCK, "the members of this cluster were never seen"),
        (OperationKind.START_ALL, NOBODY, Verdict.BLOCK, "the members of this cluster were never seen"),
        (OperationKind.START_ALL, DOWN, Verdict.WARN, "as last seen at 2025-06-19 12:50 UTC. 10.84.0.12 led then."),
        (OperationKind.START_ALL, hosts(SEEN), Verdict.BLOCK, "nothing to start"),
        (OperationKind.START_ALL, UP, Verdict.BLOCK, "nothing to start"),
        (OperationKind.START_ALL, hosts(SEEN, down=(LEADER, FE)), Verdict.OK, "run already and are left alone"),
        (OperationKind.START_ALL, hosts(SEEN, down=ALL, hidden=(BE,)), Verdict.WARN, "10.84.0.18:9050 is left out"),
        (OperationKind.START_ALL, hosts(SEEN, down=ALL, hidden=(LEADER, FE)), Verdict.BLOCK, "Only 1 of 3 voting frontends"),
        (OperationKind.START_ALL, hosts(SEEN, down=ALL, hidden=(LEADER,)), Verdict.WARN, "10.84.0.12:9010 led last and cannot be started"),
        (OperationKind.START_ALL, ports(SEEN, quiet=ALL[:-1], no_way=ALL[-1:]), Verdict.WARN, "cannot be seen from here"),
    ],
)  # fmt: skip
def test_findings(kind: OperationKind, state: ClusterState, verdict: Verdict, words: str) -> None:
    found = [(f.verdict, f.sentence) for f in plan(kind, state).findings]
    assert any(v is verdict and words in sentence for v, sentence in found), found
    assert verdict is Verdict.BLOCK or not plan(kind, state).blocked


def test_only_what_runs_is_stopped_and_only_what_does_not_is_started() -> None:
    stop = plan(OperationKind.STOP_ALL, hosts(LIVE, down=(BE,)))
    assert BE not in stop.targets and f"stop-{BE}" not in short(stop)
    start = plan(OperationKind.START_ALL, hosts(SEEN, down=(LEADER, BE), hidden=(FE,)))
    assert start.targets == (LEADER, BE)
    alive = next(step.until for step in start.steps if isinstance(step.until, AllAlive))
    assert isinstance(alive, AllAlive) and FE not in alive.addresses and len(alive.addresses) == len(ALL) - 1
    assert "settle" not in short(start), "somebody is missing: the cluster cannot come to rest"


def test_a_cluster_that_is_half_up_is_completed() -> None:
    half = hosts(changed(LIVE, "10.84.0.18", alive=False), down=(BE,))
    start = plan(OperationKind.START_ALL, half)
    assert short(start)[:3] == ["leader", f"start-{BE}", "all-alive"] and short(start)[-1] == "settle"
    assert not start.blocked


def test_facts_are_judged_without_any_frontend() -> None:
    again = plan(OperationKind.START_ALL, DOWN.with_(taken_at=NOW + timedelta(hours=1), unread={}))
    assert not compare(START.facts, again.facts).material and again.steps == START.steps
    other = plan(OperationKind.START_ALL, hosts(SEEN, down=tuple(a for a in ALL if a != BE)))
    assert compare(START.facts, other.facts).material == (f"Process of BE {BE}: was does not run, now runs.",)


def running(plan: Plan, step: int, state: OperationState = OperationState.RUNNING, **memory: object) -> Operation:
    kept = StepMemory(step=plan.steps[step].id, entered_at=NOW, **memory) if memory else None
    return Operation(
        id="sr-test", request=request().with_(kind=plan.kind), state=state, created_at=NOW, changed_at=NOW, step=step, memory=kept
    )


def bare(*, down: tuple[Address, ...]) -> ClusterState:
    return BARE.with_(hosts=hosts(UP, down=down).hosts)


def test_a_step_goes_on_without_any_frontend() -> None:
    at = short(STOP).index(f"stop-{BE}")
    performed = next_move(STOP, running(STOP, at), bare(down=()), Pacing(), NOW)
    assert isinstance(performed, Perform) and performed.act == STOP.steps[at].act
    assert isinstance(next_move(STOP, running(STOP, at), bare(down=(BE,)), Pacing(), NOW), Advance)


def test_a_leader_is_waited_for_and_then_a_person_is_asked() -> None:
    at = short(START).index("leader")
    nobody = BARE.with_(unread={"frontends": "Nobody answers."})
    assert isinstance(next_move(START, running(START, at), nobody, Pacing(), NOW), Wait)
    overdue = next_move(START, running(START, at, tries=0), nobody, Pacing(), NOW + timedelta(hours=1))
    assert isinstance(overdue, Halt) and "fe.log" in overdue.sentence


@pytest.mark.parametrize("step", ["ask-10.84.0.19:9010", "leader", f"start-{BE}"])
def test_nodes_that_are_down_stop_neither_of_the_two(step: str) -> None:
    half_up = changed(LIVE, "10.84.91.16", alive=False).with_(hosts=hosts(LIVE, down=(BE,)).hosts, answers={})
    move = next_move(START, running(START, short(START).index(step)), half_up, Pacing(), NOW)
    assert not isinstance(move, Halt), move


def started(act: Act | None) -> Address | None:
    return act.address if isinstance(act, StartProcess) else None


def test_an_abort_starts_what_was_stopped_as_a_start_does() -> None:
    at = short(STOP).index(f"stop-{BE}")
    undo = [started(step.undo) for step in undo_steps(STOP, at)]
    assert undo == [
        LEADER, address("10.84.91.16:9010"), FE, OBSERVER, BE, address("10.84.0.12:9050"), CN.address, None,
    ]  # fmt: skip


@pytest.mark.parametrize("cut", range(1, len(STOP.steps)))
def test_an_abort_at_any_step_ends_with_everybody_alive(cut: int) -> None:
    """Each look may be the last of a worker: what is done next follows from what is seen alone."""
    down = [step.until.address for step in STOP.steps[1 : cut + 1] if isinstance(step.until, ProcessesGone)]
    begun = []
    while down:
        operation = running(STOP, cut, OperationState.UNDOING)
        move = next_undo(STOP, operation, bare(down=tuple(down)), Pacing(), NOW)
        assert isinstance(move, Perform)
        begun.append(move.act.address)  # type: ignore[union-attr]
        down.remove(begun[-1])
    operation = running(STOP, cut, OperationState.UNDOING)
    assert isinstance(next_undo(STOP, operation, bare(down=()), Pacing(), NOW), Wait), "they are not alive yet"
    ended = next_undo(STOP, operation, UP, Pacing(), NOW)
    assert isinstance(ended, Finish) and "is alive" in ended.sentence
    frontends = [at for at in begun if at.port == 9010]
    assert begun[: len(frontends)] == frontends


def test_an_abort_that_nobody_answers_becomes_a_persons_matter() -> None:
    operation = running(STOP, 3, OperationState.UNDOING)
    waiting = next_undo(STOP, operation, bare(down=()), Pacing(), NOW)
    later = operation.with_(memory=waiting.memory)
    assert isinstance(next_undo(STOP, later, bare(down=()), Pacing(), NOW + timedelta(hours=1)), Halt)


def test_an_abort_of_a_start_leaves_what_runs() -> None:
    ended = next_undo(START, running(START, 4, OperationState.UNDOING), bare(down=(BE,)), Pacing(), NOW)
    assert isinstance(ended, Finish) and "`/sr start all` goes on" in ended.sentence


def test_the_patience_with_a_node_does_not_count_the_time_of_the_one_before() -> None:
    assert next_memory(STOP, running(STOP, 3, acted_at=NOW)) is None
    other = STOP.with_(kind=OperationKind.STOP_BACKEND)
    kept = next_memory(other, running(other, 3, acted_at=NOW))
    assert kept is not None and kept.entered_at == NOW, "steps of one node count together"


def test_hosts_are_asked_often_and_frontends_more_seldom() -> None:
    memory = StepMemory(step="s", entered_at=NOW)
    host, leader = STOP.steps[1], next(step for step in START.steps if step.id == "leader")
    assert next_look(host, memory, Pacing(), NOW) < next_look(leader, memory, Pacing(), NOW) <= 5
    assert next_look(leader, memory, Pacing(), NOW + timedelta(minutes=20)) == 15


HEALTH = TabletHealth(tables=1, partitions=1, tablets=9, replicas=27, unhealthy=0, inconsistent=0, cloning=0, error_state=0)


def test_members_are_kept_from_looks_that_saw_all_of_them() -> None:
    nobody_leads = LIVE.with_(frontends=tuple(f.with_(role=Role.FOLLOWER) for f in LIVE.frontends))
    for poor in (nobody_leads, LIVE.with_(backends=(), compute_nodes=()), LIVE.with_(compute_nodes_read=False), SEEN):
        assert members_of(poor, None) is None
    kept = members_of(LIVE.with_(health=HEALTH.with_(unhealthy=3)), None)
    assert kept is not None and kept.count == len(ALL) and kept.health is not None
    sick = members_of(changed(LIVE, "10.84.0.18", alive=False).with_(health=HEALTH.with_(unhealthy=900)), kept)
    assert sick is not None and sick.health == kept.health, "what is unhealthy because a node is down is no measure"
    stopped = kept.with_(stopped_by="sr-x", stopped_at=NOW)
    again = members_of(LIVE, stopped)
    assert again is not None and not again.stopped_by, "it was seen alive since"


def test_as_last_seen_nobody_is_alive_and_who_led_is_known() -> None:
    assert not any(node.alive for node in SEEN.nodes) and SEEN.remembered_at == LIVE.taken_at
    assert SEEN.leader is not None and SEEN.leader.address == LEADER
