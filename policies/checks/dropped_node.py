"""A node to drop is listed, in the role that was named, and holds nothing that would be lost.

DROP of a backend is synchronous and cannot be undone; StarRocks refuses it only for tables whose table-level replication
number is 1 (fe: system/SystemInfoService.java dropBackend), which misses partitions. So a backend is dropped here only when
it holds no tablet at all: after a drain, or when a dead node's tablets have been repaired elsewhere.
"""

from collections.abc import Callable

from policies.address import Address
from policies.cluster import Backend, ClusterState, ComputeNode, Frontend, NodeKind, RunMode
from policies.plan import Finding, Verdict
from policies.units import in_count, in_list

NAME = "target"


def dropped_node(kind: NodeKind) -> Callable[[tuple[Address, ...], ClusterState], list[Finding]]:
    """The check for nodes of one kind."""

    def check(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
        if not targets:
            return [_block("No node is named.", "Name one as host:port; `/sr nodes` lists them.")]
        if len(set(targets)) < len(targets):
            return [_block("A node is named twice.", "Name each node once.")]
        return [finding for address in targets for finding in _one(kind, address, state)]

    return check


def _one(kind: NodeKind, address: Address, state: ClusterState) -> list[Finding]:
    row = state.node(kind, address)
    if row is None:
        return [_not_there(kind, address, state)]
    if isinstance(row, Backend):
        return _backend(row, state)
    if isinstance(row, ComputeNode):
        return [_compute_node(row)]
    return [_frontend(kind, row, state)]


def _not_there(kind: NodeKind, address: Address, state: ClusterState) -> Finding:
    other = next((k for k in NodeKind if k is not kind and state.node(k, address) is not None), None)
    if other is not None:
        return _block(f"{address} is a {other.short}, not a {kind.short}.", f"Ask for `drop {other.short.lower()} {address}`.")
    same_host = _same_host(kind, address, state)
    guess = f"Did you mean {in_list([f'`{one}`' for one in same_host])}?" if same_host else "`/sr nodes` lists the nodes."
    return _block(f"There is no {kind.short} {address} in cluster {state.cluster}: nothing to drop.", guess)


def _same_host(kind: NodeKind, address: Address, state: ClusterState) -> list[str]:
    listed: tuple[Frontend | Backend | ComputeNode, ...] = state.frontends if kind.frontend else state.workers
    return [str(node.address) for node in listed if node.address.host == address.host]


def _backend(row: Backend, state: ClusterState) -> list[Finding]:
    if state.run_mode is RunMode.SHARED_DATA:
        words = f"{row.address} holds a cache only: the data is in object storage."
        return [Finding(check=NAME, verdict=Verdict.OK, sentence=words)]
    if row.tablets == 0:
        alive = "alive and empty" if row.alive else "dead, and none of its tablets is left to lose"
        return [Finding(check=NAME, verdict=Verdict.OK, sentence=f"{row.address} is {alive}.")]
    if row.alive:
        words = f"{row.address} is alive and holds {in_count(row.tablets)} tablets: a drop would take them away at once."
        return [_block(words, f"Move them away first: `decommission be {row.address}`.")]
    return [_block(_what_would_be_lost(row, state), _how_to_save_it(row))]


def _what_would_be_lost(row: Backend, state: ClusterState) -> str:
    first = f"{row.address} is dead and {in_count(row.tablets)} tablets are still booked on it."
    single = [count for count in state.replication or () if count.replication == 1]
    if not single:
        return f"{first} StarRocks repairs them on other nodes; not all are repaired yet."
    partitions = sum(count.partitions for count in single)
    example = single[0].example
    named = f", for example {example}" if example else ""
    here = f"{in_count(partitions)} partitions of this cluster have one replica{named}"
    return f"{first} {here}: what of them lies there would be lost."


def _how_to_save_it(row: Backend) -> str:
    return (
        f"Start {row.address} again and decommission it. If its disks are gone: wait until StarRocks has repaired what it can "
        "(the number falls), drop or restore the tables whose only copy was there, then ask again."
    )


def _compute_node(row: ComputeNode) -> Finding:
    if row.running_queries:
        words = f"{row.address} runs {in_count(row.running_queries)} queries now: they fail or are tried again elsewhere."
        advice = "Choose a quiet hour; a drop does not wait for them."
        return Finding(check=NAME, verdict=Verdict.WARN, sentence=words, advice=advice)
    return Finding(check=NAME, verdict=Verdict.OK, sentence=f"{row.address} is compute node {row.id}; it runs no query now.")


def _frontend(kind: NodeKind, row: Frontend, state: ClusterState) -> Finding:
    alive = "alive" if row.alive else "not alive"
    if state.leader is not None and state.leader.address == row.address:
        words = f"{row.address} leads the cluster, and a leader cannot be dropped: the plan begins with moving the leadership."
        advice = "During the election of some seconds no write and no statement of this kind takes effect."
        return Finding(check=NAME, verdict=Verdict.WARN, sentence=words, advice=advice)
    return Finding(check=NAME, verdict=Verdict.OK, sentence=f"{row.address} is {kind.short} {row.name}, {alive}.")


def _block(sentence: str, advice: str) -> Finding:
    return Finding(check=NAME, verdict=Verdict.BLOCK, sentence=sentence, advice=advice)
