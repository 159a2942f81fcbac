"""The checklist for hosts of nodes that are about to be added: the same rules, beside those that do the same work already.

Mission 001 §2: the version exactly that of the cluster, the conf files built on those of the others, and what else a node of
its kind needs on its host and from the network.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from policies.address import Address
from policies.checks.new_node import usual_port
from policies.cluster import ClusterState, NodeKind
from policies.host_checks.catalogs import catalogs
from policies.host_checks.clocks import clocks
from policies.host_checks.conf_drift import conf_drift
from policies.host_checks.conf_writing import conf_writing
from policies.host_checks.endpoints import endpoints_of
from policies.host_checks.java import java
from policies.host_checks.kerberos import kerberos
from policies.host_checks.kernel import kernel
from policies.host_checks.members import dropped, members
from policies.host_checks.networks import networks
from policies.host_checks.open_files import open_files
from policies.host_checks.ports import ports
from policies.host_checks.room import room
from policies.host_checks.seen import Seen, block, coming, fine, seen, warn
from policies.host_checks.threads import threads
from policies.host_checks.udfs import udfs
from policies.host_checks.variables import variables
from policies.plan import Finding, Verdict
from policies.request import OperationKind, Request
from policies.units import in_list
from policies.versions import runs

NAME = "new hosts"
SIBLINGS = 3
"""So many that do the same work are looked at too: what differs between them shows which value is the odd one."""
OWN = (conf_writing, variables, open_files, threads, kernel, room)
COMPARED = (conf_drift, networks, java, clocks, kerberos, catalogs, udfs)

Coming = Callable[[Request, ClusterState], Mapping[Address, NodeKind]]
"""Which nodes a request brings."""


def named_as(kind: NodeKind) -> Coming:
    """Everything that is named and not there yet."""

    def coming(request: Request, state: ClusterState) -> Mapping[Address, NodeKind]:
        return {address: kind for address in request.targets if address not in state.kinds}

    return coming


def brought_in(request: Request, state: ClusterState) -> Mapping[Address, NodeKind]:
    """What follows after `to`, by its port, and backends that are to come back on other disks."""
    edit_log_port = usual_port(NodeKind.FOLLOWER, state)
    kinds = {a: NodeKind.FOLLOWER if a.port == edit_log_port else NodeKind.BACKEND for a in request.into if a not in state.kinds}
    return kinds | {address: NodeKind.BACKEND for address in rebuilt(request) if state.backend(address) is not None}


def rebuilt(request: Request) -> tuple[Address, ...]:
    """Backends that leave and come back."""
    if request.kind is OperationKind.REBUILD_BACKEND:
        return request.targets
    return tuple(Address.parse(part) for part in request.options.get("rebuild", "").split(",") if part)


class and_siblings:  # noqa: N801  (called like a function; a class so that entries of the menu stay comparable)
    """The new nodes, some of their kind, and the leader, whose clock is what counts; and what leaves for them."""

    def __init__(self, coming: Coming) -> None:
        self.coming = coming

    def __call__(self, request: Request, state: ClusterState) -> Mapping[Address, NodeKind]:
        new = self.coming(request, state)
        known = [address for process in ("FE", "BE", "CN") for address in _siblings(process, new, state)]
        known += [state.leader.address] if state.leader else []
        known += [address for address in request.targets if request.into and address in state.kinds]
        return {address: state.kinds[address] for address in known if address not in new} | dict(new)


def _siblings(process: str, new: Mapping[Address, NodeKind], state: ClusterState) -> list[Address]:
    """Living ones first: a host that is down says nothing."""
    if process not in {kind.process for kind in new.values()}:
        return []
    alike = [node for node in state.nodes if state.kinds[node.address].process == process and node.address not in new]
    return [node.address for node in sorted(alike, key=lambda node: not node.alive)][:SIBLINGS]


def judge_new(kind: NodeKind, targets: tuple[Address, ...], state: ClusterState) -> tuple[Finding, ...]:
    """What is to be mended on the new hosts; what the others have wrong already is not told here."""
    new = coming(kind, targets, state)
    if not new:
        return ()
    looked = [node for node in new if not node.look.trouble]
    others = [node for node in seen(state) if not node.look.trouble and node.address not in targets]
    found = [*_unreached(new), *_installed(looked, state.version)]
    found += [finding for rule in OWN for finding in rule(looked)]
    compared = (finding for rule in COMPARED for finding in rule([*others, *looked]))
    found += [finding for finding in compared if any(is_about(finding.sentence, node.address.host) for node in looked)]
    found += [*ports(looked, state.run_mode), *members(kind, looked, others, state)]
    found += [*dropped(new, others), *endpoints_of(looked, others)]
    found = [finding for finding in found if finding.verdict is not Verdict.OK]
    return tuple(found) or (fine(NAME, f"{in_list([str(node) for node in new])}: installed and configured like the others."),)


def judge_brought_in(new: Mapping[Address, NodeKind], state: ClusterState) -> tuple[Finding, ...]:
    """The same for nodes of several kinds."""
    kinds: Iterable[NodeKind] = dict.fromkeys(new.values())
    found = [finding for kind in kinds for finding in judge_new(kind, tuple(a for a, k in new.items() if k is kind), state)]
    return tuple(dict.fromkeys(found))


def is_about(sentence: str, host: str) -> bool:
    """Whether a host is named: 10.84.0.1 is not in "10.84.0.18"."""
    return re.search(rf"(?<![\w.:-]){re.escape(host)}(?![\w-]|\.\w)", sentence) is not None


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
