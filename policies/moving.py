"""Several nodes change places in one plan: which come, which leave, which are rebuilt, and in what order.

The order keeps every promise at each step: new backends first, so that there is room and enough hosts; then what is
rebuilt, since its new disk is room again; then the old backends, one by one; frontends last, each new one before an old
one goes, the leader at the very end.
"""

from collections.abc import Iterable

from policies import checks
from policies.address import Address
from policies.checks.new_node import new_node
from policies.checks.voters import NAME as VOTERS
from policies.cluster import Backend, ClusterState, Frontend, NodeKind, Role
from policies.joining import by_driver, judge_starts, reached
from policies.pacing import Pacing
from policies.plan import Finding, Step, Verdict
from policies.record import Record
from policies.steps.drain import drain
from policies.steps.join import join
from policies.steps.leave import leave_frontend, stop_drained
from policies.steps.rebuild import judge_rebuild, rebuild
from policies.units import in_bytes, in_count, in_list
from policies.unlisted import no_backend
from policies.voters import votes, why_not_drop

TARGET = "target"


class Moving(Record):
    """Who comes, leaves or is rebuilt. What is in the wished state already is in none of these."""

    new_backends: tuple[Address, ...] = ()
    old_backends: tuple[Backend, ...] = ()
    rebuilt: tuple[Backend, ...] = ()
    new_frontends: tuple[Address, ...] = ()
    old_frontends: tuple[Frontend, ...] = ()
    path: str = ""

    @property
    def drained(self) -> tuple[Backend, ...]:
        return (*self.rebuilt, *self.old_backends)


def fullest_first(backends: tuple[Backend, ...]) -> tuple[Backend, ...]:
    """The disk nearest to its limit is relieved first; nothing lands on a node that leaves later but is almost full."""
    return tuple(sorted(backends, key=lambda b: (-b.max_disk_used_share, b.address)))


def leader_last(frontends: tuple[Frontend, ...]) -> tuple[Frontend, ...]:
    """Each change of the leader costs an election, so it is asked for once, at the end."""
    return tuple(sorted(frontends, key=lambda f: (f.role is Role.LEADER, f.address)))


def steps_of(moving: Moving, state: ClusterState, pacing: Pacing) -> tuple[Step, ...]:
    """All steps in their order."""
    found = [step for address in moving.new_backends for step in _joined(NodeKind.BACKEND, address, state, pacing)]
    for backend in fullest_first(moving.rebuilt):
        found += rebuild(backend, moving.path, state, pacing)
    for backend in fullest_first(moving.old_backends):
        found += drain(backend)
        found += [stop_drained(backend, pacing)] if reached(backend.address, state) else []
    return (*found, *_frontend_steps(moving, state, pacing))


def _joined(role: NodeKind, address: Address, state: ClusterState, pacing: Pacing) -> tuple[Step, ...]:
    return join(role, address, state, pacing=pacing, by_ssh=by_driver(role, address, state))


def _frontend_steps(moving: Moving, state: ClusterState, pacing: Pacing) -> list[Step]:
    """New ones beyond the number of old ones first, then one for one."""
    old, new = leader_last(moving.old_frontends), list(moving.new_frontends)
    found: list[Step] = []
    while new and len(new) > len(old):
        found += _joined(NodeKind.FOLLOWER, new.pop(0), state, pacing)
    for frontend in old:
        if new:
            found += _joined(NodeKind.FOLLOWER, new.pop(0), state, pacing)
        kind = NodeKind.OBSERVER if frontend.role is Role.OBSERVER else NodeKind.FOLLOWER
        others_elect = len(state.frontends) + len(moving.new_frontends) > 2
        found += leave_frontend(kind, frontend, others_elect=others_elect, by_ssh=reached(frontend.address, state))
    return found


def findings_of(moving: Moving, state: ClusterState) -> tuple[Finding, ...]:
    """Every rule, judged on the cluster as each of the stages will meet it."""
    grown = _with_newcomers(moving, state)
    found = [*checks.leader((), state), *checks.rights((), state)]
    if moving.new_backends or moving.rebuilt or moving.new_frontends:
        found += checks.one_version((), state)
    for backend in moving.rebuilt:
        found += _drain_findings((backend.address,), grown, moving)
    if moving.old_backends:
        found += _drain_findings(tuple(b.address for b in moving.old_backends), grown, moving)
    found += _voters(moving, state)
    found += _on_hosts(moving, state)
    found += _order_words(moving)
    return tuple(_once(found))


def _on_hosts(moving: Moving, state: ClusterState) -> list[Finding]:
    """What the looks at hosts say of those that come, and which old processes nobody here can stop."""
    found: list[Finding] = []
    for kind, new in ((NodeKind.BACKEND, moving.new_backends), (NodeKind.FOLLOWER, moving.new_frontends)):
        found += judge_starts(kind, new, state)
    for backend in moving.rebuilt:
        found += judge_rebuild(backend, moving.path, state)
    dark = [b.address for b in moving.old_backends if not reached(b.address, state)]
    if dark and state.hosts is not None:
        words = f"The BE process of {_names(dark)} is not stopped afterwards: its host cannot be looked at."
        found.append(Finding(check="hosts", verdict=Verdict.WARN, sentence=words, advice="Stop it by hand when the node has left."))
    return found


def _with_newcomers(moving: Moving, state: ClusterState) -> ClusterState:
    """The cluster once the new backends are up. Their disks are not known before they report."""
    newcomers = tuple(
        Backend(
            id=-1 - number, address=address, alive=True, decommissioned=False, tablets=0, data_used=0, avail=0, total=0,
            used_share=0.0, max_disk_used_share=0.0, version=state.version,
        )
        for number, address in enumerate(moving.new_backends)
    )  # fmt: skip
    return state.with_(backends=(*state.backends, *newcomers))


ROOM_RULES = (checks.room, checks.destinations)


def _drain_findings(targets: tuple[Address, ...], state: ClusterState, moving: Moving) -> list[Finding]:
    rules = [rule for rule in checks.DECOMMISSION_BACKEND if rule not in (checks.leader, checks.privileges)]
    rules.append(checks.privileges)
    if not moving.new_backends:
        return list(checks.run(rules, targets, state))
    rules = [rule for rule in rules if rule not in ROOM_RULES]
    new = in_list([str(address) for address in moving.new_backends])
    words = f"Room is judged right before each drain, when {new} have told how large their disks are."
    later = Finding(check="room", verdict=Verdict.WARN, sentence=words, advice="Without room the operation stops there and asks.")
    return [*checks.run(rules, targets, state), later]


def _voters(moving: Moving, state: ClusterState) -> list[Finding]:
    """The number of votes along the way; no step may cost the majority."""
    if not moving.new_frontends and not moving.old_frontends:
        return []
    rest, path = state, [votes(state).total]
    new = list(moving.new_frontends)
    old = leader_last(moving.old_frontends)
    while new and len(new) > len(old):
        rest = _with_follower(rest, new.pop(0))
        path.append(votes(rest).total)
    for frontend in old:
        if new:
            rest = _with_follower(rest, new.pop(0))
            path.append(votes(rest).total)
        if frontend.role is Role.OBSERVER:
            continue
        reason = why_not_drop(rest, frontend.address)
        if reason is not None:
            return [Finding(check=VOTERS, verdict=Verdict.BLOCK, sentence=reason, advice="Add a frontend first.")]
        rest = rest.with_(frontends=tuple(f for f in rest.frontends if f.address != frontend.address))
        path.append(votes(rest).total)
    words = f"Voting frontends on the way: {' → '.join(str(number) for number in path)}; the majority holds at every step."
    if path[-1] % 2 == 0:
        advice = "An even number of voters tolerates no more failures than one less."
        return [Finding(check=VOTERS, verdict=Verdict.WARN, sentence=words, advice=advice)]
    return [Finding(check=VOTERS, verdict=Verdict.OK, sentence=words, told=True)]


def _with_follower(state: ClusterState, address: Address) -> ClusterState:
    joined = Frontend(
        name="", address=address, role=Role.FOLLOWER, alive=True, joined=True, query_port=0, http_port=0, rpc_port=0,
        journal_id=0, version=state.version,
    )  # fmt: skip
    return state.with_(frontends=(*state.frontends, joined))


def _order_words(moving: Moving) -> list[Finding]:
    parts = []
    if moving.new_backends:
        parts.append(f"{_names(moving.new_backends)} join first, so that there is room and enough hosts")
    if moving.rebuilt:
        rebuilt = _names(b.address for b in fullest_first(moving.rebuilt))
        parts.append(f"{rebuilt} is drained, rebuilt and added again as a new node")
    if moving.old_backends:
        parts.append(f"{_names(b.address for b in fullest_first(moving.old_backends))} leave one by one, the fullest first")
    if moving.old_frontends:
        parts.append("frontends change one for one, a leader last")
    if len(parts) < 2 and len(moving.drained) < 2:
        return []
    return [Finding(check="order", verdict=Verdict.OK, sentence=f"Order: {'; '.join(parts)}.", told=True)]


def _names(addresses: Iterable[Address]) -> str:
    return in_list([str(address) for address in addresses])


def _once(findings: list[Finding]) -> list[Finding]:
    return list(dict.fromkeys(findings))


def newcomers_wrong(kind: NodeKind, addresses: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """What is wrong with the addresses of new nodes; an OK for each that is right."""
    return new_node(kind)(addresses, state) if addresses else []


def wrong_target(address: Address, state: ClusterState) -> Finding:
    sentence, advice = no_backend(address, state)
    return Finding(check=TARGET, verdict=Verdict.BLOCK, sentence=sentence, advice=advice)


def moved_words(moving: Moving, into: tuple[Address, ...]) -> str:
    """What may be said at the end."""
    tablets, size = sum(b.tablets for b in moving.drained), sum(b.data_used for b in moving.drained)
    sentences = []
    if into:
        sentences.append(f"{_names(into)} {'is' if len(into) == 1 else 'are'} in the cluster.")
    if moving.rebuilt:
        sentences.append(f"{_names(b.address for b in moving.rebuilt)} is back on its new disk, with a new id.")
    gone = [*(b.address for b in moving.old_backends), *(f.address for f in moving.old_frontends)]
    if gone:
        sentences.append(f"{_names(gone)} {'is' if len(gone) == 1 else 'are'} out.")
    if tablets:
        sentences.append(f"{in_count(tablets)} tablets ({in_bytes(size)}) moved.")
    return " ".join(sentences)
