"""A backend leaves: flagged, drained, gone. Both endings are planned (fe: drop_backend_after_decommission)."""

from policies.acts import CancelDecommission, DecommissionBackend, DropBackend
from policies.awaited import BackendDrained, BackendGone, BackendLeaving, BackendStaying
from policies.cluster import Backend
from policies.plan import Step


def drain(backend: Backend) -> tuple[Step, Step, Step]:
    """Decommission, wait, and drop the row only if StarRocks does not remove it by itself."""
    who = {"address": backend.address, "backend_id": backend.id}
    address = str(backend.address)
    cancel = CancelDecommission(**who)
    staying = BackendStaying(**who)
    return (
        Step(
            id=f"start-{address}",
            group=address,
            title=f"Tell StarRocks to drain {address}",
            act=DecommissionBackend(**who),
            until=BackendLeaving(**who),
            undo=cancel,
            undo_until=staying,
        ),
        Step(
            id=f"drain-{address}",
            group=address,
            title=f"Wait until {address} is gone, or empty in two looks 60 s apart",
            act=None,
            until=BackendDrained(**who),
            undo=cancel,
            undo_until=staying,
        ),
        Step(
            id=f"remove-{address}",
            group=address,
            title=f"Drop the row of {address}, only if StarRocks has not removed it by itself",
            act=DropBackend(**who),
            until=BackendGone(**who),
            point_of_no_return=True,
        ),
    )
