"""Unhealthy tablets before the drain: a baseline, since the drain itself makes the count rise.

A tablet on a draining node counts as unhealthy (REPLICA_RELOCATING; fe: clone/TabletChecker.java), so "0 unhealthy" can
only be asked for before. Error and inconsistent states are another matter: such tablets may have no copy that can be
moved, and nobody but a person can tell which copy is right.
"""

from policies.address import Address
from policies.cluster import ClusterState, RunMode
from policies.plan import Finding, Verdict
from policies.units import in_count

NAME = "tablet health"


def tablet_health(_targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    health = state.health
    if health is None or state.run_mode is RunMode.SHARED_DATA:
        return []
    broken = health.error_state + health.inconsistent
    if broken:
        words = (
            f"{in_count(broken)} tablet{' is' if broken == 1 else 's are'} in an error or inconsistent state: "
            "there may be no good copy to move."
        )
        advice = "Repair first: SHOW PROC '/statistic/<database id>' lists them; ADMIN SET REPLICA STATUS marks a bad copy."
        return [Finding(check=NAME, verdict=Verdict.BLOCK, sentence=words, advice=advice)]
    if health.unhealthy:
        verb = "is" if health.unhealthy == 1 else "are"
        words = f"{in_count(health.unhealthy)} of {in_count(health.tablets)} tablets {verb} unhealthy already."
        return [Finding(check=NAME, verdict=Verdict.WARN, sentence=words, advice="Their repair runs beside the drain.")]
    return [Finding(check=NAME, verdict=Verdict.OK, sentence=f"All {in_count(health.tablets)} tablets are healthy.")]
