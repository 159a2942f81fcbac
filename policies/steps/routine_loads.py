"""The last step of a roll in a cluster with routine loads: what is paused now is told, and nothing waits for it."""

from policies.awaited import RoutineLoadsTold
from policies.cluster import ClusterState
from policies.plan import Step

LOOKED_WITHIN = 600.0


def tell_paused(state: ClusterState) -> tuple[Step, ...]:
    """Which there are is not in it: they come and go, and the approval is not about them."""
    if not state.routine_loads:
        return ()
    return (
        Step(
            id="routine-loads",
            group="routine loads",
            title="See which routine loads are paused",
            act=None,
            until=RoutineLoadsTold(),
            deadline=LOOKED_WITHIN,
            advice="Skip ends here; SHOW ROUTINE LOAD tells it too.",
            skippable=True,
        ),
    )
