"""The targets exist, are backends, are alive and are not leaving already.

DECOMMISSION compares host and port as text and resolves nothing (fe: system/SystemInfoService.java).
"""

import difflib

from policies.address import Address
from policies.cluster import Backend, ClusterState
from policies.plan import Finding, Verdict
from policies.units import in_list

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
        return _unknown(address, state)
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


def _unknown(address: Address, state: ClusterState) -> Finding:
    for frontend in state.frontends:
        ports = {frontend.address.port, frontend.query_port, frontend.http_port, frontend.rpc_port}
        if frontend.address.host == address.host and address.port in ports:
            return _block(f"{address} is a frontend, not a backend.", _suggest(address, state))
    for node in state.compute_nodes:
        if node.address == address:
            return _block(f"{address} is a compute node: it holds no tablets to drain.", "It can be stopped at any time.")
    for backend in state.backends:
        if backend.address.host == address.host and address.port in {
            backend.be_port,
            backend.http_port,
            backend.brpc_port,
        }:
            words = f"Port {address.port} of {address.host} is not the heartbeat port that names a backend."
            return _block(words, f"Did you mean `{backend.address}`?")
    return _block(f"There is no backend {address} in cluster {state.cluster}.", _suggest(address, state))


def _suggest(address: Address, state: ClusterState) -> str:
    listed = [str(backend.address) for backend in state.backends]
    same_host = [str(b.address) for b in state.backends if b.address.host == address.host]
    swapped = [text for text in listed if sorted(text) == sorted(str(address))]
    near = same_host or swapped or difflib.get_close_matches(str(address), listed, n=1, cutoff=0.75)
    if near:
        return f"Did you mean {in_list([f'`{one}`' for one in near])}?"
    return "`/sr nodes` lists the backends." if listed else "The cluster lists no backend at all."


def _block(sentence: str, advice: str) -> Finding:
    return Finding(check=NAME, verdict=Verdict.BLOCK, sentence=sentence, advice=advice)
