"""The targets exist, are backends, are alive and are not leaving already.

DECOMMISSION compares host and port as text and resolves nothing (fe: system/SystemInfoService.java).
"""

from policies.address import Address
from policies.cluster import Backend, ClusterState
from policies.plan import Finding, Verdict
from policies.unlisted import no_backend

NAME = "target"


def target(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    if not targets:
        return [_block("No node is named.", "Name one as host:port; `/sr nodes` lists the backends.")]
    findings = [_one(address, state) for address in dict.fromkeys(targets)]
    if len(set(targets)) < len(targets):
        findings.append(_block("A node is named twice.", "Name each node once."))
    return findings


def _one(address: Address, state: ClusterState) -> Finding:
    backend = state.backend(address)
    if backend is None:
        return _block(*no_backend(address, state))
    if backend.decommissioned:
        return _block(
            f"{address} is leaving already: {backend.tablets:,} tablets are still on it.",
            "Watch it with `/sr nodes`; whoever started that drain can cancel it.",
        )
    if not backend.alive:
        return _block(
            f"{address} is not alive{_because(backend)}: what only it holds cannot be copied.",
            "Start the node again first.",
        )
    if backend.shutting_down:
        return _block(f"{address} is shutting down.", "Let it come back first.")
    return Finding(check=NAME, verdict=Verdict.OK, sentence=f"{address} is backend {backend.id}, alive, not leaving.")


def _because(backend: Backend) -> str:
    return f" ({backend.error})" if backend.error else ""


def _block(sentence: str, advice: str) -> Finding:
    return Finding(check=NAME, verdict=Verdict.BLOCK, sentence=sentence, advice=advice)
