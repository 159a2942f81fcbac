"""Which ending the drain will have: StarRocks removes the emptied node, or leaves its row for us to drop.

fe: common/Config.java drop_backend_after_decommission. It is kept in the leader's memory and goes back to its default
when the leader changes, so the plan is ready for both endings.
"""

from policies import settings
from policies.address import Address
from policies.cluster import ClusterState
from policies.plan import Finding, Verdict

NAME = "ending"


def drop_setting(_targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    if not state.settings:
        return []
    if settings.is_on(state, settings.DROP_AFTER_DECOMMISSION):
        words = "StarRocks removes the node by itself when it is empty (drop_backend_after_decommission = true)."
    else:
        words = (
            "StarRocks leaves the empty node listed (drop_backend_after_decommission = false): "
            "the plan drops it after two looks, 60 s apart, that both see no tablet."
        )
    return [Finding(check=NAME, verdict=Verdict.OK, sentence=words)]
