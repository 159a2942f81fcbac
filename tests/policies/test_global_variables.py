"""Global variables that a hop wants: as SQL, as a step of the plan, lent and held, given back, and what stays with people."""

import pytest

from policies.acts import CreateImage, SetVariable, SwapPackage
from policies.awaited import VariableIs
from policies.cluster import ClusterState
from policies.effects import effect_visible, forgettable, repeatable
from policies.leasing import due, held, lends, lost, variables_held
from policies.operation import Operation, OperationState
from policies.pacing import Pacing
from policies.plan import Finding, Plan, Verdict
from policies.releases.rule import First, Way, global_variable
from policies.request import OperationKind
from policies.statements import statement_of
from policies.stepping import Advance, Finish, Halt, Perform, next_move, next_undo
from policies.undoing import closed_words, kept_words, undo_steps
from tests.policies.clusters import NOW, operation
from tests.policies.test_upgrade_plans import REACHED, plan, with_hosts

LOW, SCAN, PIPELINE = "cbo_enable_low_cardinality_optimize", "enable_rewrite_simple_agg_to_meta_scan", "enable_pipeline_engine"
SET, BACK = SetVariable(name=LOW, value="false"), SetVariable(name=LOW, value="true")
PACING = Pacing()


def at_version(version: str, **variables: str) -> ClusterState:
    built = f"{version}-abc1234"
    return REACHED.with_(
        version=built,
        backends=tuple(b.with_(version=built) for b in REACHED.backends),
        frontends=tuple(f.with_(version=built) for f in REACHED.frontends),
        variables=variables,
    )


STATE = with_hosts(at_version("3.4.6", **{LOW: "true", SCAN: "false"}), java="17.0.9", home_free=200 * 1024**3)
PLAN = plan("3.5.6", state=STATE)
LENT = next(index for index, step in enumerate(PLAN.steps) if step.act == SET)


def path(made: Plan, words: str) -> Finding:
    return next(finding for finding in made.findings if words in finding.sentence)


def running(step: int, state: OperationState = OperationState.RUNNING, **more: object) -> Operation:
    return operation(state, step=step, leased=True, **more)


@pytest.mark.parametrize(
    ("name", "value", "statement"),
    [
        (LOW, "false", f"SET GLOBAL {LOW} = false"),
        ("batch_size", "4096", "SET GLOBAL batch_size = 4096"),
        ("batch_size", "-1", "SET GLOBAL batch_size = -1"),
        ("sql_mode", "ONLY_FULL_GROUP_BY,PIPES", "SET GLOBAL sql_mode = 'ONLY_FULL_GROUP_BY,PIPES'"),
        ("init_connect", "", "SET GLOBAL init_connect = ''"),
        ("a", "1; DROP TABLE t", None),
        ("a", "x' OR '", None),
        ("a", "x\\", None),
        ("a", "x\n", None),
        ("a = 1, GLOBAL b", "1", None),
        ("A", "1", None),
        ("", "1", None),
    ],
)
def test_as_a_statement(name: str, value: str, statement: str | None) -> None:
    act = SetVariable(name=name, value=value)
    if statement is not None:
        assert statement_of(act) == statement
        return
    with pytest.raises(ValueError, match="not a variable's"):
        statement_of(act)


@pytest.mark.parametrize(
    ("shown", "seen"),
    [({LOW: "false"}, True), ({LOW: "true"}, False), ({}, False), (None, False)],
)
def test_it_is_seen_on_the_leader(shown: dict[str, str] | None, seen: bool) -> None:
    state = STATE.with_(variables=shown)
    assert effect_visible(SET, state) is seen
    assert repeatable(SET, state) and not forgettable(SET), "no restart forgets it: what is gone was changed by somebody"
    move = next_move(PLAN, running(LENT), state, PACING, NOW)
    assert isinstance(move, Advance if seen else Perform)


def test_it_is_lent_before_the_first_node_and_given_back_at_the_end() -> None:
    assert not PLAN.blocked
    acts = [step.act for step in PLAN.steps]
    swaps = [index for index, act in enumerate(acts) if isinstance(act, SwapPackage)]
    assert acts.index(SET) < acts.index(CreateImage()) < swaps[0] and swaps[-1] < acts.index(BACK)
    step = PLAN.steps[LENT]
    assert step.lent and step.until == VariableIs(name=LOW, value="false") and step.undo == BACK
    assert (f"variable {LOW}", "true") in [(fact.key, fact.value) for fact in PLAN.facts]
    assert LOW in lends(PLAN)
    found = path(PLAN, "Coming from before 3.4.10")
    assert found.verdict is Verdict.OK and found.told and found.advice == ""
    assert f"The plan sends `SET GLOBAL {LOW} = false` for the time of the roll (now true;" in found.sentence
    assert LOW not in PLAN.nodes_in_hand


@pytest.mark.parametrize(
    ("variables", "advice"),
    [
        (None, f"SET GLOBAL {LOW} = false"),
        ({}, f"SET GLOBAL {LOW} = false"),
        ({LOW: "tr'ue"}, f"SET GLOBAL {LOW} = false"),
        ({LOW: "FALSE"}, ""),
        ({LOW: "false"}, ""),
    ],
)
def test_what_is_not_told_people_type_and_what_is_so_is_left(variables: dict[str, str] | None, advice: str) -> None:
    made = plan("3.5.6", state=STATE.with_(variables=variables))
    assert not any(isinstance(step.act, SetVariable) for step in made.steps)
    found = path(made, "Coming from before 3.4.10")
    assert found.advice == advice and found.verdict is (Verdict.WARN if advice else Verdict.OK)
    assert ("It is so already." in found.sentence) is (advice == "")


def test_an_abort_gives_it_back_and_says_what_two_versions_want() -> None:
    first = next(index for index, step in enumerate(PLAN.steps) if isinstance(step.act, SwapPackage))
    second = next(index for index, step in enumerate(PLAN.steps[first + 1 :], first + 1) if isinstance(step.act, SwapPackage))
    assert BACK in [step.undo for step in undo_steps(PLAN, first)] and BACK in [step.undo for step in undo_steps(PLAN, second)]
    done = running(first, OperationState.UNDOING)
    wants = f"wants `SET GLOBAL {LOW} = false` until it is one"
    memory = next_undo(PLAN, running(LENT, OperationState.UNDOING), STATE, PACING, NOW).memory
    assert f"`{LOW}` is true again" in kept_words(PLAN, done, memory, STATE) and wants not in kept_words(PLAN, done, memory, STATE)
    canary = running(first + 2, OperationState.UNDOING)
    assert PLAN.steps[first + 2].group == PLAN.steps[first].group and wants not in kept_words(PLAN, canary, memory, STATE)
    assert wants in closed_words(PLAN, canary) and wants not in closed_words(PLAN, done)
    mixed = running(second, OperationState.UNDOING)
    assert wants in kept_words(PLAN, mixed, memory, STATE) and wants in closed_words(PLAN, mixed)


def test_the_undo_sends_it_once_and_ends() -> None:
    undoing = running(LENT, OperationState.UNDOING)
    there = STATE.with_(variables={LOW: "false"}, frontend_settings={})
    plan_of_it = PLAN.with_(steps=PLAN.steps[LENT : LENT + 1])
    move = next_undo(plan_of_it, undoing.with_(step=0), there, PACING, NOW)
    assert isinstance(move, Perform) and move.act == BACK
    end = next_undo(plan_of_it, undoing.with_(step=0), STATE, PACING, NOW)
    assert isinstance(end, Finish) and f"Restored: `{LOW}` is true again." in end.sentence


@pytest.mark.parametrize(("now", "again"), [("false", False), ("true", True), (None, False)])
def test_while_it_is_lent_only_somebody_can_change_it(now: str | None, again: bool) -> None:
    seen = STATE.with_(variables={} if now is None else {LOW: now}, frontend_settings={})
    gone = lost(PLAN, running(LENT + 1), seen)
    assert [each.act for each in gone] == ([SET] if again else [])
    if gone:
        assert "somebody set" in gone[0].why and "was true on 10.84.0.12" in gone[0].sentence


def test_it_is_asked_for_only_while_it_is_lent() -> None:
    assert [variables_held(PLAN, index) for index in (LENT, LENT + 1, len(PLAN.steps))] == [False, True, False]
    assert due(PLAN, running(LENT + 1), PACING, NOW) and PLAN.steps[LENT] in held(PLAN, LENT + 1)


def test_an_accepted_one_that_is_not_seen_is_a_riddle() -> None:
    """A variable that a version calls deprecated is taken and ignored (fe: qe/SessionVariable.java DEPRECATED_VARIABLES)."""
    step = PLAN.steps[LENT]
    memory = next_move(PLAN, running(LENT), STATE, PACING, NOW).memory
    late = memory.with_(step=step.id, entered_at=NOW, acted_at=NOW, tries=1)
    after = NOW.replace(year=NOW.year + 1)
    move = next_move(PLAN, running(LENT, memory=late), STATE, PACING, after)
    assert isinstance(move, Halt) and "StarRocks accepted" in move.sentence


def test_for_good_means_that_the_end_keeps_it() -> None:
    old = with_hosts(at_version("3.1.17", **{PIPELINE: "false"}), java="17.0.9", home_free=200 * 1024**3)
    made = plan("3.2.11", state=old)
    step = next(step for step in made.steps if isinstance(step.act, SetVariable))
    assert step.act == SetVariable(name=PIPELINE, value="true") and not step.lent
    assert step.undo == SetVariable(name=PIPELINE, value="false"), "an abort at this very step takes it back"
    assert (f"variable {PIPELINE}", "false") in [(fact.key, fact.value) for fact in made.facts]
    assert f"What is set for good stays: `{PIPELINE}` true, was false." in made.undo_words
    assert [s.act for s in made.steps if isinstance(s.act, SetVariable)] == [step.act]


def test_a_downgrade_wants_one_for_good() -> None:
    new = with_hosts(at_version("4.0.4", **{SCAN: "true"}), java="17.0.9", home_free=200 * 1024**3)
    made = plan("3.5.8", state=new, kind=OperationKind.DOWNGRADE)
    assert [s.act for s in made.steps if isinstance(s.act, SetVariable)] == [SetVariable(name=SCAN, value="false")]


@pytest.mark.parametrize(
    ("first", "found", "met"),
    [
        (global_variable("batch_size", "4096", at_most=True), "1024", True),
        (global_variable("batch_size", "4096", at_most=True), "4096", True),
        (global_variable("batch_size", "4096", at_most=True), "16384", False),
        (global_variable("batch_size", "4096", at_most=True), "many", False),
        (global_variable("batch_size", "4096"), "1024", False),
        (global_variable(LOW, "false"), " False ", True),
        (First(way=Way.FRONTEND_CONFIG, line="", name="x", value="0"), "0", True),
    ],
)
def test_when_it_is_so_already(first: First, found: str, met: bool) -> None:
    assert first.met_by(found) is met
