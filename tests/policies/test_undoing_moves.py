"""An abort in the middle of a move: what is undone, and what is said to stay or to be gone."""

import pytest

from policies.acts import CancelDecommission, DropNode
from policies.operation import OperationState
from policies.pacing import Pacing
from policies.stepping import Finish, Perform, next_undo
from tests.policies.clusters import NOW, before_join, changed, mission000, operation
from tests.policies.test_moving_plans import MISSION, shape

STEPS = {f"{number} {words}": number for number, words in enumerate(shape(MISSION))}
JOINED = mission000()
REBUILDING = JOINED.with_(backends=tuple(b for b in JOINED.backends if b.address.host != "10.84.0.12"))


@pytest.mark.parametrize(
    ("step", "state", "words"),
    [
        (0, before_join(), "Undone: 10.84.91.16:9050 is not in the cluster."),
        (2, JOINED, "10.84.91.16:9050 stays in the cluster."),
        (9, REBUILDING, "10.84.0.12:9050 has left the cluster for good"),
        (10, REBUILDING, "Undone: 10.84.0.12:9050 is not in the cluster."),
        (23, JOINED, "10.84.0.19:9010 stays in the cluster"),
    ],
)
def test_what_an_abort_says(step: int, state: object, words: str) -> None:
    end = next_undo(MISSION, operation(OperationState.UNDOING, step=step), state, Pacing(), NOW)  # type: ignore[arg-type]
    assert isinstance(end, Finish) and words in end.sentence, (list(STEPS), end)
    assert not (step == 9 and "Undone" in end.sentence)


def test_what_was_added_and_is_not_up_is_taken_out() -> None:
    listed = changed(JOINED, "10.84.91.16", alive=False, tablets=0)
    move = next_undo(MISSION, operation(OperationState.UNDOING, step=1), listed, Pacing(), NOW)
    assert isinstance(move, Perform) and isinstance(move.act, DropNode) and str(move.act.address) == "10.84.91.16:9050"


def test_a_drain_of_the_move_is_cancelled() -> None:
    leaving = changed(before_join(), "10.84.0.12", decommissioned=True)
    move = next_undo(MISSION, operation(OperationState.UNDOING, step=7), leaving, Pacing(), NOW)
    assert isinstance(move, Perform) and isinstance(move.act, CancelDecommission)
