"""Frontends that stop and start again: what their units do at a stop, and whether clocks, networks and the disk of the journal
let them join their group, on every host of it.
"""

from policies.address import Address
from policies.cluster import ClusterState
from policies.host_checks.clocks import clocks
from policies.host_checks.networks import networks
from policies.host_checks.room import journal_room
from policies.host_checks.seen import seen
from policies.host_checks.unit_stops import unit_stops
from policies.plan import Finding


def frontend_start(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """Nothing where no frontend is meant, or nobody looked closely."""
    nodes = [node for node in seen(state) if node.kind.frontend and node.look.survey is not None]
    if not nodes or not any(frontend.address in targets for frontend in state.frontends):
        return []
    return [*clocks(nodes), *networks(nodes), *journal_room(nodes), *unit_stops(nodes)]
