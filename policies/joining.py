"""Who starts the process of a new node: a driver where it can, else a person; and what the plan says of it."""

from policies.address import Address
from policies.cluster import ClusterState, NodeKind
from policies.host_checks.seen import coming
from policies.host_checks.stores import judge_stores
from policies.plan import Finding, Verdict

NAME = "start"


def reached(address: Address, state: ClusterState) -> bool:
    """Whether a driver looks at the host of this node."""
    look = state.host_of(address)
    return look is not None and not look.trouble


def by_driver(role: NodeKind, address: Address, state: ClusterState) -> bool:
    """Whether a job on the host starts it; else a person is asked."""
    return state.hosts is not None and not _why_by_people(role, address, state)


def judge_starts(role: NodeKind, new: tuple[Address, ...], state: ClusterState) -> tuple[Finding, ...]:
    """What lies where the new nodes will keep their data, and who starts them; nothing where hosts are in people's hands."""
    if state.hosts is None or not new:
        return ()
    stores = judge_stores(coming(role, new, state), state.cluster_id)
    return (*stores, *(_started(role, address, state) for address in new))


def _started(role: NodeKind, address: Address, state: ClusterState) -> Finding:
    why = _why_by_people(role, address, state)
    if why:
        return Finding(check=NAME, verdict=Verdict.WARN, sentence=why, advice="It is asked for in the thread.")
    helper = f", this once with --helper {state.leader.address}" if role.frontend and state.leader else ""
    words = f"The {role.short} process on {address.host} is started over SSH{helper}, and stopped again by an abort."
    return Finding(check=NAME, verdict=Verdict.OK, sentence=words, told=True)


def _why_by_people(role: NodeKind, address: Address, state: ClusterState) -> str:
    """Why nobody but a person can start it, as a sentence; empty when a driver can."""
    look = state.host_of(address)
    who = f"the {role.short} process on {address.host}"
    if look is None or look.trouble or look.survey is None:
        return f"A person starts {who}: the host cannot be looked at."
    if look.process is not None:
        return f"Process {look.process.pid} runs as {role.process} on {address.host} already: it is waited for, not started."
    if not look.survey.installed:
        return f"A person installs and starts {who}: nothing is installed there."
    if role.frontend and state.leader is None:
        return f"A person starts {who}: no frontend leads, which it could copy the metadata from."
    if role.frontend and look.survey.unit:
        return f"A person starts {who}, this once by hand: systemd unit {look.survey.unit} cannot pass --helper."
    return ""
