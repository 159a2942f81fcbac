"""Queries need somewhere to run: the last living compute node, or backend, is not taken away."""

from policies.address import Address
from policies.cluster import ClusterState
from policies.plan import Finding, Verdict

NAME = "nodes left"


def nodes_left(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    staying = [node for node in state.workers if node.address not in targets and node.alive and not node.decommissioned]
    if staying:
        return [Finding(check=NAME, verdict=Verdict.OK, sentence=f"{len(staying)} living nodes remain that run queries.")]
    words = "No living node would remain that runs queries."
    return [Finding(check=NAME, verdict=Verdict.BLOCK, sentence=words, advice="Add another one first.")]
