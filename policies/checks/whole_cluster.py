"""The whole cluster goes down, or comes up from what is known of it: what must be so, and what it costs."""

from policies.address import Address
from policies.cluster import ClusterState, Frontend, Role
from policies.conditions.whole import runs
from policies.plan import Finding, Verdict
from policies.units import in_count, in_list, in_time
from policies.voters import Votes, voters

HOSTS = "hosts"
"""As the checks of single nodes call it: a link that is down right before the start is waited for."""


def something_runs(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """A node without a process has nothing to stop, and an abort must not start it."""
    down = [address for address in targets if runs(address, state) is False]
    if len(down) == len(targets):
        return [_finding("target", Verdict.BLOCK, "No process of the cluster runs: there is nothing to stop.")]
    if not down:
        return []
    words = f"No process of {_names(down)} runs now."
    return [_finding("target", Verdict.WARN, words, "There is nothing to stop there, and an abort starts nothing there.")]


def living_reached(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """Who is alive is stopped, so its host must be reached; a machine that is dead already is left as it is."""
    if state.hosts is None:
        words = "No driver reaches the hosts of this cluster: people are asked in the thread, and what they did is seen."
        return [_finding(HOSTS, Verdict.OK, words, told=True)]
    alive = {node.address for node in state.nodes if node.alive}
    hidden = [address for address in targets if runs(address, state) is None]
    running = [address for address in hidden if address in alive]
    if running:
        words = f"{_names(running)} {_are(running)} alive, and nobody can look there: {_why(running[0], state)}."
        return [_finding(HOSTS, Verdict.BLOCK, words, "Mend that first, then ask again.")]
    if hidden:
        words = f"{_names(hidden)} {_are(hidden)} not alive, and nobody can look there: {_why(hidden[0], state)}."
        return [_finding(HOSTS, Verdict.WARN, words, "A process that runs there all the same is not stopped.")]
    return [_finding(HOSTS, Verdict.OK, f"The hosts of all {len(targets)} nodes were reached over SSH.")]


def ports_answer(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """Where people stop processes, a port that falls silent is all that shows it; one that never answered shows nothing."""
    if state.hosts is not None:
        return []
    alive = {node.address for node in state.nodes if node.alive}
    hidden = [address for address in targets if address in alive and runs(address, state) is not True]
    if not hidden:
        return [_finding("ports", Verdict.OK, f"All {len(targets)} nodes are seen to run by their ports.")]
    words = f"{_names(hidden)} {_are(hidden)} alive, but nothing answers there from here: no stop could be seen."
    advice = "Let the workers reach these ports, or set up SSH to the hosts; then ask again."
    return [_finding("ports", Verdict.BLOCK, words, advice)]


def nobody_leaves(_targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    leaving = [backend.address for backend in state.backends if backend.decommissioned]
    if not leaving:
        return [_finding("drains", Verdict.OK, "No backend is being drained.")]
    words = f"{_names(leaving)} {_are(leaving)} being drained."
    return [_finding("drains", Verdict.BLOCK, words, "Let that end, or `/sr cancel decommission`; then ask again.")]


def work_lost(_targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """Loads and queries that run now end with the processes; jobs in the metadata go on after the start."""
    queries = sum(worker.running_queries or 0 for worker in state.workers)
    parts = [f"{in_count(queries)} {'query' if queries == 1 else 'queries'}"] if queries else []
    if state.transactions:
        oldest = min((load.prepared for load in state.transactions if load.prepared), default=None)
        since = f" (the oldest since {in_time(state.taken_at - oldest)})" if oldest is not None else ""
        count = len(state.transactions)
        parts.append(f"{in_count(count)} {'load' if count == 1 else 'loads'}{since}")
    found = []
    if parts:
        advice = "Stop what loads first; choose a quiet hour."
        found.append(_finding("running work", Verdict.WARN, f"Running now: {in_list(parts)} would be lost.", advice))
    if state.transactions is None:
        found.append(_finding("running work", Verdict.WARN, "Which loads run could not be read.", "Those that run are lost."))
    if state.alter_jobs:
        words = f"ALTER jobs running now: {len(state.alter_jobs)}. They go on after the start, some of them from the beginning."
        found.append(_finding("running work", Verdict.WARN, words))
    return found or [_finding("running work", Verdict.OK, "No query and no load runs now.")]


def members_known(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    if not targets:
        why = state.unread.get("frontends", "").rstrip(".")
        words = f"No frontend answers{f' ({why})' if why else ''}, and the members of this cluster were never seen."
        advice = "Start the frontends by hand, the one that led last first; then ask again."
        return [_finding("target", Verdict.BLOCK, words, advice)]
    if state.remembered_at is None:
        return [_finding("members", Verdict.OK, "A frontend answers: the members are those it lists.")]
    led = f" {state.leader.address.host} led then." if state.leader is not None else ""
    words = f"No frontend answers. The plan is made of the members as last seen at {state.remembered_at:%Y-%m-%d %H:%M} UTC.{led}"
    return [_finding("members", Verdict.WARN, words, "Whatever was added or dropped since is not in it.")]


def nobody_leads(_targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """A cluster that serves, and only does not answer us, is never stopped without its drains and loads having been looked at."""
    up = [voter for voter in voters(state) if runs(voter.address, state) is not False]
    now = Votes(total=len(voters(state)), alive=len(up))
    if now.hold:
        words = f"No frontend answers, yet {now.alive} of {now.total} voting frontends may run: the cluster may be at work."
        return [_finding("leader", Verdict.BLOCK, words, "Mend the way to them, or stop those frontends by hand; then ask again.")]
    words = f"No frontend answers, and only {now.alive} of {now.total} voting frontends run: nobody leads."
    return [_finding("leader", Verdict.WARN, words, "Loads and drains cannot be looked at; they end with the processes.")]


def something_is_down(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """Nodes that run are left alone; those whose host cannot be looked at are left out."""
    up = [address for address in targets if runs(address, state) is True]
    hidden = [address for address in targets if runs(address, state) is None]
    left_out = [_hidden(hidden, state)] if hidden else []
    if len(up) + len(hidden) == len(targets) and not (hidden and state.hosts is None):
        words = "Every process that could be looked at runs: there is nothing to start."
        answered = state.remembered_at is None
        advice = "`/sr nodes` tells what the cluster sees of them." if answered else "Look at fe.log of the frontends."
        return [*left_out, _finding("target", Verdict.BLOCK, words, advice)]
    if not up:
        return left_out
    words = f"{_names(up)} {'runs' if len(up) == 1 else 'run'} already and {_are(up)} left alone."
    return [_finding("running", Verdict.OK, words, told=True), *left_out]


def voters_enough(_targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    """More than half of the followers elect a leader, and the one that led last has the newest journal."""
    reached = [voter for voter in voters(state) if state.hosts is None or runs(voter.address, state) is not None]
    now = Votes(total=len(voters(state)), alive=len(reached))
    if not now.hold:
        words = f"Only {now.alive} of {now.total} voting frontends run or can be started; {now.majority} elect a leader."
        return [_finding(HOSTS, Verdict.BLOCK, words, "Bring their hosts back first.")]
    led = next((f for f in state.frontends if f.role is Role.LEADER), None)
    if led is not None and led not in reached:
        return [_without_the_last_leader(led)]
    return [_finding("voters", Verdict.OK, f"{now.alive} of {now.total} voting frontends take part; {now.majority} are needed.")]


def _without_the_last_leader(led: Frontend) -> Finding:
    words = f"{led.address} led last and cannot be started: what it wrote last and nobody confirmed is rolled back without it."
    return _finding("voters", Verdict.WARN, words, "Better bring its host back first; approving accepts this.")


def _hidden(hidden: list[Address], state: ClusterState) -> Finding:
    if state.hosts is None:
        words = f"Whether a process of {_names(hidden)} runs cannot be seen from here: no way leads to the port."
        return _finding(HOSTS, Verdict.WARN, words, "Somebody must skip the steps that wait for them.")
    words = f"{_names(hidden)} {_are(hidden)} left out, for nobody can look there: {_why(hidden[0], state)}."
    return _finding(HOSTS, Verdict.WARN, words, "`/sr start all` again starts them once their hosts are back.")


def _why(address: Address, state: ClusterState) -> str:
    look = state.host_of(address)
    return (look.trouble if look is not None else "it was not looked at").rstrip(".")


def _are(some: list[Address]) -> str:
    return "is" if len(some) == 1 else "are"


def _names(addresses: list[Address]) -> str:
    return in_list([str(address) for address in addresses])


def _finding(check: str, verdict: Verdict, sentence: str, advice: str = "", *, told: bool = False) -> Finding:
    return Finding(check=check, verdict=verdict, sentence=sentence, advice=advice, told=told)
