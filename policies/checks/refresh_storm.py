"""Some versions refresh every asynchronous view when a frontend begins to lead: whoever makes one do so should know."""

from policies.address import Address
from policies.cluster import ClusterState, Role
from policies.plan import Finding, Verdict
from policies.view_refresh import refresh_storm_on_leader_restart


def refresh_storm(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """Of nodes among which the leader is, or whichever will lead."""
    storm = refresh_storm_on_leader_restart(state.version)
    leads = next((frontend.address for frontend in state.frontends if frontend.role is Role.LEADER), None)
    if storm is False or (leads is not None and leads not in targets):
        return []
    how = "refreshes" if storm else "may refresh (nobody has shown that it does not)"
    words = f"On {state.version} a frontend that begins to lead {how} all asynchronous materialized views in full."
    advice = "Expect hours of refreshing afterwards, or choose a quiet hour (StarRocks PR 76576)."
    return [Finding(check="views refresh", verdict=Verdict.WARN, sentence=words, advice=advice)]
