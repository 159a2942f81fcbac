"""A drain to cancel is one that goes on: the node is listed and flagged as leaving."""

from policies.address import Address
from policies.cluster import ClusterState
from policies.plan import Finding, Verdict
from policies.units import in_count
from policies.unlisted import no_backend

NAME = "target"


def leaving_target(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    if not targets:
        return [_block("No node is named.", "Name one as host:port; `/sr nodes` shows which are leaving.")]
    return [_one(address, state) for address in dict.fromkeys(targets)]


def _one(address: Address, state: ClusterState) -> Finding:
    row = state.backend(address)
    if row is None:
        return _block(*no_backend(address, state))
    if not row.decommissioned:
        return _block(f"{address} is not leaving: there is no drain to cancel.", "`/sr nodes` shows which nodes are leaving.")
    words = f"{address} is leaving, with {in_count(row.tablets)} tablets still on it; what has moved stays moved."
    return Finding(check=NAME, verdict=Verdict.OK, sentence=words)


def _block(sentence: str, advice: str) -> Finding:
    return Finding(check=NAME, verdict=Verdict.BLOCK, sentence=sentence, advice=advice)
