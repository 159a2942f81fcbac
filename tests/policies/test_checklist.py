"""The form: which items a plan has, what the owner's settings do to them, and that its digest and its approval hang on it."""

from datetime import datetime

import pytest
from pydantic import ValidationError

from policies.address import Address
from policies.approval import ApprovalPolicy, Member, judge, standing
from policies.checklist import IDS, ChecklistPolicy, asks_more, checklist
from policies.cluster import ClusterState
from policies.deciding import decide
from policies.hosts import HostLook, HostSurvey
from policies.operation import Decision, DecisionKind, EventKind, Operation, OperationState
from policies.pacing import Pacing
from policies.plan import ChecklistItem, Plan
from policies.playbooks import entry_for
from policies.request import OperationKind, Person
from policies.signing import FollowUps, Signature
from tests.policies.clusters import ALICE, BOB, CAROL, NOW, address, before_join, mission000, operation, request

D, K, S = DecisionKind, OperationKind, OperationState
NEW_BE, NEW_FE = "10.84.91.20:9050", "10.84.91.20:9010"
WORKER = ("prepared", "principal", "udf", "firewall", "broker", "alerts")
FRONTEND = ("prepared", "principal", "firewall", "alerts")


def plan_of(kind: K, *targets: str, into: tuple[str, ...] = (), state: ClusterState | None = None, **options: str) -> Plan:
    asked = request(*targets).with_(kind=kind, into=tuple(map(address, into)), options=options)
    return entry_for(kind).make_plan(asked, state or before_join(), pacing=Pacing(), revision=1, now=NOW)


def ids(plan: Plan, state: ClusterState | None = None, policy: ChecklistPolicy | None = None) -> tuple[str, ...]:
    return tuple(item.id for item in checklist(plan, state or before_join(), policy or ChecklistPolicy()))


def looked_at(*texts: str, trouble: str = "") -> ClusterState:
    """The cluster, and looks at the hosts of nodes to come."""
    survey = None if trouble else HostSurvey(installed="3.3.3-312ed45")
    looks = (HostLook(address=address(text), taken_at=NOW, survey=survey, trouble=trouble) for text in texts)
    return before_join().with_(hosts=tuple(looks))


ITEMS = [
    ("add be", plan_of(K.ADD_BACKEND, NEW_BE), WORKER),
    ("add cn: no broker", plan_of(K.ADD_COMPUTE_NODE, NEW_BE), ("prepared", "principal", "udf", "firewall", "alerts")),
    ("add follower", plan_of(K.ADD_FOLLOWER, NEW_FE), FRONTEND),
    ("add observer", plan_of(K.ADD_OBSERVER, NEW_FE), FRONTEND),
    ("replace", plan_of(K.REPLACE_BACKEND, "10.84.0.18:9050", into=(NEW_BE,)), WORKER),
    ("migrate a frontend", plan_of(K.MIGRATE, "10.84.0.19:9010", into=(NEW_FE,)), FRONTEND),
    ("migrate both", plan_of(K.MIGRATE, "10.84.0.19:9010", "10.84.0.18:9050", into=(NEW_FE, NEW_BE)), WORKER),
    ("drain", plan_of(K.DECOMMISSION_BACKEND, "10.84.0.18:9050", state=mission000()), ()),
    ("drop", plan_of(K.DROP_FOLLOWER, "10.84.0.19:9010"), ()),
]


@pytest.mark.parametrize(("plan", "expected"), [case[1:] for case in ITEMS], ids=[case[0] for case in ITEMS])
def test_only_plans_with_new_nodes_have_a_form(plan: Plan, expected: tuple[str, ...]) -> None:
    assert ids(plan) == expected


def test_a_node_that_is_rebuilt_is_not_new() -> None:
    plan = plan_of(K.REBUILD_BACKEND, "10.84.0.18:9050", state=mission000(), path="/data2/be")
    assert plan.steps and ids(plan, mission000()) == ()


SEEN = [
    ("seen over SSH", looked_at(NEW_BE), WORKER[1:]),
    ("could not be reached", looked_at(NEW_BE, trouble="refuses connections"), WORKER),
    ("another host was seen", looked_at("10.84.0.12:9050"), WORKER),
    ("nobody can look", before_join(), WORKER),
]


@pytest.mark.parametrize(("state", "expected"), [case[1:] for case in SEEN], ids=[case[0] for case in SEEN])
def test_what_a_look_at_the_host_sees_is_no_item(state: ClusterState, expected: tuple[str, ...]) -> None:
    assert ids(plan_of(K.ADD_BACKEND, NEW_BE), state) == expected


def test_one_host_of_two_that_nobody_saw_keeps_the_item() -> None:
    plan = plan_of(K.ADD_BACKEND, NEW_BE, "10.84.91.21:9050")
    assert ids(plan, looked_at(NEW_BE)) == WORKER
    assert ids(plan, looked_at(NEW_BE, "10.84.91.21:9050")) == WORKER[1:]


def test_the_owner_leaves_out_adds_and_switches_off() -> None:
    plan = plan_of(K.ADD_FOLLOWER, NEW_FE)
    assert ids(plan, policy=ChecklistPolicy(leave_out=("principal",), more=("It is in the CMDB",))) == (
        "prepared", "firewall", "alerts", "own-1",
    )  # fmt: skip
    assert ids(plan, policy=ChecklistPolicy(asked=False, more=("It is in the CMDB",))) == ()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"leave_out": ["brokers"]}, "no item; items are prepared"), ({"more": ["x" * 76]}, "at most 75"), ({"more": ["ok"]}, "at least 3"),
        ({"more": ["two\nlines"]}, "match pattern"), ({"more": ["item"] * 2}, "twice"), ({"more": [f"item {n}" for n in range(11)]}, "at most 10"),
        ({"ask": False}, "Extra inputs"),
    ],
)  # fmt: skip
def test_settings_that_are_refused(settings: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        ChecklistPolicy.model_validate(settings)


def test_the_digest_is_of_the_items_too() -> None:
    plan = plan_of(K.ADD_BACKEND, NEW_BE)
    items = checklist(plan, before_join(), ChecklistPolicy())
    signed = plan.with_(checklist=items)
    reworded = plan.with_(checklist=(items[0].with_(words="Something else"), *items[1:]))
    assert len({plan.digest, signed.digest, reworded.digest, plan.with_(checklist=items[1:]).digest}) == 4


FULL = checklist(plan_of(K.ADD_BACKEND, NEW_BE), before_join(), ChecklistPolicy(more=("It is in the CMDB",)))
AGAIN = [
    ("the same", FULL, FULL, False),
    ("seen when it was signed, not reached now", FULL, FULL[1:], False),
    ("seen now", FULL[1:], FULL, False),
    ("the owner asks for less", FULL[:-1], FULL, False),
    ("the owner asks for more", FULL, FULL[:-1], True),
    ("other words", (FULL[-1].with_(words="It is in the new CMDB"),), FULL, True),
    ("a form where there was none", FULL, (), True),
]


@pytest.mark.parametrize(("fresh", "signed", "more"), [case[1:] for case in AGAIN], ids=[case[0] for case in AGAIN])
def test_whether_a_plan_made_again_asks_for_more(
    fresh: tuple[ChecklistItem, ...], signed: tuple[ChecklistItem, ...], more: bool
) -> None:
    assert asks_more(fresh, signed) is more


# Who may sign, and what hangs on it.

DAVE = Person(id="U0DAVE", team="T0HOME", name="dave")
POLICY = ApprovalPolicy(approvers=("U0BOB",))
FORM = tuple(ChecklistItem(id=name, words=f"{name} is so", source="test") for name in ("firewall", "broker"))
UNSIGNED = operation(checklist=FORM)
SIGNED = operation(checklist=FORM, signature=Signature(person=CAROL, digest="d1", at=NOW, items=("firewall", "broker")))
OLD = SIGNED.with_(digest="d2")
TOLD = operation(S.DONE, follow_ups=FollowUps(event=9, snippets=()))
FOLLOWED = TOLD.with_(follow_ups=FollowUps(event=9, snippets=(), done_by=CAROL, done_at=NOW))


def click(kind: D, person: Person, *, digest: str = "d1", items: tuple[str, ...] = ("firewall", "broker"), note: str = "") -> Decision:
    return Decision(
        token="t", operation="sr-test", kind=kind, person=person, channel="C0OPS", at=NOW, digest=digest, items=items, reason=note
    )


JUDGED = [
    ("the requester signs", click(D.SIGN, ALICE), UNSIGNED, {}, None),
    ("an approver signs", click(D.SIGN, BOB), UNSIGNED, {}, None),
    ("anybody of the workspace signs", click(D.SIGN, DAVE), UNSIGNED, {"groups": None}, None),
    ("a guest", click(D.SIGN, DAVE), UNSIGNED, {"is_guest": True}, "Guests"),
    ("another workspace", click(D.SIGN, DAVE.with_(team="T0OTHER")), UNSIGNED, {}, "another organisation"),
    ("a bot", click(D.SIGN, DAVE), UNSIGNED, {"is_bot": True}, "or a bot"),
    ("partly ticked", click(D.SIGN, ALICE, items=("firewall",)), UNSIGNED, {}, "Still open: broker is so."),
    ("ticked something else", click(D.SIGN, ALICE, items=("own-1", "own-2")), UNSIGNED, {}, "Still open: firewall is so; broker is so."),
    ("an old card", click(D.SIGN, ALICE, digest="d0"), UNSIGNED, {}, "older plan"),
    ("twice", click(D.SIGN, CAROL), SIGNED, {}, "signed already, by you."),
    ("after another", click(D.SIGN, ALICE), SIGNED, {}, "signed already, by carol."),
    ("the older plan was signed", click(D.SIGN, ALICE, digest="d2"), OLD, {}, None),
    ("expired", click(D.SIGN, ALICE), UNSIGNED.with_(expires_at=NOW), {}, "has expired"),
    ("nothing to sign", click(D.SIGN, ALICE), operation(), {}, "cannot take"),
    ("running", click(D.SIGN, ALICE), SIGNED.with_(state=S.RUNNING), {}, "is running now"),
    ("approved unsigned", click(D.APPROVE, BOB), UNSIGNED, {}, "not signed yet. Whoever prepared the hosts"),
    ("approved with the signature of an older plan", click(D.APPROVE, BOB, digest="d2"), OLD, {}, "not signed yet"),
    ("approved signed", click(D.APPROVE, BOB), SIGNED, {}, None),
    ("rejected unsigned", click(D.REJECT, BOB), UNSIGNED, {}, None),
    ("follow-ups by anybody", click(D.FOLLOW_UP, DAVE), TOLD, {"groups": None}, None),
    ("follow-ups by a guest", click(D.FOLLOW_UP, DAVE), TOLD, {"is_guest": True}, "Guests"),
    ("follow-ups twice", click(D.FOLLOW_UP, DAVE), FOLLOWED, {}, "signed already, by carol."),
    ("follow-ups where there are none", click(D.FOLLOW_UP, DAVE), operation(S.DONE), {}, "is over (done)"),
    ("follow-ups of what was undone", click(D.FOLLOW_UP, DAVE), operation(S.UNDONE), {}, "is over (undone)"),
]


@pytest.mark.parametrize(("said", "record", "who", "refusal"), [case[1:] for case in JUDGED], ids=[case[0] for case in JUDGED])
def test_who_may_sign(said: Decision, record: Operation, who: dict[str, object], refusal: str | None) -> None:
    words = judge(said, record, Member(person=said.person).with_(**who), POLICY, "T0HOME", NOW)
    assert (words is None) if refusal is None else (words is not None and refusal in words), words


STANDING = [
    ("as it was", SIGNED, Member(person=CAROL), ""),
    ("left", SIGNED, Member(person=CAROL, deleted=True), "The signature of carol no longer counts: the account is deactivated"),
    ("a guest now", SIGNED, Member(person=CAROL, is_guest=True), "carol no longer counts: they are a guest"),
    ("not signed", UNSIGNED, None, "is not signed"),
    ("of another plan", OLD, Member(person=CAROL), "is not signed"),
    ("no form", operation(), None, ""),
]


@pytest.mark.parametrize(("record", "signer", "problem"), [case[1:] for case in STANDING], ids=[case[0] for case in STANDING])
def test_a_signature_is_looked_at_again_before_the_start(record: Operation, signer: Member | None, problem: str) -> None:
    problems = standing(record, [], POLICY, "T0HOME", NOW, signer)
    assert len(problems) == bool(problem) and problem in " ".join(problems)


def test_a_signature_is_told_with_its_items_and_its_note() -> None:
    decided = decide(UNSIGNED, click(D.SIGN, ALICE, note="keytab by ops"), NOW)
    (event,) = decided.events
    assert (event.kind, event.by, event.details[-1]) == (EventKind.SIGNED, ALICE, "Note: keytab by ops")
    assert event.details[:2] == ("firewall is so", "broker is so")
    after = decided.operation
    assert after.state is S.AWAITING_APPROVAL and not after.unsigned and after.signed is not None
    assert (after.signed.items, after.signed.note, after.signed.at) == (("firewall", "broker"), "keytab by ops", NOW)
    assert D.SIGN not in after.choices() and D.SIGN in UNSIGNED.choices()


def test_follow_ups_done_reopen_nothing() -> None:
    ended: datetime = NOW
    after = decide(TOLD.with_(ended_at=ended), click(D.FOLLOW_UP, BOB), NOW).operation
    assert (after.state, after.ended_at, after.choices()) == (S.DONE, ended, ())
    assert after.follow_ups is not None and (after.follow_ups.done_by, after.follow_ups.done_at) == (BOB, NOW)


def test_items_fit_a_checkbox() -> None:
    plan = plan_of(K.ADD_BACKEND, NEW_BE)
    assert isinstance(plan.targets[0], Address) and len(IDS) <= 10
    assert all(len(item.words) <= 75 and len(item.hint) <= 75 for item in checklist(plan, before_join(), ChecklistPolicy()))
