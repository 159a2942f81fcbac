"""Unhealthy tablets before the drain: a baseline, since the drain itself makes the count rise.

A tablet on a draining node counts as unhealthy (REPLICA_RELOCATING; fe: clone/TabletChecker.java), so "0 unhealthy" can
only be asked for before.
"""

from policies.address import Address
from policies.cluster import ClusterState
from policies.plan import Finding, Verdict
from policies.units import in_count

NAME = "tablet health"


def tablet_health(_targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    health = state.health
    if health is None:
        return []
    if health.error_state or health.inconsistent:
        words = f"{in_count(health.error_state + health.inconsistent)} tablets are in an error or inconsistent state."
        advice = "They may have no good copy to move. Repair them first (SHOW PROC '/statistic' names the databases)."
        return [Finding(check=NAME, verdict=Verdict.WARN, sentence=words, advice=advice)]
    if health.unhealthy:
        words = f"{in_count(health.unhealthy)} of {in_count(health.tablets)} tablets are unhealthy already."
        return [Finding(check=NAME, verdict=Verdict.WARN, sentence=words, advice="Their repair runs beside the drain.")]
    return [Finding(check=NAME, verdict=Verdict.OK, sentence=f"All {in_count(health.tablets)} tablets are healthy.")]
