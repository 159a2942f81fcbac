"""Which warehouse a node works for, where the version shows it: a drop must leave each one somebody to work.

A node that is added without a word joins `default_warehouse`; a drop without a word looks for it there and nowhere else
(fe: system/SystemInfoService.java addComputeNodes, dropComputeNode, 2025-06; WarehouseName in SHOW since then).
"""

from policies.address import Address
from policies.cluster import ClusterState
from policies.plan import Finding, Verdict
from policies.units import in_list

NAME = "warehouse"
DEFAULT = "default_warehouse"


def warehouse_joined(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    there = [node for node in state.workers if node.warehouse == DEFAULT and node.address not in targets]
    if not there:
        return []
    alive = sum(node.alive for node in there)
    words = f"They join `{DEFAULT}`" if len(set(targets)) > 1 else f"It joins `{DEFAULT}`"
    return [_finding(Verdict.OK, f"{words}, which has {_nodes(len(there))}, {alive} of them alive.", told=True)]


def warehouses_left(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    leaving = [node for node in state.workers if node.address in targets and node.warehouse]
    return [finding for name in dict.fromkeys(node.warehouse for node in leaving) for finding in _one(name, targets, state)]


def _one(name: str, targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    members = [node for node in state.workers if node.warehouse == name]
    going = [str(node.address) for node in members if node.address in targets]
    verb = "works" if len(going) == 1 else "work"
    first = f"{in_list(going)} {verb} for warehouse `{name}`"
    if name != DEFAULT:
        by_hand = [f'`ALTER SYSTEM DROP COMPUTE NODE "{address}" FROM WAREHOUSE {name}`' for address in going]
        words = f"{first}, and this operation drops from `{DEFAULT}` only."
        return [_finding(Verdict.BLOCK, words, f"Drop it by hand: {in_list(by_hand)}.")]
    staying = [node for node in members if node.address not in targets and node.alive and not node.decommissioned]
    if not staying:
        words = f"{first}, and no living node of it would stay: its queries and loads would fail."
        return [_finding(Verdict.BLOCK, words, "Add another node first.")]
    verb = "stays" if len(staying) == 1 else "stay"
    return [_finding(Verdict.OK, f"{first}: {len(staying)} of its {_nodes(len(members))} {verb}, alive.", told=True)]


def _nodes(count: int) -> str:
    return "1 node" if count == 1 else f"{count} nodes"


def _finding(verdict: Verdict, sentence: str, advice: str = "", *, told: bool = False) -> Finding:
    return Finding(check=NAME, verdict=verdict, sentence=sentence, advice=advice, told=told)
