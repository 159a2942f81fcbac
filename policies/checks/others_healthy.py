"""Nobody else is down, leaving or shutting down: one node at a time.

A drain with another node down can leave tablets with a single copy to read from, and the scheduler repairs the dead
node's tablets first (fe: clone/TabletChecker.java, priorities).
"""

from policies.address import Address
from policies.cluster import ClusterState
from policies.plan import Finding, Verdict
from policies.units import in_list

NAME = "others healthy"


def others_healthy(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    others = [backend for backend in state.backends if backend.address not in targets]
    problems = (
        ("not alive", [str(b.address) for b in others if not b.alive], "Bring it back, or drop it for good, first."),
        ("leaving", [str(b.address) for b in others if b.decommissioned], "Let that drain end, or cancel it, first."),
        ("shutting down", [str(b.address) for b in others if b.alive and b.shutting_down], "Let it come back first."),
    )
    findings = [
        Finding(check=NAME, verdict=Verdict.BLOCK, sentence=f"Another backend is {what}: {in_list(who)}.", advice=advice)
        for what, who, advice in problems
        if who
    ]
    if findings:
        return findings
    return [Finding(check=NAME, verdict=Verdict.OK, sentence=f"The {len(others)} other backends are alive and staying.")]
