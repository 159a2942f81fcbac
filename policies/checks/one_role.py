"""A list of nodes is of one role: who is what is said role by role, with the command for each.

DROP BACKEND, DROP FOLLOWER and DROP OBSERVER are statements of their own, and DECOMMISSION is for backends only
(fe: sql/parser/StarRocks.g4; alter/SystemHandler.java).
"""

from collections.abc import Callable

from policies.address import Address
from policies.cluster import ClusterState, NodeKind
from policies.plan import Finding, Verdict
from policies.units import in_list

NAME = "target"
_WORDS = {NodeKind.BACKEND: "be", NodeKind.COMPUTE_NODE: "cn", NodeKind.FOLLOWER: "follower", NodeKind.OBSERVER: "observer"}
OF_PROCESSES = frozenset({"restart", "stop", "start"})
_DRAIN = {NodeKind.BACKEND: "decommission be"}


TargetCheck = Callable[[tuple[Address, ...], ClusterState], list[Finding]]


def of_one_role(verb: str, kind: NodeKind, target: TargetCheck) -> TargetCheck:
    """The check of the targets, asked only when all of them have one role."""
    mixed = one_role(verb, kind)

    def check(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
        return mixed(targets, state) or target(targets, state)

    return check


def one_role(verb: str, kind: NodeKind) -> TargetCheck:
    """The check for what `verb` does to nodes of one kind; it speaks only where several roles are named together."""

    def check(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
        by_role: dict[NodeKind, list[Address]] = {}
        for address in dict.fromkeys(targets):
            found = _who(address, state) or (_newcomer(kind, address, state) if verb == "add" else None)
            if found is not None:
                role = NodeKind.FOLLOWER if found[0].frontend and verb in OF_PROCESSES else found[0]
                by_role.setdefault(role, []).append(found[1])
        if len(by_role) < 2:
            return []
        named = [f"{in_list([str(a) for a in there])} {_are(verb, role, there)}" for role, there in by_role.items()]
        commands = [command for role, there in by_role.items() if (command := _command(verb, role, there))]
        advice = f"One role at a time: {in_list([f'`{command}`' for command in commands])}."
        if verb == "decommission" and any(role.frontend for role in by_role):
            advice += " Whole hosts move with `migrate OLD … to NEW …`, which takes both roles."
        asked = verb if verb == "cancel decommission" else f"{verb} {_word(verb, kind)}"
        sentence = f"The list mixes roles, and `{asked}` takes one: {'; '.join(named)}."
        return [Finding(check=NAME, verdict=Verdict.BLOCK, sentence=sentence, advice=advice)]

    return check


def _who(address: Address, state: ClusterState) -> tuple[NodeKind, Address] | None:
    """What is meant, by the address that names a node or by another port of its process; None for what is not there."""
    for kind in NodeKind:
        if state.node(kind, address) is not None:
            return kind, address
    for frontend in state.frontends:
        if frontend.address.host == address.host and address.port in {frontend.query_port, frontend.http_port, frontend.rpc_port}:
            kind = NodeKind.FOLLOWER if state.node(NodeKind.FOLLOWER, frontend.address) else NodeKind.OBSERVER
            return kind, frontend.address
    for backend in state.backends:
        if backend.address.host == address.host and address.port in {backend.be_port, backend.http_port, backend.brpc_port}:
            return NodeKind.BACKEND, backend.address
    return None


def _newcomer(kind: NodeKind, address: Address, state: ClusterState) -> tuple[NodeKind, Address] | None:
    """A node that is not there yet is told by the port that names such nodes here."""
    if address.port in {node.address.port for node in state.workers}:
        return (NodeKind.BACKEND if kind.frontend else kind), address
    if address.port in {frontend.address.port for frontend in state.frontends}:
        return (kind if kind.frontend else NodeKind.FOLLOWER), address
    return None


def _word(verb: str, role: NodeKind) -> str:
    """Processes are restarted, stopped and started as FE, whatever part a frontend has."""
    return "fe" if role.frontend and verb in OF_PROCESSES else _WORDS[role]


def _are(verb: str, role: NodeKind, there: list[Address]) -> str:
    noun = "frontend" if role.frontend and verb in OF_PROCESSES else role.short
    return f"is a {noun}" if len(there) == 1 else f"are {noun}s"


def _command(verb: str, role: NodeKind, there: list[Address]) -> str:
    """What to type for the nodes of one role; empty where the verb means nothing for them."""
    addresses = " ".join(str(address) for address in there)
    match verb:
        case "decommission":
            return f"{_DRAIN.get(role, f'drop {_WORDS[role]}')} {addresses}"
        case "cancel decommission":
            return f"cancel decommission {addresses}" if role is NodeKind.BACKEND else ""
        case _:
            return f"{verb} {_word(verb, role)} {addresses}"
