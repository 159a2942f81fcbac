"""Resizing: which line changes on which node, whether it fits, what a plan does with it, and what counts as done."""

from datetime import timedelta

import pytest

from policies.acts import AskPerson, EditConf, RestartProcess, SetBlacklist, StartProcess
from policies.address import Address
from policies.awaited_conf import ConfIs, ConfSeen
from policies.cluster import ClusterState, ComputeNode, NodeKind
from policies.conditions import holds, read
from policies.host_memory import limit_bytes
from policies.hosts import HostLook, HostSurvey, Process
from policies.operation import Operation, OperationState, StepMemory
from policies.pacing import Pacing
from policies.plan import Plan, Verdict
from policies.playbooks import entry_for
from policies.request import OperationKind
from policies.stepping import Finish, Move, Perform, next_undo
from policies.undoing import undo_steps
from policies.units import GIB
from tests.policies.clusters import NOW, address, changed, request
from tests.policies.test_processes import BEFORE, LATER, STATE, VERSION

BE, FE = OperationKind.RESIZE_BACKEND, OperationKind.RESIZE_FRONTEND
AT, FE_AT, CN_AT = address("10.84.0.18:9050"), address("10.84.0.19:9010"), address("10.84.0.30:9050")
OPTIONS = '"-Dlog4j2.formatMsgNoLookups=true -Xmx8192m -XX:+UseG1GC"'
BE_SURVEY = HostSurvey(memory=100 * GIB, conf={"mem_limit": "60%", "be_port": "9060"}, conf_read=True)
FE_SURVEY = HostSurvey(memory=100 * GIB, java='openjdk version "17.0.12"', conf={"JAVA_OPTS": OPTIONS}, conf_read=True, heap="8192m")


def seen(state: ClusterState = STATE, **surveys: HostSurvey) -> ClusterState:
    """Every host looked at; `be` and `fe` are what all nodes of that kind show."""
    be, fe = surveys.get("be", BE_SURVEY), surveys.get("fe", FE_SURVEY)
    looks = (
        HostLook(address=a, taken_at=NOW, process=Process(pid=1), survey=fe if kind.frontend else be)
        for a, kind in state.kinds.items()
    )
    return state.with_(hosts=tuple(looks))


def plan(kind: OperationKind, state: ClusterState, *targets: str, **options: str) -> Plan:
    targets = targets or (str(AT) if kind is BE else str(FE_AT),)
    asked = request(*targets).with_(kind=kind, options=options)
    return entry_for(kind).make_plan(asked, state, pacing=Pacing(), revision=1, now=NOW)


def edit_in(made: Plan) -> EditConf:
    return next(step.act for step in made.steps if isinstance(step.act, EditConf))


def test_a_backend_gets_a_limit_and_a_restart() -> None:
    made = plan(BE, seen(), mem_limit="50%")
    assert [step.id.split("-")[0] for step in made.steps] == ["look", "edit", "restart", "settle"] and not made.blocked
    assert edit_in(made) == EditConf(role=NodeKind.BACKEND, address=AT, key="mem_limit", value="50%", old="60%")


def test_where_the_file_does_not_set_it_the_default_is_what_comes_back() -> None:
    bare = seen(be=BE_SURVEY.with_(conf={}))
    made = plan(BE, bare, mem_limit="50%")
    assert edit_in(made).old is None
    assert [s.undo for s in made.steps if s.undo][1] == EditConf(role=NodeKind.BACKEND, address=AT, key="mem_limit", value="90%", old="50%")


@pytest.mark.parametrize(
    ("version", "java", "conf", "key"),
    [
        (VERSION, "17.0.12", ("JAVA_OPTS", "JAVA_OPTS_FOR_JDK_11"), "JAVA_OPTS"),
        (VERSION, "11.0.2", ("JAVA_OPTS", "JAVA_OPTS_FOR_JDK_11"), "JAVA_OPTS_FOR_JDK_11"),
        ("3.5.1-abcdef0", "17.0.12", ("JAVA_OPTS", "JAVA_OPTS_FOR_JDK_11"), "JAVA_OPTS_FOR_JDK_11"),
        ("3.1.9-abcdef0", "17.0.12", ("JAVA_OPTS", "JAVA_OPTS_FOR_JDK_9"), "JAVA_OPTS_FOR_JDK_9"),
    ],
)
def test_the_heap_goes_into_the_line_that_is_read(version: str, java: str, conf: tuple[str, ...], key: str) -> None:
    state = STATE.with_(frontends=tuple(f.with_(version=version) for f in STATE.frontends))
    made = plan(FE, seen(state, fe=FE_SURVEY.with_(java=java, conf=dict.fromkeys(conf, OPTIONS))), heap="16g")
    act = edit_in(made)
    assert (act.key, act.value, act.old) == (key, OPTIONS.replace("8192m", "16g"), OPTIONS)


@pytest.mark.parametrize(
    ("kind", "state", "value", "words"),
    [
        (BE, seen(), "60%", "there is nothing to do"),
        (BE, seen(), "200G", "may take 200.0 GB"),
        (BE, seen(be=BE_SURVEY.with_(conf=None)), "50%", "could not be read"),
        (BE, STATE.with_(hosts=()), "50%", "Not every host can be reached"),
        (FE, seen(), "8g", "there is nothing to do"),
        (FE, seen(), "120g", "10.84.0.19:9010 120.0 GB"),
        (FE, seen(fe=FE_SURVEY.with_(java="")), "16g", "version of Java"),
        (FE, seen(fe=FE_SURVEY.with_(conf={"meta_dir": "/m"})), "16g", "takes its heap from no line"),
        (FE, seen(fe=FE_SURVEY.with_(conf={"JAVA_OPTS": '"-Xmx8g -XX:OnOutOfMemoryError=x|y"'})), "16g", "a shell"),
    ],
)
def test_what_refuses_a_plan(kind: OperationKind, state: ClusterState, value: str, words: str) -> None:
    made = plan(kind, state, **{"mem_limit" if kind is BE else "heap": value})
    blocking = [finding.sentence for finding in made.findings if finding.verdict is Verdict.BLOCK]
    assert any(words in sentence for sentence in blocking), blocking


BESIDE = "10.84.0.19:9050"
"""A backend whose host has a frontend too."""


@pytest.mark.parametrize(
    ("kind", "state", "target", "value", "verdict", "words"),
    [
        (BE, seen(), str(AT), "80%", Verdict.OK, "80.0 GB (80.0 %)"),
        (BE, seen(), str(AT), "95%", Verdict.WARN, "(95.0 %)"),
        (BE, seen(), BESIDE, "80%", Verdict.OK, f"{BESIDE} 80.0 GB"),
        (BE, seen(), BESIDE, "85%", Verdict.WARN, "93.0 GB (93.0 %)"),
        (BE, seen(), BESIDE, "95%", Verdict.BLOCK, "103.0 GB"),
        (BE, seen(fe=FE_SURVEY.with_(conf=None)), BESIDE, "50%", Verdict.WARN, "takes could not be read"),
        (BE, seen(be=BE_SURVEY.with_(memory=None)), str(AT), "50%", Verdict.WARN, "unknown"),
        (BE, seen(), str(AT), "20%", Verdict.WARN, "less than half"),
        (FE, seen(), str(FE_AT), "30g", Verdict.OK, "90.0 GB (90.0 %)"),
        (FE, seen(), str(FE_AT), "3g", Verdict.WARN, "less than half"),
        (FE, seen(fe=FE_SURVEY.with_(conf={"JAVA_OPTS": '"-Xmx8g -XX:+UseConcMarkSweepGC"'})), str(FE_AT), "16g", Verdict.WARN,
         "UseConcMarkSweepGC"),
    ],
)  # fmt: skip
def test_memory_is_judged_host_by_host(
    kind: OperationKind, state: ClusterState, target: str, value: str, verdict: Verdict, words: str
) -> None:
    made = plan(kind, state, target, **{"mem_limit" if kind is BE else "heap": value})
    judged = [f for f in made.findings if f.check == "memory"]
    assert any(f.verdict is verdict and words in f.sentence for f in judged), judged


def test_a_file_that_says_so_already_needs_only_the_restart() -> None:
    made = plan(BE, seen(be=BE_SURVEY.with_(conf_read=False)), mem_limit="60%")
    assert [step.id.split("-")[0] for step in made.steps] == ["look", "restart", "settle"]
    assert any("has not read it" in finding.sentence for finding in made.findings)
    assert {type(step.undo) for step in made.steps if step.undo} == {StartProcess}


def test_nodes_that_have_it_are_left_alone() -> None:
    looked = seen()
    other = tuple(
        look.with_(survey=BE_SURVEY.with_(conf={"mem_limit": "50%"})) if look.address == AT else look for look in looked.hosts or ()
    )
    made = plan(BE, looked.with_(hosts=other), str(AT), BESIDE, mem_limit="50%")
    assert made.targets == (address(BESIDE),) and any("stay as they are" in f.sentence for f in made.findings)


def test_without_a_driver_a_person_is_asked() -> None:
    made = plan(BE, STATE, mem_limit="50%")
    asked = made.steps[0].act
    assert isinstance(asked, AskPerson) and "mem_limit = 50%" in asked.task and not made.blocked
    assert any("is not known here" in finding.sentence for finding in made.findings)


@pytest.mark.parametrize(
    ("value", "size"), [("80%", 80 * GIB), ("100G", 100 * GIB), ("1.5T", 1536 * GIB), ("1024", 1024), ("12GB", 12 * GIB), ("lots", None)]
)
def test_a_limit_in_bytes(value: str, size: int | None) -> None:
    assert limit_bytes(value, 100 * GIB) == size


# --- what counts as done

NEW = ConfIs(
    role=NodeKind.BACKEND, address=AT, version=VERSION, key="mem_limit", value="50%", default="90%", seen=ConfSeen.RESTARTED, before=BEFORE
)  # fmt: skip
FILE = NEW.with_(seen=ConfSeen.FILE)
OLD = NEW.with_(value="60%", seen=ConfSeen.AS_BEFORE)
WRITTEN = BE_SURVEY.with_(conf={"mem_limit": "50%"}, conf_read=False)
AGAIN = changed(STATE, "10.84.0.18", last_start=LATER)
CN_NEW = NEW.with_(role=NodeKind.COMPUTE_NODE, address=CN_AT)
CN_AGAIN = AGAIN.with_(compute_nodes_read=True, compute_nodes=(
    ComputeNode(id=1, address=CN_AT, alive=True, version=VERSION, last_start=LATER, mem_limit=45 * GIB),
))  # fmt: skip
HEAP = NEW.with_(role=NodeKind.FOLLOWER, address=FE_AT, key="JAVA_OPTS", value=OPTIONS, heap="8g")
FE_AGAIN = STATE.with_(frontends=tuple(f.with_(last_start=LATER) for f in STATE.frontends))


@pytest.mark.parametrize(
    ("condition", "state", "done", "words"),
    [
        (FILE, seen(), False, "has mem_limit = 60% in its conf file, not mem_limit = 50%"),
        (FILE, seen(be=WRITTEN), True, "says mem_limit = 50%"),
        (FILE.with_(value="90%"), seen(be=BE_SURVEY.with_(conf={})), True, "mem_limit = 90%"),
        (FILE, seen(be=BE_SURVEY.with_(conf=None)), False, "could not be read"),
        (FILE, STATE, False, "no look"),
        (NEW, seen(be=WRITTEN), False, "has not restarted yet"),
        (NEW, seen(changed(STATE, "10.84.0.18", alive=False), be=WRITTEN), False, "is down"),
        (NEW, seen(AGAIN, be=WRITTEN), False, "began before its conf file was changed"),
        (NEW, seen(AGAIN, be=WRITTEN.with_(conf_read=True)), True, "this version shows no limit"),
        (CN_NEW, seen(CN_AGAIN, be=WRITTEN.with_(conf_read=True)), True, "tells a limit of 45.0 GB"),
        (CN_NEW.with_(value="80%"), seen(CN_AGAIN, be=WRITTEN.with_(conf_read=True, conf={"mem_limit": "80%"})), False, "nine tenths"),
        (NEW, seen(changed(AGAIN, "10.84.0.18", mem_limit=50 * GIB), be=WRITTEN.with_(conf_read=True)), True, "tells a limit of 50.0 GB"),
        (NEW, seen(changed(AGAIN, "10.84.0.18", mem_limit=45 * GIB), be=WRITTEN.with_(conf_read=True)), True, "tells a limit of 45.0 GB"),
        (NEW, seen(changed(AGAIN, "10.84.0.18", mem_limit=60 * GIB), be=WRITTEN.with_(conf_read=True)), False, "tells a limit of 60.0 GB"),
        (NEW, seen(changed(AGAIN, "10.84.0.18", mem_limit=60 * GIB), be=WRITTEN.with_(conf_read=True, memory=None)), True, "60.0 GB"),
        (NEW, seen(changed(AGAIN, "10.84.0.18", alive=False), be=WRITTEN.with_(conf_read=True)), False, "is not alive"),
        (OLD, seen(), True, "up with mem_limit = 60%"),
        (OLD, seen(be=BE_SURVEY.with_(conf_read=False)), True, "up with mem_limit = 60%"),
        (OLD, seen(AGAIN, be=BE_SURVEY.with_(conf_read=False)), False, "began before"),
        (OLD, seen(AGAIN), True, "up with mem_limit = 60%"),
        (HEAP, seen(FE_AGAIN), True, "its JVM was started with -Xmx8192m"),
        (HEAP, seen(FE_AGAIN, fe=FE_SURVEY.with_(heap="4g")), False, "something else than JAVA_OPTS sets the heap"),
    ],
)
def test_reading(condition: ConfIs, state: ClusterState, done: bool, words: str) -> None:
    reading = read(condition, state, StepMemory(step="x", entered_at=NOW), Pacing(), NOW)
    assert reading.done is done is holds(condition, state)
    assert words in reading.sentence


# --- the way back

PLAN = plan(BE, seen().with_(blacklists={f.address.host: frozenset() for f in STATE.frontends}), mem_limit="50%")
LISTED = {f.address.host: frozenset({next(b.id for b in STATE.backends if b.address == AT)}) for f in STATE.frontends}


def undone(step: str, state: ClusterState) -> Move:
    index = next(i for i, s in enumerate(PLAN.steps) if s.id.startswith(step))
    operation = Operation(
        id="sr-x", request=request(str(AT)), state=OperationState.UNDOING, created_at=NOW, changed_at=NOW, step=index,
    )  # fmt: skip
    return next_undo(PLAN, operation, state, Pacing(), NOW + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("step", "state", "expected"),
    [
        ("edit", seen(be=WRITTEN), EditConf),
        ("edit", seen(be=BE_SURVEY.with_(conf_read=False)), SetBlacklist),
        ("restart", seen(changed(STATE, "10.84.0.18", alive=False), be=WRITTEN), EditConf),
        ("restart", seen(changed(STATE, "10.84.0.18", alive=False)), RestartProcess),
        ("restart", seen(AGAIN, be=WRITTEN.with_(conf_read=True)), EditConf),
        ("settle", seen(AGAIN, be=BE_SURVEY.with_(conf_read=False)), RestartProcess),
        ("settle", seen(AGAIN), SetBlacklist),
    ],
)
def test_the_file_comes_back_first_then_the_process_then_the_queries(step: str, state: ClusterState, expected: type) -> None:
    move = undone(step, state.with_(blacklists=LISTED))
    assert isinstance(move, Perform) and isinstance(move.act, expected), move


def test_the_end_of_an_undo_says_what_the_file_says() -> None:
    move = undone("settle", seen(AGAIN).with_(blacklists=dict.fromkeys(LISTED, frozenset())))
    assert isinstance(move, Finish) and "Its conf file says mem_limit = 60%." in move.sentence
    assert len(undo_steps(PLAN, 3)) == 3


def test_who_shares_the_host_is_looked_at_too() -> None:
    hosts = entry_for(BE).on_hosts
    assert hosts is not None
    assert set(hosts(request(BESIDE).with_(kind=BE), STATE)) == {Address.parse(BESIDE), FE_AT}
