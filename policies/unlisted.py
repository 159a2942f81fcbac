"""An address that names no backend: what it is instead, and what was probably meant."""

import difflib

from policies.address import Address
from policies.cluster import ClusterState
from policies.units import in_list


def no_backend(address: Address, state: ClusterState) -> tuple[str, str]:
    """What is at an address that names no backend, and what was probably meant: a sentence and an advice."""
    for frontend in state.frontends:
        ports = {frontend.address.port, frontend.query_port, frontend.http_port, frontend.rpc_port}
        if frontend.address.host == address.host and address.port in ports:
            return (f"{address} is a frontend, not a backend.", _suggest(address, state))
    for node in state.compute_nodes:
        if node.address == address:
            return (f"{address} is a compute node: it holds no tablets to drain.", "It can be stopped at any time.")
    for backend in state.backends:
        if backend.address.host == address.host and address.port in {
            backend.be_port,
            backend.http_port,
            backend.brpc_port,
        }:
            words = f"Port {address.port} of {address.host} is not the heartbeat port that names a backend."
            return (words, f"Did you mean `{backend.address}`?")
    return (f"There is no backend {address} in cluster {state.cluster}.", _suggest(address, state))


def _suggest(address: Address, state: ClusterState) -> str:
    listed = [str(backend.address) for backend in state.backends]
    same_host = [str(b.address) for b in state.backends if b.address.host == address.host]
    swapped = [text for text in listed if sorted(text) == sorted(str(address))]
    near = same_host or swapped or difflib.get_close_matches(str(address), listed, n=1, cutoff=0.75)
    if near:
        return f"Did you mean {in_list([f'`{one}`' for one in near])}?"
    return "`/sr nodes` lists the backends." if listed else "The cluster lists no backend at all."
