"""How the processes will be stopped: gracefully, or at once, and why (policies.releases.graceful)."""

from policies.address import Address
from policies.cluster import ClusterState, NodeKind
from policies.plan import Finding, Verdict
from policies.releases.graceful import frontend_refuses, stops_gracefully, why_plain

NAME = "stop"


def stopping(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """One line for all of them; only a stop that is not graceful is told, and one that loses work warns."""
    nodes = [
        (kind, row.version)
        for address, kind in state.kinds.items()
        if address in targets and (row := state.node(kind, address)) is not None and row.alive
    ]
    versions: dict[NodeKind, dict[str, None]] = {}
    for kind, version in nodes:
        if not stops_gracefully(kind, version):
            versions.setdefault(NodeKind.FOLLOWER if kind.frontend else kind, {})[version] = None
    plain = [why_plain(kind, *each) for kind, each in versions.items()]
    refused = frontend_refuses(state) if any(kind.frontend and stops_gracefully(kind, version) for kind, version in nodes) else None
    reasons = tuple(dict.fromkeys([*plain, *([refused] if refused else [])]))
    if not nodes:
        return []
    words = " ".join(reasons) or "Every node stops gracefully."
    if any(not kind.frontend for kind in versions):
        return [Finding(check=NAME, verdict=Verdict.WARN, sentence=words, advice="Choose a quiet hour.")]
    return [Finding(check=NAME, verdict=Verdict.OK, sentence=words, told=bool(reasons))]
