"""The life of an operation: what a decision does, and which moves there are."""

import pytest

from policies.deciding import decide
from policies.operation import CHOICES, MOVES, TERMINAL, Decision, DecisionKind, IllegalMove, OperationState
from policies.signing import FollowUps
from tests.policies.clusters import BOB, NOW, operation

S, D = OperationState, DecisionKind


def decision(kind: DecisionKind) -> Decision:
    return Decision(token="t", operation="sr-test", kind=kind, person=BOB, channel="C0OPS", at=NOW, digest="d1")


EFFECTS = [
    (D.APPROVE, S.AWAITING_APPROVAL, S.AWAITING_APPROVAL), (D.REJECT, S.AWAITING_APPROVAL, S.REJECTED),
    (D.CANCEL, S.AWAITING_APPROVAL, S.CANCELLED), (D.REJECT, S.QUEUED, S.CANCELLED), (D.CANCEL, S.DRAFTING, S.CANCELLED), (D.CANCEL, S.QUEUED, S.CANCELLED),
    (D.PAUSE, S.RUNNING, S.PAUSED), (D.RESUME, S.PAUSED, S.RUNNING), (D.ABORT, S.RUNNING, S.UNDOING), (D.ABORT, S.PAUSED, S.UNDOING),
    (D.ABORT, S.HALTED, S.UNDOING), (D.RETRY, S.HALTED, S.RUNNING), (D.CLOSE, S.HALTED, S.CLOSED), (D.SKIP, S.HALTED, S.RUNNING),
    (D.SIGN, S.AWAITING_APPROVAL, S.AWAITING_APPROVAL), (D.FOLLOW_UP, S.DONE, S.DONE),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "before", "after"), EFFECTS)
def test_a_decision_moves_as_the_table_says(kind: DecisionKind, before: OperationState, after: OperationState) -> None:
    decided = decide(operation(before, skippable=True, follow_ups=FollowUps(event=1, snippets=())), decision(kind), NOW)
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


def test_every_live_state_has_a_way_to_an_end() -> None:
    ends = set(TERMINAL)
    while grown := {before for before, after in MOVES if after in ends} - ends:
        ends |= grown
    assert ends == set(S)


def test_only_a_running_operation_holds_the_cluster() -> None:
    """The lock is free before the start and after the end, whatever way the operation took."""
    assert {state for state in S if state.holds_lock} == {S.RUNNING, S.PAUSED, S.HALTED, S.UNDOING}
    assert not {state for state in TERMINAL if state.holds_lock}
