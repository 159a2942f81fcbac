"""The plan of a decommission: its steps, its exact statements, its digest, and what it tells people."""

import pytest

from policies.acts import CancelDecommission, DecommissionBackend, DropBackend
from policies.address import Address
from policies.awaited import BackendDrained, BackendGone, BackendLeaving, BackendStaying
from policies.cluster import RunMode
from policies.plan import Plan, Verdict
from policies.playbooks import MENU
from policies.request import OperationKind
from policies.statements import quoted, statement_of
from tests.policies.clusters import address, before_join, changed, mission000, one_replica, with_settings
from tests.policies.plans import plan_of

TARGET = "10.84.0.18:9050"


def test_three_steps_for_each_node_in_the_order_typed() -> None:
    plan = plan_of("10.84.0.19:9050", TARGET)
    assert [step.id for step in plan.steps] == [
        "start-10.84.0.19:9050", "drain-10.84.0.19:9050", "remove-10.84.0.19:9050",
        "start-10.84.0.18:9050", "drain-10.84.0.18:9050", "remove-10.84.0.18:9050",
    ]  # fmt: skip
    assert plan.groups == ("10.84.0.19:9050", TARGET)
    assert [finding.check for finding in plan.findings][-1] == "order"


def test_each_step_knows_what_to_wait_for_and_how_to_go_back() -> None:
    start, drain, remove = plan_of(TARGET).steps
    who = {"address": address(TARGET), "backend_id": 18320972}
    assert (start.act, start.until) == (DecommissionBackend(**who), BackendLeaving(**who))
    assert (drain.act, drain.until) == (None, BackendDrained(**who))
    assert (remove.act, remove.until) == (DropBackend(**who), BackendGone(**who))
    for step in (start, drain):
        assert (step.undo, step.undo_until) == (CancelDecommission(**who), BackendStaying(**who))
        assert not step.point_of_no_return
    assert (remove.undo, remove.undo_until, remove.point_of_no_return) == (None, None, True)
    assert not any(step.skippable for step in (start, drain, remove))


@pytest.mark.parametrize("ending", ["true", "false"])
def test_both_endings_are_planned_whatever_the_setting_says_now(ending: str) -> None:
    plan = plan_of(TARGET, state=with_settings(mission000(), drop_backend_after_decommission=ending))
    assert plan.steps == plan_of(TARGET).steps
    assert "only if StarRocks has not removed it by itself" in plan.steps[2].title


def test_the_statements_are_exact() -> None:
    acts = [step.act for step in plan_of(TARGET).steps if step.act]
    assert [statement_of(act) for act in acts] == [
        'ALTER SYSTEM DECOMMISSION BACKEND "10.84.0.18:9050"',
        'ALTER SYSTEM DROP BACKEND "10.84.0.18:9050"',
    ]
    undo = plan_of(TARGET).steps[0].undo
    assert undo is not None and statement_of(undo) == 'CANCEL DECOMMISSION BACKEND "10.84.0.18:9050"'


@pytest.mark.parametrize("host", ['a"b', "a'b", "a;b", "a b", "a\\b", "a\nb"])
def test_nothing_but_an_address_reaches_a_statement(host: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        quoted(Address(host=host, port=9050))


def test_a_wrong_target_has_no_steps() -> None:
    plan = plan_of("10.84.0.81:9050")
    assert plan.blocked and not plan.steps and not plan.room
    assert plan.estimate.low_s is None


def test_a_plan_that_is_refused_for_the_cluster_still_shows_what_was_meant() -> None:
    plan = plan_of(TARGET, state=before_join())
    assert plan.blocked and len(plan.steps) == 3


def test_mission_000_in_numbers() -> None:
    plan = plan_of(TARGET)
    assert not plan.blocked
    assert (plan.tablets_to_move, f"{plan.bytes_to_move / 2**30:.3f}") == (88969, "375.891")
    assert {str(fact.key): fact.value for fact in plan.facts}["replication"] == 3
    assert "Abort cancels its drain" in plan.undo_words and "what has moved stays moved" in plan.undo_words


DIGESTS = [
    ("other targets", {"targets": (Address(host="10.84.0.19", port=9050),)}, True),
    ("fewer steps", {"steps": plan_of(TARGET).steps[:2]}, True),
    ("another revision", {"revision": 2}, True),
    ("a fact less", {"facts": plan_of(TARGET).facts[1:]}, True),
    ("another operation", {"operation": "sr-other"}, True),
    ("another cluster", {"cluster": "test"}, True),
    ("another estimate", {"estimate": plan_of(TARGET).estimate.with_(low_s=1.0)}, False),
    ("another wording", {"title": "Drain", "undo_words": "", "findings": ()}, False),
]


@pytest.mark.parametrize(("changes", "differs"), [d[1:] for d in DIGESTS], ids=[d[0] for d in DIGESTS])
def test_the_digest_binds_what_runs_and_what_it_relies_on(changes: dict[str, object], differs: bool) -> None:
    plan = plan_of(TARGET)
    assert (plan.with_(**changes).digest != plan.digest) is differs


def test_the_same_look_makes_the_same_plan_and_a_stored_one_is_the_same_plan() -> None:
    plan = plan_of(TARGET)
    assert plan == plan_of(TARGET)
    assert Plan.model_validate_json(plan.model_dump_json()).digest == plan.digest


def test_in_shared_data_nothing_is_copied() -> None:
    plan = plan_of(TARGET, state=mission000().with_(run_mode=RunMode.SHARED_DATA))
    assert [step.id for step in plan.steps] == [step.id for step in plan_of(TARGET).steps]
    assert (plan.bytes_to_move, plan.room) == (0, ())
    assert {"bytes", "usable bytes", "replication"}.isdisjoint(fact.key for fact in plan.facts)


def test_one_replica_tables_are_on_the_card_but_allowed() -> None:
    plan = plan_of(TARGET, state=one_replica(mission000()))
    (finding,) = [finding for finding in plan.findings if finding.check == "one_replica"]
    assert not plan.blocked and finding.verdict is Verdict.WARN
    assert "Do not stop this node before its row is gone" in finding.advice


def test_the_baseline_of_unhealthy_tablets_is_kept() -> None:
    state = mission000()
    assert state.health is not None
    sick = state.with_(health=state.health.with_(unhealthy=12))
    assert plan_of(TARGET, state=sick).unhealthy_baseline == 12
    assert plan_of(TARGET, state=changed(state.with_(health=None), "10.84.0.18")).unhealthy_baseline == 0


def test_the_menu_names_each_kind_once() -> None:
    assert [entry.kind for entry in MENU] == list(dict.fromkeys(entry.kind for entry in MENU)) == list(OperationKind)


def test_each_line_of_the_menu_is_usable_as_it_stands() -> None:
    for entry in MENU:
        assert entry.usage.startswith(" ".join(entry.words)) and entry.example.startswith(" ".join(entry.words))
        assert entry.summary.endswith(".") and entry.operation_class
