"""A node dies while people look at the first one: the freeze is held meanwhile, so that little of what it held is repaired."""

from policies.cluster import ClusterState
from policies.operation import Stall
from policies.units import in_list

CAUSE = "lost_meanwhile"
OVER = "Every node is alive again."


def lost_meanwhile(state: ClusterState) -> Stall | None:
    down = [str(node.address) for node in state.nodes if not node.alive]
    if not down:
        return None
    return Stall(
        cause=CAUSE,
        sentence=f"{in_list(down)} {'is' if len(down) == 1 else 'are'} not alive.",
        advice="Bring it back, then resume; where it stays away, Abort ends the freeze, so that its tablets are repaired.",
    )
