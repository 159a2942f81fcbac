"""Which replication number decides how many nodes must stay.

StarRocks' own statistics tables follow the number of backends by themselves (StarRocks PR 51799), and a decommission
does not count them any more (PR 56114 of February 2025, with backports into patches of 3.2, 3.3 and 3.4).
"""

import re

from policies.cluster import ClusterState, ReplicationCount

STATISTICS = "_statistics_."
"""The example of a replication number lies in this database only when no other table has that number."""
STATISTICS_UNCOUNTED_FROM = (3, 5)
"""The first release line of which every patch has PR 56114; of older lines the patch is not known."""


def demanding(state: ClusterState) -> ReplicationCount | None:
    """The largest replication number that StarRocks counts; None when nothing is known or there is no table."""
    counted = [count for count in state.replication or () if not (is_statistics(count) and not statistics_count(state))]
    return max(counted, key=lambda count: count.replication, default=None)


def is_statistics(count: ReplicationCount) -> bool:
    """Only StarRocks' own statistics tables have this number."""
    return count.example.startswith(STATISTICS)


def statistics_count(state: ClusterState) -> bool:
    """Whether this version may refuse a decommission for the sake of its statistics tables; unknown versions may."""
    found = re.match(r"(\d+)\.(\d+)", state.version)
    return found is None or (int(found[1]), int(found[2])) < STATISTICS_UNCOUNTED_FROM
