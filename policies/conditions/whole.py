"""A whole cluster that goes down or comes up: processes on hosts without any frontend, a leader, everybody alive."""

from policies.address import Address
from policies.awaited_whole import AllAlive, LeaderThere, ProcessesGone, ProcessesRun, WholeCondition
from policies.cluster import ClusterState
from policies.operation import Reading
from policies.units import in_list

FRONTENDS = "frontends"
"""The part of a look that is unread when no frontend answers."""


def runs(address: Address, state: ClusterState) -> bool | None:
    """Whether the node's process runs: as its host shows it, or by its port where no driver looks. None: nobody can tell."""
    if state.hosts is not None:
        look = state.host_of(address)
        return None if look is None or look.trouble else look.process is not None
    if address in (state.answering or ()):
        return True
    return False if address in (state.silent or ()) else None


def holds(condition: WholeCondition, state: ClusterState) -> bool:
    """Whether this look alone shows what the condition wants."""
    match condition:
        case ProcessesGone():
            return all(runs(address, state) is False for address in condition.addresses)
        case ProcessesRun():
            return all(runs(address, state) is True for address in condition.addresses)
        case LeaderThere():
            return state.leader is not None and state.leader.alive
        case AllAlive():
            return not _not_alive(condition, state)


def read(condition: WholeCondition, state: ClusterState) -> Reading:
    """What the condition sees, as a sentence."""
    done = holds(condition, state)
    match condition:
        case ProcessesGone() | ProcessesRun():
            return _processes(condition, state, done)
        case LeaderThere():
            leads = state.leader.address.host if state.leader is not None else ""
            return Reading(done=done, sentence=f"Frontend {leads} leads and answers." if done else _nobody_leads(state))
        case AllAlive():
            missing = _not_alive(condition, state)
            count, alive = len(condition.addresses), len(condition.addresses) - len(missing)
            if done:
                return Reading(done=True, share=1.0, sentence=f"All {count} nodes are alive.")
            if not state.frontends:
                return Reading(done=False, sentence=_nobody_leads(state))
            words = f"{alive} of {count} nodes are alive; not yet {_some(missing)}."
            return Reading(done=False, share=alive / count, sentence=words)


def _processes(condition: ProcessesGone | ProcessesRun, state: ClusterState, done: bool) -> Reading:
    who, many = f"{condition.role.process} {_some(list(condition.addresses))}", len(condition.addresses) > 1
    goes = isinstance(condition, ProcessesGone)
    if done and goes:
        return Reading(done=True, sentence=f"{who} {'are' if many else 'is'} stopped: no process runs there.")
    if done:
        return Reading(done=True, sentence=f"{who} {'have' if many else 'has'} started: a process runs there.")
    other = [address for address in condition.addresses if runs(address, state) is goes]
    unknown = [address for address in condition.addresses if runs(address, state) is None]
    words = []
    if other:
        words.append(f"{condition.role.process} {_some(other)} {'still runs' if goes else 'does not run yet'}.")
    if unknown:
        words.append(f"{_some(unknown)} cannot be looked at: {_trouble(unknown[0], state)}.")
    return Reading(done=False, sentence=" ".join(words))


def _trouble(address: Address, state: ClusterState) -> str:
    look = state.host_of(address)
    if state.hosts is not None:
        return (look.trouble if look is not None else "its host was not looked at").rstrip(".")
    return "its port cannot be tried from here"


def _nobody_leads(state: ClusterState) -> str:
    if state.frontends:
        return "A frontend answers, but none leads yet."
    why = state.unread.get(FRONTENDS, "").rstrip(".")
    return f"No frontend answers yet{f': {why}' if why else ''}."


def _not_alive(condition: AllAlive, state: ClusterState) -> list[Address]:
    alive = {node.address for node in state.nodes if node.alive}
    return [address for address in condition.addresses if address not in alive]


def _some(addresses: list[Address]) -> str:
    return in_list([str(address) for address in addresses])
