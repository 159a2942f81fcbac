"""Nodes to restart or stop: listed in the named role, and each may be away for a while."""

from collections.abc import Callable

from policies.address import Address
from policies.cluster import ClusterState, Frontend, NodeKind, Role, RunMode
from policies.interrupting import why_not_interrupt
from policies.plan import Finding, Verdict
from policies.units import in_count, in_list
from policies.voters import votes

NAME = "target"
HOSTS = "hosts"
MOST_NAMES = 5

Check = Callable[[tuple[Address, ...], ClusterState], list[Finding]]


def kind_at(state: ClusterState, address: Address, *, frontend: bool) -> NodeKind | None:
    """What is listed at an address: people say `fe` for followers and observers alike."""
    kinds = (NodeKind.FOLLOWER, NodeKind.OBSERVER) if frontend else (NodeKind.BACKEND, NodeKind.COMPUTE_NODE)
    return next((kind for kind in kinds if state.node(kind, address) is not None), None)


def interrupted_node(wanted: NodeKind, *, verb: str) -> Check:
    """The check for nodes of one kind; FOLLOWER stands for every frontend."""

    def check(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
        if not targets:
            return [_block("No node is named.", "Name one as host:port; `/sr nodes` lists them.")]
        if len(set(targets)) < len(targets):
            return [_block("A node is named twice.", "Name each node once.")]
        found = [finding for address in targets for finding in _one(wanted, address, state, verb)]
        return [*found, *_work_now(targets, state, verb)]

    return check


def any_node(verb: str) -> Check:
    """The check for nodes of every kind at once."""

    def check(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
        frontends = {frontend.address for frontend in state.frontends}
        backends = {backend.address for backend in state.backends}
        found = []
        for address in targets:
            other = NodeKind.BACKEND if address in backends else NodeKind.COMPUTE_NODE
            found += _one(NodeKind.FOLLOWER if address in frontends else other, address, state, verb)
        return [*found, *_work_now(targets, state, verb)] or [_block("No node is listed.", "`/sr nodes` lists them.")]

    return check


def one_at_a_time(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """A node that is stopped stays down: with a second one a tablet may lose all its copies, and frontends their majority."""
    del state
    if len(targets) < 2:
        return []
    words = f"{len(targets)} nodes would be down at the same time."
    return [_block(words, "Stop one at a time; to restart several, ask for `restart`, which does one after the other.")]


def _one(wanted: NodeKind, address: Address, state: ClusterState, verb: str) -> list[Finding]:
    kind = kind_at(state, address, frontend=wanted.frontend)
    if kind is None or (not wanted.frontend and kind is not wanted):
        return [_not_there(wanted, address, state, verb)]
    row = state.node(kind, address)
    why_not = why_not_interrupt(state, kind, address)
    if row is None or (why_not is not None and verb != "start"):
        return [_block(why_not or f"{address} is not listed.", "Wait until that is over, then ask again.")]
    if verb == "start":
        up = f"{address} is alive: there is nothing to start."
        return [_block(up, "`/sr restart` restarts it.") if row.alive else _finding(Verdict.OK, f"{address} is not alive.")]
    if not row.alive and verb == "stop":
        return [_block(f"{address} is not alive: there is nothing to stop.", "`/sr nodes` tells what the cluster sees of it.")]
    if not row.alive:
        advice = f"`/sr start {kind.process.lower()} {address}` may be what you want."
        return [_finding(Verdict.WARN, f"{address} is not alive.", advice)]
    if isinstance(row, Frontend):
        return [_frontend(row, state)]
    return [] if row.running_queries else [_finding(Verdict.OK, f"{address} is a {kind.short}, alive; it runs no query now.")]


def _not_there(wanted: NodeKind, address: Address, state: ClusterState, verb: str) -> Finding:
    other = next((k for k in NodeKind if state.node(k, address) is not None), None)
    if other is not None:
        words = f"{address} is a {other.short}, not a {wanted.process}."
        return _block(words, f"Ask for `{verb} {other.process.lower()} {address}`.")
    listed = state.frontends if wanted.frontend else state.workers
    near = [f"`{node.address}`" for node in listed if node.address.host == address.host]
    advice = f"Did you mean {in_list(near)}?" if near else "`/sr nodes` lists the nodes."
    return _block(f"There is no {wanted.process} {address} in cluster {state.cluster}.", advice)


def _frontend(row: Frontend, state: ClusterState) -> Finding:
    now = votes(state)
    if row.role is not Role.OBSERVER and now.total < 3:
        words = f"{now.words}: no statement is answered" if now.total == 1 else f"{now.words}: no write is taken"
        return _finding(Verdict.WARN, f"While {row.address} is down, {words}.", "Approving accepts this for some minutes.")
    if row.role is Role.LEADER:
        words = f"{row.address} leads: its turn comes last, and another frontend is elected when it stops."
        return _finding(Verdict.WARN, words, "For some seconds no load commits and no statement that changes something is taken.")
    return _finding(Verdict.OK, f"{row.address} is {row.role.value.lower()}, alive; {now.words}.")


def majority_meanwhile(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """Fewer than three voters: whoever approves accepts that the cluster has no majority while one of them is down."""
    voters = [row for row in state.frontends if row.address in targets and row.role is not Role.OBSERVER]
    return [_frontend(voters[0], state)] if voters and votes(state).total < 3 else []


def _work_now(targets: tuple[Address, ...], state: ClusterState, verb: str) -> list[Finding]:
    """What runs on the nodes now, in one line for all of them."""
    alive = [row for row in state.workers if row.address in targets and row.alive]
    busy = [(row.address, row.running_queries) for row in alive if row.running_queries]
    if not busy or verb == "start":
        return []
    if len(busy) == 1:
        address, queries = busy[0]
        words = f"{address} runs {in_count(queries)} {'query' if queries == 1 else 'queries'} now."
    else:
        words = f"Queries run now on {in_list([f'{address} ({in_count(queries)})' for address, queries in busy], MOST_NAMES)}."
    advice = "Those that are not over when their node stops fail or are tried again. Choose a quiet hour."
    return [_finding(Verdict.WARN, words, advice)]


def goes_dark(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """Tables whose only copy is on a node that will be down: a drain copies them first, a restart does not."""
    if state.run_mode is RunMode.SHARED_DATA:
        return []
    if state.one_replica is None:
        words = "Which tables have their only copy on these nodes could not be read."
        return [Finding(check="one_replica", verdict=Verdict.WARN, sentence=words, advice="Such tables cannot be read meanwhile.")]
    ids = {b.id: str(b.address) for b in state.backends if b.address in targets}
    tables = sorted((t for t in state.one_replica if t.backend_id in ids), key=lambda t: -t.tablets)
    if not tables:
        words = "Every table has a second copy elsewhere."
        return [Finding(check="one_replica", verdict=Verdict.OK, sentence=words)]
    tablets, names = sum(t.tablets for t in tables), list(dict.fromkeys(t.name for t in tables))
    shown = in_list(names[:MOST_NAMES]) + (f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else "")
    words = f"{in_count(tablets)} tablets have their only copy there, and cannot be used while their node is down: {shown}."
    advice = "Approving accepts this."
    return [Finding(check="one_replica", verdict=Verdict.WARN, sentence=words, advice=advice, told=True)]


def copies_enough(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """Tablets that lack a good copy already: the restart could take away another."""
    del targets
    health = state.health
    if state.run_mode is RunMode.SHARED_DATA:
        return []
    if health is None:
        return [Finding(check="tablet health", verdict=Verdict.BLOCK, sentence="The health of the tablets could not be read.",
                        advice="Ask again when SHOW PROC '/statistic' answers.")]  # fmt: skip
    if health.bad:
        all_of = in_count(health.tablets)
        words = f"{in_count(health.bad)} of {all_of} tablets are not healthy: a restart could take their last good copy away."
        return [Finding(check="tablet health", verdict=Verdict.BLOCK, sentence=words,
                        advice="Let the repair end first: SHOW PROC '/statistic' counts them.")]  # fmt: skip
    return [Finding(check="tablet health", verdict=Verdict.OK, sentence=f"All {in_count(health.tablets)} tablets are healthy.")]


def hosts_reached(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """Every host that a job will run on can be looked at now."""
    if state.hosts is None:
        words = "No driver reaches the hosts of this cluster: people are asked in the thread, and what they did is seen."
        return [Finding(check=HOSTS, verdict=Verdict.OK, sentence=words, told=True)]
    looks = [state.host_of(address) for address in targets]
    troubled = [look.trouble for look in looks if look is not None and look.trouble]
    if troubled or None in looks:
        words = f"Not every host can be reached. {' '.join(troubled) or 'Some were not looked at.'}"
        return [Finding(check=HOSTS, verdict=Verdict.BLOCK, sentence=words, advice="Mend that first, then ask again.")]
    return [Finding(check=HOSTS, verdict=Verdict.OK, sentence=f"All {len(targets)} hosts were reached over SSH.")]


def _finding(verdict: Verdict, sentence: str, advice: str = "") -> Finding:
    return Finding(check=NAME, verdict=verdict, sentence=sentence, advice=advice)


def _block(sentence: str, advice: str) -> Finding:
    return _finding(Verdict.BLOCK, sentence, advice)
