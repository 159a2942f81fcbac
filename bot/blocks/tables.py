"""Lists of nodes and operations as text of at most sixty columns; a phone shows it, a screen reader reads it."""

from collections.abc import Sequence

from bot.blocks.layout import columns, narrow
from bot.blocks.phrases import STATE_WORDS, title_of
from policies.cluster import Backend, ClusterState, ComputeNode, Frontend
from policies.operation import Operation
from policies.units import in_bytes, in_count, in_percent

_NAME = 21
MOST_NODES = 40
MOST_OPERATIONS = 20


def backends_text(backends: Sequence[Backend]) -> str:
    """Fullest disk first, since that is the one to act on."""
    rows = [("BE", "state", "tablets", "used", "worst disk")]
    ordered = sorted(backends, key=lambda backend: (-backend.max_disk_used_share, backend.address))
    rows += [
        (
            narrow(str(backend.address), _NAME),
            backend_word(backend),
            in_count(backend.tablets),
            in_bytes(backend.data_used),
            in_percent(backend.max_disk_used_share),
        )
        for backend in ordered[:MOST_NODES]
    ]
    return _with_rest(columns(rows, right=frozenset({2, 3, 4})), len(ordered) - MOST_NODES)


def backend_word(backend: Backend) -> str:
    """`up`, or what is the matter."""
    if not backend.alive:
        return "DOWN"
    if backend.shutting_down:
        return "stopping"
    return "leaving" if backend.decommissioned else "up"


def frontends_text(frontends: Sequence[Frontend]) -> str:
    rows = [("FE", "state", "role")]
    rows += [
        (
            narrow(str(frontend.address), _NAME),
            "up" if frontend.alive else "DOWN",
            frontend.role.value.lower(),
        )
        for frontend in sorted(frontends, key=lambda frontend: frontend.address)[:MOST_NODES]
    ]
    return _with_rest(columns(rows), len(frontends) - MOST_NODES)


def compute_nodes_text(nodes: Sequence[ComputeNode]) -> str:
    rows = [("CN", "state")]
    rows += [
        (
            narrow(str(node.address), _NAME),
            "DOWN" if not node.alive else "leaving" if node.decommissioned else "up",
        )
        for node in sorted(nodes, key=lambda node: node.address)[:MOST_NODES]
    ]
    return _with_rest(columns(rows), len(nodes) - MOST_NODES)


def _with_rest(table: str, hidden: int) -> str:
    return f"{table}\n…and {hidden} more" if hidden > 0 else table


def versions_text(state: ClusterState) -> str:
    """One version for all, or which node runs which: mixed versions are worth a line."""
    nodes: tuple[Frontend | Backend | ComputeNode, ...] = (
        *state.frontends,
        *state.backends,
        *state.compute_nodes,
    )
    by_version: dict[str, list[str]] = {}
    for node in nodes:
        by_version.setdefault(node.version or "unknown", []).append(str(node.address))
    if len(by_version) <= 1:
        return f"All nodes run {next(iter(by_version), state.version)}."
    ordered = sorted(by_version.items(), key=lambda item: -len(item[1]))
    parts = [f"{version}: {_few(addresses)}" for version, addresses in ordered]
    return "Versions differ. " + "; ".join(parts) + "."


def _few(addresses: list[str]) -> str:
    return ", ".join(addresses[:3]) + (f" and {len(addresses) - 3} more" if len(addresses) > 3 else "")


def operation_line(operation: Operation) -> str:
    """`▶ Running  OP  Decommission …` as one plain line."""
    emoji, word = STATE_WORDS[operation.state]
    return f"{emoji} {word}: {title_of(operation)}"
