"""The checklist for hosts of nodes that are about to be added: the same rules, beside those that do the same work already.

Mission 001 §2: the version exactly that of the cluster, the conf files built on those of the others.
"""

from collections.abc import Mapping, Sequence

from policies.address import Address
from policies.cluster import ClusterState, NodeKind
from policies.host_checks.clocks import clocks
from policies.host_checks.conf_drift import conf_drift
from policies.host_checks.conf_writing import conf_writing
from policies.host_checks.java import java
from policies.host_checks.networks import networks
from policies.host_checks.open_files import open_files
from policies.host_checks.room import room
from policies.host_checks.seen import Seen, block, coming, fine, seen, warn
from policies.plan import Finding, Verdict
from policies.request import Request
from policies.units import in_list
from policies.versions import runs

NAME = "new hosts"
SIBLINGS = 3
"""So many that do the same work are looked at too: what differs between them shows which value is the odd one."""
RULES = (conf_drift, conf_writing, networks, java, clocks, open_files, room)


class and_siblings:  # noqa: N801  (called like a function; a class so that entries of the menu stay comparable)
    """The new nodes, some of their kind, and the leader, whose clock is what counts."""

    def __init__(self, kind: NodeKind) -> None:
        self.kind = kind

    def __call__(self, request: Request, state: ClusterState) -> Mapping[Address, NodeKind]:
        alike = [address for address, kind in state.kinds.items() if kind.process == self.kind.process][:SIBLINGS]
        known = [*alike, *([state.leader.address] if state.leader else [])]
        return {address: state.kinds[address] for address in known} | {
            address: self.kind for address in request.targets if address not in state.kinds
        }


def judge_new(kind: NodeKind, targets: tuple[Address, ...], state: ClusterState) -> tuple[Finding, ...]:
    """What is to be mended on the new hosts; what the others have wrong already is not told here."""
    new = coming(kind, targets, state)
    if not new:
        return ()
    looked = [node for node in new if not node.look.trouble]
    found = [*_unreached(new), *_installed(looked, state.version)]
    others = [node for node in seen(state) if not node.look.trouble]
    found += [finding for finding in _judged([*others, *looked]) if any(node.address.host in finding.sentence for node in looked)]
    return tuple(found) or (fine(NAME, f"{in_list([str(node) for node in new])}: installed and configured like the others."),)


def _judged(nodes: Sequence[Seen]) -> list[Finding]:
    return [finding for rule in RULES for finding in rule(nodes) if finding.verdict is not Verdict.OK]


def _unreached(nodes: Sequence[Seen]) -> list[Finding]:
    """A person may prepare and start the process all the same."""
    advice = "The checklist of this host is for whoever prepares it."
    return [warn(NAME, f"{node} cannot be looked at yet: {node.look.trouble}", advice) for node in nodes if node.look.trouble]


def _installed(nodes: Sequence[Seen], version: str) -> list[Finding]:
    found = []
    for node in nodes:
        lies = node.survey.installed
        if not lies:
            found.append(warn(NAME, f"No StarRocks was found for {node} on its host yet.", f"Install {version} before its start."))
        elif not (runs(lies, version) or runs(version, lies)):
            words = f"{lies} lies on the disk of {node}, and the cluster runs {version}."
            found.append(block(NAME, words, f"Install exactly {version} there, then ask again."))
    return found
