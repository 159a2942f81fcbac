"""The frontends keep their majority: before, in between, and afterwards (rules: policies.voters)."""

from policies.address import Address
from policies.cluster import ClusterState, Role
from policies.plan import Finding, Verdict
from policies.voters import Votes, after_add, votes, why_not_drop

NAME = "voters"


def voters_after_add(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """Followers that join: how many may die afterwards."""
    return [_told(votes(state), after_add(state, len(targets)))]


def voters_after_drop(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """Followers that go, one after the other; each must leave a majority, and the last one stays for ever."""
    now, rest = votes(state), state
    for address in targets:
        reason = why_not_drop(rest, address)
        if reason is not None:
            advice = "Add a frontend, or bring the dead ones back, first."
            return [Finding(check=NAME, verdict=Verdict.BLOCK, sentence=reason, advice=advice)]
        rest = rest.with_(frontends=tuple(f for f in rest.frontends if f.address != address or f.role is Role.OBSERVER))
    return [_told(now, votes(rest))]


def _told(before: Votes, after: Votes) -> Finding:
    words = f"Voting frontends: {before.total} before ({before.alive} alive), {after.total} after ({after.alive} alive). "
    words += f"Then {after.spare} may die before writes stop; {before.spare} may now."
    if after.total % 2 == 0:
        advice = "An even number of voters tolerates no more failures than one less: consider an observer, or one more."
        return Finding(check=NAME, verdict=Verdict.WARN, sentence=words, advice=advice)
    return Finding(check=NAME, verdict=Verdict.OK, sentence=words, told=True)
