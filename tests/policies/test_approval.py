"""Who may decide what, and when."""

from datetime import time, timedelta

import pytest
from pydantic import ValidationError

from policies.approval import ApprovalPolicy, Member, Window, judge, quorum_met, standing
from policies.operation import Decision, DecisionKind, Operation, OperationState, Vote
from policies.request import Person
from tests.policies.clusters import ALICE, BOB, CAROL, NOW, operation

S, D = OperationState, DecisionKind
POLICY = ApprovalPolicy(approver_groups=("S0DBA",), approvers=("U0CAROL",))
BY_ID = ApprovalPolicy(approvers=("U0CAROL",))
NIGHT = POLICY.with_(windows=(Window(days=("thu",), since=time(22), until=time(4)),))


def member(person: Person, **changes: object) -> Member:
    groups = frozenset({"S0DBA"}) if person is BOB else frozenset()
    return Member(person=person, groups=groups).with_(**changes)


def decision(kind: DecisionKind, person: Person = BOB, **changes: object) -> Decision:
    made = Decision(token="t", operation="sr-test", kind=kind, person=person, channel="C0OPS", at=NOW, digest="d1")
    return made.with_(**changes)


DAVE = Person(id="U0DAVE", team="T0HOME")
MALLORY = Person(id="U0MALLORY", team="T0OTHER")
VOTED = operation(votes=(Vote(person=BOB, digest="d1", at=NOW),))
CASES = [
    ("an approver by group", decision(D.APPROVE), operation(), member(BOB), POLICY, None),
    ("an approver by id", decision(D.APPROVE, CAROL), operation(), member(CAROL), POLICY, None),
    ("the requester", decision(D.APPROVE, ALICE), operation(), member(ALICE, groups=frozenset({"S0DBA"})), POLICY, "someone else"),
    ("anybody", decision(D.APPROVE, DAVE), operation(), member(DAVE), POLICY, "not an approver"),
    ("another workspace", decision(D.APPROVE, MALLORY), operation(), member(MALLORY), POLICY, "another organisation"),
    ("a stranger", decision(D.APPROVE), operation(), member(BOB, is_stranger=True), POLICY, "another organisation"),
    ("a guest", decision(D.APPROVE), operation(), member(BOB, is_guest=True), POLICY, "Guests"),
    ("a bot", decision(D.APPROVE), operation(), member(BOB, is_bot=True), POLICY, "deactivated, or a bot"),
    ("twice", decision(D.APPROVE), VOTED, member(BOB), POLICY, "already"),
    ("once for an older plan", decision(D.APPROVE), operation(votes=(Vote(person=BOB, digest="d0", at=NOW),)), member(BOB), POLICY, None),
    ("an old card", decision(D.APPROVE, digest="d0"), operation(), member(BOB), POLICY, "older plan"),
    ("expired", decision(D.APPROVE), operation(expires_at=NOW), member(BOB), POLICY, "expired"),
    ("closed window", decision(D.APPROVE), operation(), member(BOB), NIGHT, "change window: thu 22:00 to 04:00 (UTC)"),
    ("already running", decision(D.APPROVE), operation(S.RUNNING), member(BOB), POLICY, "is running now"),
    ("over", decision(D.APPROVE), operation(S.DONE), member(BOB), POLICY, "is over (done)"),
    ("reject by an approver", decision(D.REJECT), operation(), member(BOB), POLICY, None),
    ("reject by the requester", decision(D.REJECT, ALICE), operation(), member(ALICE), POLICY, "take the request back"),
    ("cancel by the requester", decision(D.CANCEL, ALICE), operation(), member(ALICE), POLICY, None),
    ("cancel by anybody", decision(D.CANCEL, DAVE), operation(), member(DAVE), POLICY, "Only the requester"),
    ("abort by the requester", decision(D.ABORT, ALICE), operation(S.RUNNING), member(ALICE), POLICY, None),
    ("abort by anybody", decision(D.ABORT, DAVE), operation(S.RUNNING), member(DAVE), POLICY, "Only the requester"),
    ("close by the requester", decision(D.CLOSE, ALICE), operation(S.HALTED), member(ALICE), POLICY, "an approver who is not"),
    ("close by a requester who approves", decision(D.CLOSE, ALICE), operation(S.HALTED), member(ALICE, groups=frozenset({"S0DBA"})), POLICY, "who is not"),
    ("close by an approver", decision(D.CLOSE), operation(S.HALTED), member(BOB), POLICY, None),
    ("retry by an approver", decision(D.RETRY), operation(S.HALTED), member(BOB), POLICY, None),
    ("resume by the requester", decision(D.RESUME, ALICE), operation(S.PAUSED), member(ALICE), POLICY, None),
    ("pause by anybody", decision(D.PAUSE, DAVE), operation(S.RUNNING), member(DAVE), POLICY, "Only the requester"),
    ("a deactivated requester aborts", decision(D.ABORT, ALICE), operation(S.RUNNING), member(ALICE, deleted=True), POLICY, "deactivated"),
    ("an allowed guest", decision(D.APPROVE), operation(), member(BOB, is_guest=True), POLICY.with_(allow_guests=True), None),
    ("reject after expiry", decision(D.REJECT), operation(expires_at=NOW), member(BOB), POLICY, None),
    ("reject an old card", decision(D.REJECT, digest="d0"), operation(), member(BOB), POLICY, "older plan"),
    ("reject in the queue", decision(D.REJECT, digest=""), operation(S.QUEUED), member(BOB), POLICY, None),
    ("skip by an approver", decision(D.SKIP), operation(S.HALTED, skippable=True), member(BOB), POLICY, None),
    ("skip by the requester", decision(D.SKIP, ALICE), operation(S.HALTED, skippable=True), member(ALICE), POLICY, "who is not"),
    ("groups unknown", decision(D.APPROVE), operation(), member(BOB, groups=None), POLICY, "Try again"),
    ("groups unknown, named by id", decision(D.APPROVE, CAROL), operation(), member(CAROL, groups=None), POLICY, None),
    ("groups unknown, abort by the requester", decision(D.ABORT, ALICE), operation(S.RUNNING), member(ALICE, groups=None), POLICY, None),
    ("groups unknown, requester approves", decision(D.APPROVE, ALICE), operation(), member(ALICE, groups=None), POLICY, "someone else"),
    ("groups unknown where none count", decision(D.APPROVE, DAVE), operation(), member(DAVE, groups=None), BY_ID, "not an approver"),
    ("skip where it is not offered", decision(D.SKIP), operation(S.HALTED), member(BOB), POLICY, "cannot take"),
]


@pytest.mark.parametrize(("asked", "record", "who", "policy", "refusal"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_judge(asked: Decision, record: Operation, who: Member, policy: ApprovalPolicy, refusal: str | None) -> None:
    said = judge(asked, record, who, policy, "T0HOME", NOW)
    assert (said is None) if refusal is None else (said is not None and refusal in said), said


def test_quorum_counts_people_and_the_current_digest_only() -> None:
    two = POLICY.with_(quorum=2)
    votes = (Vote(person=BOB, digest="d1", at=NOW), Vote(person=BOB, digest="d1", at=NOW), Vote(person=CAROL, digest="d0", at=NOW))
    assert not quorum_met(operation(votes=votes), two)
    assert not quorum_met(operation(votes=(votes[0], Vote(person=ALICE, digest="d1", at=NOW))), two)
    assert quorum_met(operation(votes=(votes[0], Vote(person=CAROL, digest="d1", at=NOW))), two)


def test_no_home_is_nobodys_home() -> None:
    said = judge(decision(D.APPROVE), operation(), member(BOB), POLICY, "", NOW)
    assert said is not None and "another organisation" in said


STANDINGS = [
    ("as it was", member(BOB), POLICY, ""),
    ("left the group", member(BOB, groups=frozenset()), POLICY, "bob no longer counts: they are no approver"),
    ("groups unknown", member(BOB, groups=None), POLICY, "Slack did not say"),
    ("deactivated", member(BOB, deleted=True), POLICY, "bob no longer counts: the account is deactivated"),
    ("became a guest", member(BOB, is_guest=True), POLICY, "they are a guest"),
    ("belongs elsewhere", member(BOB, is_stranger=True), POLICY, "they belong to another organisation"),
    ("the window closed", member(BOB), NIGHT, "has closed meanwhile: thu 22:00"),
]


@pytest.mark.parametrize(("voter", "policy", "problem"), [c[1:] for c in STANDINGS], ids=[c[0] for c in STANDINGS])
def test_a_vote_is_looked_at_again_before_the_start(voter: Member, policy: ApprovalPolicy, problem: str) -> None:
    problems = standing(VOTED, [voter], policy, "T0HOME", NOW)
    assert len(problems) == bool(problem)
    assert problem in " ".join(problems)


@pytest.mark.parametrize(
    ("hour", "day_shift", "open_"), [(21, 0, False), (22, 0, True), (23, 0, True), (3, 1, True), (4, 1, True), (5, 1, False), (3, 0, False)]
)
def test_a_window_over_midnight(hour: int, day_shift: int, open_: bool) -> None:
    thursday = NOW.replace(hour=0, minute=0, second=0)
    assert NIGHT.windows[0].open_at(thursday + timedelta(days=day_shift, hours=hour)) is open_


def test_a_window_follows_its_own_zone_and_its_summer_time() -> None:
    office = Window(days=("mon", "tue", "wed", "thu", "fri"), since=time(9), until=time(17), zone="Europe/Berlin")
    assert office.open_at(NOW.replace(hour=7, minute=30))  # 09:30 in June
    assert not office.open_at(NOW.replace(month=1, hour=7, minute=30))  # 08:30 in January
    assert not office.open_at(NOW + timedelta(days=2))


def test_the_widest_window_is_never_closed() -> None:
    assert Window().open_at(NOW.replace(hour=23, minute=59, second=59, microsecond=999_999))
    assert Window().words == "every day 00:00 to 23:59 (UTC)"


@pytest.mark.parametrize(("wrong", "words"), [({"days": ("thursday",)}, "days are mon"), ({"days": ()}, "none"), ({"zone": "Berlin"}, "IANA")])
def test_a_window_that_would_never_open_is_refused(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Window.model_validate(wrong)
