"""There is a leading frontend and a majority of followers: without them no statement can take effect.

Writes need a simple majority of followers, observers do not count (fe: journal/bdbje/BDBEnvironment.java, ack policy
SIMPLE_MAJORITY).
"""

from policies.address import Address
from policies.cluster import ClusterState, Role
from policies.plan import Finding, Verdict
from policies.units import in_list

NAME = "leader"


def leader(_targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    voters = [f for f in state.frontends if f.role in {Role.LEADER, Role.FOLLOWER}]
    alive = sum(f.alive for f in voters)
    majority = len(voters) // 2 + 1
    if state.leader is None:
        return [_finding(Verdict.BLOCK, "No frontend leads the cluster right now.", "Wait for the election, then ask again.")]
    if alive < majority:
        words = f"Only {alive} of {len(voters)} voting frontends are alive; {majority} are needed."
        return [_finding(Verdict.BLOCK, words, "Bring the frontends back first.")]
    words = f"{state.leader.address.host} leads; {alive} of {len(voters)} voting frontends are alive."
    if alive == len(voters):
        return [_finding(Verdict.OK, words, "")]
    down = in_list([str(frontend.address) for frontend in voters if not frontend.alive])
    return [_finding(Verdict.WARN, words, f"Bring {down} back: with fewer than {majority} alive no statement can take effect.")]


def _finding(verdict: Verdict, sentence: str, advice: str) -> Finding:
    return Finding(check=NAME, verdict=verdict, sentence=sentence, advice=advice)
