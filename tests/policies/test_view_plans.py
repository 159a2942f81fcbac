"""Plans that pause and resume materialized views, and what each look leads to."""

from datetime import timedelta

import pytest

from policies.acts import SetView
from policies.cluster import ClusterState, Privileges
from policies.operation import OperationState, StepMemory
from policies.pacing import Pacing
from policies.plan import Plan, Verdict
from policies.playbooks import entry_for
from policies.request import OperationKind, Request
from policies.statements import statement_of
from policies.stepping import Advance, Finish, Halt, Perform, Wait, next_move, next_undo
from policies.views import MANUAL_REASON, View, Views
from tests.policies.clusters import ALICE, NOW, mission000, operation
from tests.policies.test_views import view

PACING = Pacing()
HAND = {"active": False, "reason": MANUAL_REASON}
PAUSE, RESUME = OperationKind.PAUSE_VIEWS, OperationKind.RESUME_VIEWS
BASE, MIDDLE, TOP = view(1, "dws.base"), view(2, "dws.middle"), view(3, "ads.top")
ON_DEMAND, BROKEN = view(4, "ads.asked", refresh="MANUAL"), view(5, "dws.broken", active=False, reason="base-table dropped: t")
ORDER = ((2, 1), (3, 2), (4, 1), (6, 5))


def state(*seen: View, version: str = "3.3.3-312ed45", order: tuple[tuple[int, int], ...] | None = ORDER, told: bool = True) -> ClusterState:
    rights = Privileges(account="sr_bot", roles=("cluster_admin",), alters_views=True)
    return mission000().with_(version=version, privileges=rights, views=Views(seen=seen, stands_on=order, reasons_told=told))


def planned(kind: OperationKind, seen: ClusterState, *names: str) -> Plan:
    request = Request(
        id="sr-test", kind=kind, cluster="prod", targets=(), names=names, reason="", requester=ALICE, channel="C0OPS", asked_at=NOW,
    )  # fmt: skip
    return entry_for(kind).make_plan(request, seen, pacing=PACING, revision=1, now=NOW)


def asleep(*views: View) -> tuple[View, ...]:
    return tuple(each.with_(**HAND) for each in views)


def words(plan: Plan) -> str:
    return " ".join(f"{f.verdict.value}: {f.sentence} {f.advice}" for f in plan.findings)


def acts(plan: Plan) -> list[str]:
    return [step.id for step in plan.steps]


def test_pause_takes_dependents_first() -> None:
    plan = planned(PAUSE, state(BASE, MIDDLE, TOP, ON_DEMAND, BROKEN))
    assert acts(plan) == ["pause-ads.top", "pause-ads.asked", "pause-dws.middle", "pause-dws.base"]
    assert statement_of(plan.steps[0].act) == "ALTER MATERIALIZED VIEW `ads`.`top` INACTIVE"  # type: ignore[arg-type]
    assert plan.groups == ("views",) and all(step.undo is not None for step in plan.steps)
    assert "warn: When they are resumed, 3.3.3-312ed45 refreshes 3 views completely" in words(plan)


def test_resume_takes_bases_first_and_waits_for_what_is_refreshed() -> None:
    plan = planned(RESUME, state(*asleep(BASE, MIDDLE, TOP, ON_DEMAND), BROKEN))
    assert acts(plan) == [
        "resume-dws.base", "refreshed-1", "resume-dws.middle", "resume-ads.asked", "refreshed-2", "resume-ads.top", "refreshed-3",
    ]  # fmt: skip
    assert [each.name for each in plan.steps[4].until.views] == ["middle"]  # type: ignore[union-attr]
    assert plan.groups == ("part 1", "part 2", "part 3")
    assert "refreshes 3 views completely" in words(plan) and "activation does not refresh them: ads.asked" in words(plan)
    assert "inactive for another reason: dws.broken: base-table dropped: t" in words(plan)


def test_many_views_of_one_layer_go_in_parts() -> None:
    many = asleep(*(view(number, f"dws.v{number:02}") for number in range(1, 20)))
    plan = planned(RESUME, state(*many, order=()))
    assert plan.groups == ("part 1", "part 2", "part 3") and len(plan.steps) == 19 + 3


@pytest.mark.parametrize(
    ("version", "verdict", "said"),
    [
        ("3.3.3", Verdict.WARN, "completely"),
        ("4.0.1", Verdict.OK, "only what changed"),
        ("3.5.22", Verdict.WARN, "is not known"),
        ("main-0ab2adc", Verdict.WARN, "is not known"),
    ],
)
def test_the_cost_is_told_before_anybody_approves(version: str, verdict: Verdict, said: str) -> None:
    for plan in (planned(PAUSE, state(BASE, version=version)), planned(RESUME, state(*asleep(BASE), version=version))):
        assert [f.verdict for f in plan.findings if said in f.sentence] == [verdict], words(plan)


def test_nothing_ever_goes_without_validation() -> None:
    plans = planned(PAUSE, state(BASE)), planned(RESUME, state(*asleep(BASE)))
    sent = [statement_of(act) for plan in plans for step in plan.steps for act in (step.act, step.undo) if act is not None]
    assert sent and all(text.endswith((" ACTIVE", " INACTIVE")) for text in sent)


@pytest.mark.parametrize(
    ("kind", "seen", "names", "said"),
    [
        (PAUSE, state(), (), "sees no asynchronous materialized view"),
        (PAUSE, state().with_(views=None, unread={"materialized views": "refused"}), (), "could not be read: refused"),
        (PAUSE, state(BASE), ("dws.bse",), "Did you mean `dws.base`?"),
        (PAUSE, state(BASE), ("DWS.BASE",), "Did you mean `dws.base`?"),
        (PAUSE, state(BASE), ("base; DROP TABLE x",), "There is no asynchronous materialized view"),
        (PAUSE, state(*asleep(BASE), BROKEN), (), "nothing to pause"),
        (RESUME, state(BASE), (), "nothing to resume"),
        (RESUME, state(BROKEN), ("dws.broken",), "inactive for another reason"),
        (RESUME, state(*asleep(BASE, MIDDLE)), ("dws.middle",), "stand on a view that is inactive"),
    ],
)
def test_what_is_refused(kind: OperationKind, seen: ClusterState, names: tuple[str, ...], said: str) -> None:
    plan = planned(kind, seen, *names)
    assert plan.blocked and plan.steps == () and said in words(plan), words(plan)


@pytest.mark.parametrize(
    ("kind", "seen", "names", "said"),
    [
        (PAUSE, state(BASE, TOP.with_(last_state="RUNNING")), (), "ended by the pause: ads.top"),
        (PAUSE, state(BASE, MIDDLE), ("dws.base",), "stay active themselves: dws.middle"),
        (PAUSE, state(BASE, *asleep(MIDDLE)), (), "Paused already, by whomever: dws.middle"),
        (PAUSE, state(BASE, order=None), (), "not told which view stands on which"),
        (PAUSE, state(BASE).with_(privileges=Privileges(account="sr_bot")), (), "could not be proven"),
        (RESUME, state(*asleep(BASE), view(6, "ads.over", **HAND), BROKEN), (), "not resumed here: ads.over"),
        (RESUME, state(BASE.with_(active=False), told=False, version="2.5.13", order=None), (), "does not say why a view is inactive"),
    ],
)
def test_what_is_told(kind: OperationKind, seen: ClusterState, names: tuple[str, ...], said: str) -> None:
    plan = planned(kind, seen, *names)
    assert not plan.blocked and said in words(plan), words(plan)


def test_without_an_order_they_go_by_age_one_after_the_other() -> None:
    plan = planned(RESUME, state(*asleep(TOP, MIDDLE, BASE), order=None))
    assert acts(plan)[::2] == ["resume-dws.base", "resume-dws.middle", "resume-ads.top"] and len(plan.groups) == 3


PAUSING = planned(PAUSE, state(BASE, MIDDLE))
RESUMING = planned(RESUME, state(*asleep(BASE, MIDDLE)))


def running(plan: Plan, step: int, **memory: object) -> object:
    remembered = StepMemory(step=plan.steps[step].id, entered_at=NOW).with_(**memory)
    return operation(OperationState.RUNNING, step=step, memory=remembered)


def refreshed(view: View, state: str, started: str = "t1", error: str = "") -> View:
    return view.with_(last_state=state, last_started=started, last_error=error)


def test_pausing_sends_skips_and_goes_on() -> None:
    assert isinstance(next_move(PAUSING, running(PAUSING, 0), state(BASE, MIDDLE), PACING, NOW), Perform)  # type: ignore[arg-type]
    done = next_move(PAUSING, running(PAUSING, 0), state(BASE, *asleep(MIDDLE)), PACING, NOW)  # type: ignore[arg-type]
    assert isinstance(done, Advance) and "It was so already; nothing was sent." in done.sentence
    dropped = next_move(PAUSING, running(PAUSING, 0), state(BASE), PACING, NOW)  # type: ignore[arg-type]
    assert isinstance(dropped, Advance) and "dropped or renamed" in dropped.sentence


@pytest.mark.parametrize("views", [None, Views(seen=())])
def test_an_empty_list_is_not_believed(views: Views | None) -> None:
    """Newer frontends answer a question that failed with no row."""
    seen = state().with_(views=views)
    assert isinstance(next_move(PAUSING, running(PAUSING, 0), seen, PACING, NOW), Wait)  # type: ignore[arg-type]
    assert isinstance(next_undo(PAUSING, operation(OperationState.UNDOING, step=1), seen, PACING, NOW), Wait)


def test_a_cluster_of_compute_nodes_alone_is_served() -> None:
    seen = state(BASE, MIDDLE).with_(backends=())
    assert isinstance(next_move(PAUSING, running(PAUSING, 0), seen, PACING, NOW), Perform)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("base", "minutes", "move", "said"),
    [
        (BASE, 1, Wait, "not been refreshed"),
        (refreshed(BASE, "PENDING"), 200, Wait, "Waiting for dws.base"),
        (refreshed(BASE, "RUNNING"), 1, Wait, "Waiting for dws.base"),
        (refreshed(BASE, "RUNNING", started=""), 200, Wait, "Waiting for dws.base"),  # in the queue
        (refreshed(BASE, "FAILED", started="", error="task queue is full"), 1, Halt, "task queue is full"),
        (refreshed(BASE, "", started=""), 6, Advance, "No refresh of dws.base began"),  # its history expired
        (refreshed(BASE, "SUCCESS"), 1, Advance, "has been refreshed"),
        (refreshed(BASE, "SKIPPED"), 1, Advance, "has been refreshed"),
        (refreshed(BASE, "FAILED", error="Memory exceeded"), 1, Halt, "StarRocks says: Memory exceeded."),
        (refreshed(BASE, "FAILED", started="t0"), 1, Wait, "not been refreshed"),  # the one that the pause ended
        (BASE, 6, Advance, "No refresh of dws.base began within 5 min"),
        (refreshed(BASE, "RUNNING"), 241, Halt, "Retry waits again"),
        (BASE.with_(active=False, reason="base-table dropped: t"), 1, Advance, "Not active, so not refreshed: dws.base"),
        (None, 1, Advance, "Not listed any more: dws.base"),
    ],
)
def test_waiting_for_a_refresh(base: View | None, minutes: int, move: type, said: str) -> None:
    seen = state(*([base] if base else []), MIDDLE)
    found = next_move(RESUMING, running(RESUMING, 1), seen, PACING, NOW + timedelta(minutes=minutes))  # type: ignore[arg-type]
    assert isinstance(found, move)
    assert found.memory.reading is not None
    assert said in getattr(found, "sentence", found.memory.reading.sentence)


def test_an_abort_of_the_pause_brings_back_what_was_paused_and_no_more() -> None:
    undoing = operation(OperationState.UNDOING, step=1)
    move = next_undo(PAUSING, undoing, state(BASE, *asleep(MIDDLE)), PACING, NOW)
    assert isinstance(move, Perform) and move.act == SetView(database="dws", name="middle", active=True)
    end = next_undo(PAUSING, undoing, state(BASE, MIDDLE), PACING, NOW)
    assert isinstance(end, Finish) and "Undone: dws.base and dws.middle are active." in end.sentence
    dropped = next_undo(PAUSING, undoing, state(BASE), PACING, NOW)
    assert isinstance(dropped, Finish)


def test_an_abort_of_the_resumption_pauses_the_part_in_hand_again() -> None:
    undoing = operation(OperationState.UNDOING, step=3)
    move = next_undo(RESUMING, undoing, state(BASE, refreshed(MIDDLE, "RUNNING")), PACING, NOW)
    assert isinstance(move, Perform) and move.act == SetView(database="dws", name="middle", active=False)
    end = next_undo(RESUMING, undoing, state(BASE, *asleep(MIDDLE)), PACING, NOW)
    assert isinstance(end, Finish) and "Undone: dws.middle is inactive. 1 of the parts before stay active." in end.sentence


@pytest.mark.parametrize(
    ("database", "name", "sql"),
    [
        ("ads", "top`10.v2", "ALTER MATERIALIZED VIEW `ads`.`top``10.v2` ACTIVE"),
        ("报表", "日 报", "ALTER MATERIALIZED VIEW `报表`.`日 报` ACTIVE"),
        ("a", 'x"; DROP TABLE y; --%s', 'ALTER MATERIALIZED VIEW `a`.`x"; DROP TABLE y; --%s` ACTIVE'),
        ("a", "b\\", "ALTER MATERIALIZED VIEW `a`.`b\\` ACTIVE"),
    ],
)
def test_names_are_quoted(database: str, name: str, sql: str) -> None:
    assert statement_of(SetView(database=database, name=name, active=True)) == sql


@pytest.mark.parametrize("name", ["", "a\nb", "a\0b", "a\rb"])
def test_what_no_name_holds_is_never_written(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        statement_of(SetView(database="ads", name=name, active=True))
