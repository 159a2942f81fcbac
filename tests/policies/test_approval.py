"""Who may decide what, when; and what a decision does."""

from datetime import time, timedelta

import pytest

from policies.approval import ApprovalPolicy, Member, Window, judge, quorum_met, standing
from policies.deciding import decide
from policies.operation import CHOICES, MOVES, TERMINAL, Decision, DecisionKind, IllegalMove, Operation, OperationState, Vote
from policies.request import Person
from tests.policies.clusters import ALICE, BOB, CAROL, NOW, operation

S, D = OperationState, DecisionKind
POLICY = ApprovalPolicy(approver_groups=("S0DBA",), approvers=("U0CAROL",))
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
    ("an old card", decision(D.APPROVE, digest="d0"), operation(), member(BOB), POLICY, "older plan"),
    ("expired", decision(D.APPROVE), operation(expires_at=NOW), member(BOB), POLICY, "expired"),
    ("closed window", decision(D.APPROVE), operation(), member(BOB), NIGHT, "change window"),
    ("already running", decision(D.APPROVE), operation(S.RUNNING), member(BOB), POLICY, "is running now"),
    ("over", decision(D.APPROVE), operation(S.DONE), member(BOB), POLICY, "is over (done)"),
    ("reject by an approver", decision(D.REJECT), operation(), member(BOB), POLICY, None),
    ("reject by the requester", decision(D.REJECT, ALICE), operation(), member(ALICE), POLICY, "take the request back"),
    ("cancel by the requester", decision(D.CANCEL, ALICE), operation(), member(ALICE), POLICY, None),
    ("cancel by anybody", decision(D.CANCEL, DAVE), operation(), member(DAVE), POLICY, "Only the requester"),
    ("abort by the requester", decision(D.ABORT, ALICE), operation(S.RUNNING), member(ALICE), POLICY, None),
    ("abort by anybody", decision(D.ABORT, DAVE), operation(S.RUNNING), member(DAVE), POLICY, "Only the requester"),
    ("close by the requester", decision(D.CLOSE, ALICE), operation(S.HALTED), member(ALICE), POLICY, "an approver who is not"),
    ("close by an approver", decision(D.CLOSE), operation(S.HALTED), member(BOB), POLICY, None),
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


def test_a_vote_falls_when_its_voter_is_no_approver_any_more() -> None:
    assert standing(VOTED, [member(BOB)], POLICY, "T0HOME", NOW) == ()
    assert "no longer" in standing(VOTED, [member(BOB, groups=frozenset())], POLICY, "T0HOME", NOW)[0]
    assert "window" in standing(VOTED, [member(BOB)], NIGHT, "T0HOME", NOW)[0]


@pytest.mark.parametrize(
    ("hour", "day_shift", "open_"), [(21, 0, False), (22, 0, True), (23, 0, True), (3, 1, True), (5, 1, False), (3, 0, False)]
)
def test_a_window_over_midnight(hour: int, day_shift: int, open_: bool) -> None:
    thursday = NOW.replace(hour=0)
    assert NIGHT.windows[0].open_at(thursday + timedelta(days=day_shift, hours=hour)) is open_


EFFECTS = [
    (D.APPROVE, S.AWAITING_APPROVAL, S.AWAITING_APPROVAL), (D.REJECT, S.AWAITING_APPROVAL, S.REJECTED),
    (D.CANCEL, S.AWAITING_APPROVAL, S.CANCELLED), (D.REJECT, S.QUEUED, S.CANCELLED), (D.CANCEL, S.DRAFTING, S.CANCELLED), (D.CANCEL, S.QUEUED, S.CANCELLED),
    (D.PAUSE, S.RUNNING, S.PAUSED), (D.RESUME, S.PAUSED, S.RUNNING), (D.ABORT, S.RUNNING, S.UNDOING), (D.ABORT, S.PAUSED, S.UNDOING),
    (D.ABORT, S.HALTED, S.UNDOING), (D.RETRY, S.HALTED, S.RUNNING), (D.CLOSE, S.HALTED, S.CLOSED), (D.SKIP, S.HALTED, S.RUNNING),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "before", "after"), EFFECTS)
def test_a_decision_moves_as_the_table_says(kind: DecisionKind, before: OperationState, after: OperationState) -> None:
    decided = decide(operation(before, skippable=True), decision(kind), NOW)
    assert decided.operation.state is after
    assert [event.n for event in decided.events] == [1] and decided.events[0].by == BOB


def test_every_choice_has_an_effect() -> None:
    offered = {(kind, state) for state, kinds in CHOICES.items() for kind in kinds}
    assert offered == {(kind, before) for kind, before, _ in EFFECTS}


def test_retry_of_a_halted_undo_goes_on_undoing() -> None:
    assert decide(operation(S.HALTED, halted_from="undoing"), decision(D.RETRY), NOW).operation.state is S.UNDOING


def test_no_way_leads_out_of_an_end() -> None:
    assert not [pair for pair in MOVES if pair[0] in TERMINAL]
    for state in TERMINAL:
        with pytest.raises(IllegalMove):
            operation(state).moved(S.RUNNING, NOW)


def test_every_state_can_be_reached() -> None:
    assert {to for _, to in MOVES} | {S.DRAFTING} == set(S)
