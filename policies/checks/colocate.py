"""Colocate groups are stable: their tablets move by another balancer, which waits for stability.

fe: clone/ColocateTableBalancer.java; from 3.4 it also waits until the set of alive backends was unchanged for 15 minutes.
"""

from policies.address import Address
from policies.cluster import ClusterState, RunMode
from policies.plan import Finding, Verdict
from policies.units import in_list

NAME = "colocate"


def colocate(_targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    if state.run_mode is RunMode.SHARED_DATA or state.colocate_groups is None:
        return []
    if not state.colocate_groups:
        return [Finding(check=NAME, verdict=Verdict.OK, sentence="There is no colocate group.")]
    moving = [group.name for group in state.colocate_groups if not group.stable]
    if not moving:
        words = f"All colocate groups are stable ({len(state.colocate_groups)})."
        return [Finding(check=NAME, verdict=Verdict.OK, sentence=words)]
    words = f"Colocate groups are relocating already: {in_list(moving)}."
    advice = "Their joins are slower until they are stable again; the drain adds to it."
    return [Finding(check=NAME, verdict=Verdict.WARN, sentence=words, advice=advice)]
