"""Whether a node may be stopped for a while right now: asked when a plan is made, and again right before each stop.

One backend at a time: with three replicas a write needs two of them, and a tablet whose other copies are down too has none
that can be read. A follower only while the others keep the majority; where two voters need both, or there is one, nothing
can be done about it and the plan says so.
"""

from policies.address import Address
from policies.cluster import ClusterState, Frontend, NodeKind, Role, RunMode
from policies.units import in_list
from policies.voters import votes


def why_not_interrupt(state: ClusterState, role: NodeKind, address: Address) -> str | None:
    """Why the node must not be stopped now, as a sentence; None when it may. A node that is down may be started anew."""
    row = state.node(role, address)
    if row is None:
        return f"{address} is not listed as {role.short} any more; nothing was done."
    if not row.alive:
        return None
    if isinstance(row, Frontend):
        return _frontend(row, state)
    return _backend(address, state) if role is NodeKind.BACKEND else None


def _backend(address: Address, state: ClusterState) -> str | None:
    others = [backend for backend in state.backends if backend.address != address]
    if state.run_mode is RunMode.SHARED_DATA:
        return None
    down = [str(b.address) for b in others if not b.alive or b.shutting_down]
    if down:
        verb = "is" if len(down) == 1 else "are"
        return f"{in_list(down)} {verb} not alive: with {address} stopped too, tablets could be without a readable replica."
    leaving = [str(b.address) for b in state.backends if b.decommissioned]
    if leaving:
        verb = "is" if len(leaving) == 1 else "are"
        return f"{in_list(leaving)} {verb} leaving: a drain and a restart at the same time are not what was checked."
    return None


def _frontend(row: Frontend, state: ClusterState) -> str | None:
    if row.role is Role.OBSERVER or votes(state).total < 3 or votes(state).spare >= 1:
        return None
    return f"Stopping {row.address} would cost the frontends their majority: {votes(state).words}."
