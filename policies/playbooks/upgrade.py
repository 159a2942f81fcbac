"""Rolling upgrade and downgrade: every node to one version, one at a time, the balancer frozen meanwhile.

Mission document 002 §upgrade and the notes of 003, corrected by the manual (deployment/upgrade, deployment/downgrade): backends and
compute nodes first, followers next, the leader last; a downgrade the other way round. A node that runs the version already is left
alone, so that a roll that was broken off goes on where it was.
"""

from datetime import datetime
from typing import Literal

from policies import checks
from policies.checks.interrupted_node import copies_enough, goes_dark, hosts_reached, majority_meanwhile
from policies.cluster import Backend, ClusterState, ComputeNode, Frontend, NodeKind
from policies.estimate import DrainRecord
from policies.facts import nodes_facts
from policies.images import CREATE_IMAGE_SINCE
from policies.pacing import Pacing
from policies.packages import Recipient
from policies.plan import Estimate, Fact, Finding, Plan, Step, Verdict
from policies.playbooks.processes import accepted
from policies.playbooks.shape import MakePlan
from policies.releases.conf_first import left_over, lines_of, to_write
from policies.releases.freeze import judge_freeze, to_freeze
from policies.releases.hosts_ready import judge_roll, kept_files
from policies.releases.order import Stage, Turn, downgrade_order, explained, upgrade_order
from policies.releases.paths import Direction, PathFinding, crosses_line, direction, judge_path, to_do_first
from policies.releases.set_first import set_for_good, to_set_first, to_set_for_good, told
from policies.request import Request
from policies.steps import by_people, swap
from policies.steps.conf_line import out_of_files
from policies.steps.image import image_step
from policies.steps.lend import Lent, give_back, lend, lent_fact
from policies.steps.routine_loads import tell_paused
from policies.units import in_list
from policies.versions import build, known_since, runs

Way = Literal["upgrade", "downgrade"]
Node = Backend | ComputeNode | Frontend

TO = "to"
ALTER_RULES = frozenset({"3.3-schema-changes", "3.4-rollup-jobs"})
SECONDS = {NodeKind.BACKEND: (45.0, 900.0), NodeKind.COMPUTE_NODE: (30.0, 300.0), NodeKind.FOLLOWER: (45.0, 600.0)}
"""Of the cluster, for one node until the next one's turn; as a restart, and the exchange of files."""


def upgrade(way: Way) -> MakePlan:
    """The playbook for one way."""

    def make_plan(
        request: Request,
        state: ClusterState,
        *,
        pacing: Pacing,
        revision: int,
        now: datetime,
        history: tuple[DrainRecord, ...] = (),
    ) -> Plan:
        del history
        wanted = request.options.get(TO, "")
        turns = [turn for turn in _order(way, state) if not runs(turn.version, wanted)]
        findings = accepted(_findings(way, wanted, turns, state), request)
        blocked = any(finding.verdict is Verdict.BLOCK for finding in findings)
        old = in_list(list(dict.fromkeys(turn.version for turn in turns)))
        lent = _lent(wanted, turns, state)
        return Plan(
            operation=request.id,
            revision=revision,
            kind=request.kind,
            cluster=request.cluster,
            made_at=now,
            title=f"{way.capitalize()} {len(turns)} nodes from {old} to {wanted}" if turns else f"{way.capitalize()} to {wanted}",
            reason=request.reason,
            command=request.command,
            targets=tuple(turn.address for turn in turns),
            steps=() if blocked else _steps(request, wanted, turns, state, pacing),
            findings=findings,
            facts=(*nodes_facts(state), *_versions(state), *(lent_fact(one) for one in (*lent, *_for_good(wanted, turns, state)))),
            estimate=_estimate(turns, pacing, by_people=state.hosts is None),
            unhealthy_baseline=state.health.unhealthy if state.health else 0,
            undo_words=_undo(
                way, old, wanted, _for_good(wanted, turns, state),
                by_people=state.hosts is None, back=not _no_way_back(wanted, turns, state),
            ),
            done_words=f"every node runs {wanted}; balancing is as it was before.",
        )

    return make_plan


def _order(way: Way, state: ClusterState) -> tuple[Turn, ...]:
    return upgrade_order(state) if way == "upgrade" else downgrade_order(state)


def _findings(way: Way, wanted: str, turns: list[Turn], state: ClusterState) -> tuple[Finding, ...]:
    if build(wanted) is None:
        words = f"`{wanted}` is no release such as 3.3.9." if wanted else "No version is named."
        return (_block(words, f"Write `{way} to 3.3.9`."),)
    if not turns:
        return (_block(f"Every node runs {wanted} already: there is nothing to do.", ""),)
    targets = tuple(turn.address for turn in turns)
    installed = sorted({turn.version for turn in turns})
    return (
        *_right_way(way, installed, wanted),
        *(told(found, state) for found in _paths(wanted, turns, state)),
        *_no_way_back(wanted, turns, state),
        *checks.leader((), state),
        *checks.rights((), state),
        *hosts_reached(targets, state),
        *_by_people(wanted, state),
        *_alter_jobs(wanted, turns, state),
        *checks.frontend_start(targets, state),
        *judge_roll(wanted, turns, state, back=way == "downgrade"),
        *_everybody_alive(state),
        *copies_enough(targets, state),
        *goes_dark(targets, state),
        *majority_meanwhile(targets, state),
        *checks.running_loads(targets, state),
        *checks.routine_loads(targets, state),
        *judge_freeze(state),
        *checks.stopping(targets, state),
        *_quiet_time(turns),
        *_rehearsal(way, wanted, installed, state),
        Finding(check="order", verdict=Verdict.OK, sentence=explained(tuple(turns)), told=True),
    )


def _paths(wanted: str, turns: list[Turn], state: ClusterState) -> tuple[PathFinding, ...]:
    """What is known about the way from every version that is installed; each thing once."""
    installed = sorted({turn.version for turn in turns})
    return tuple(dict.fromkeys(found for version in installed for found in judge_path(version, wanted, state.run_mode)))


def _no_way_back(wanted: str, turns: list[Turn], state: ClusterState) -> list[Finding]:
    """Whoever approves should know that the hop cannot be taken back, before the first node makes it."""
    installed = sorted({turn.version for turn in turns})
    ways = [found for version in installed for found in judge_path(wanted, version, state.run_mode)]
    closed = dict.fromkeys(found.finding.sentence for found in ways if found.finding.verdict is Verdict.BLOCK)
    if not closed:
        return []
    words = f"There is no way back from {wanted} to {in_list(installed)}: {' '.join(closed)}"
    advice = "Go by a version with a way back, or approve that. Abort puts the node in hand back all the same, which may not start."
    return [Finding(check="way back", verdict=Verdict.WARN, sentence=words, advice=advice)]


def _right_way(way: Way, installed: list[str], wanted: str) -> list[Finding]:
    other = {"upgrade": Direction.DOWN, "downgrade": Direction.UP}[way]
    wrong = [version for version in installed if direction(version, wanted) is other]
    if not wrong:
        return []
    opposite = "downgrade" if way == "upgrade" else "upgrade"
    return [_block(f"From {in_list(wrong)} to {wanted} is no {way}.", f"Ask for `{opposite} to {wanted}`.")]


def _everybody_alive(state: ClusterState) -> list[Finding]:
    down = [str(node.address) for node in state.nodes if not node.alive]
    if down:
        verb = "is" if len(down) == 1 else "are"
        return [_block(f"{in_list(down)} {verb} not alive.", "Bring every node back first: each is restarted, one at a time.")]
    return [Finding(check="all alive", verdict=Verdict.OK, sentence=f"All {len(state.nodes)} nodes are alive.")]


def _by_people(wanted: str, state: ClusterState) -> list[Finding]:
    if state.hosts is not None:
        return []
    words = f"Nothing here sees the hosts: no checksum of {wanted}, no Java, heap, room or clock is checked, no metadata copied."
    advice = "The plan pauses for people to verify and unpack the archive, and to copy the metadata; the rest is theirs as well."
    return [Finding(check="hosts", verdict=Verdict.WARN, sentence=words, advice=advice)]


def _alter_jobs(wanted: str, turns: list[Turn], state: ClusterState) -> list[Finding]:
    """Their records are what keeps an older frontend from starting."""
    if not any(found.rule in ALTER_RULES for found in _paths(wanted, turns, state)) or not state.alter_jobs:
        return []
    jobs = in_list([f"{job.database}.{job.table} ({job.state})" for job in state.alter_jobs])
    words = f"{wanted} may not start on the records of ALTER jobs, and {len(state.alter_jobs)} run now: {jobs}."
    return [_block(words, "Let them end, or CANCEL ALTER TABLE; then ask again.")]


def _quiet_time(turns: list[Turn]) -> list[Finding]:
    """Frontends of two versions at once may stop at a journal record that one of them does not know (StarRocks issue 21214)."""
    if sum(turn.kind.frontend for turn in turns) < 2:
        return []
    words = "From the first to the last frontend's turn nobody should create, alter or drop: two versions read one journal."
    advice = "Tell those who might; tables and partitions that come or go meanwhile are told in the thread."
    return [Finding(check="no DDL", verdict=Verdict.OK, sentence=words, advice=advice, told=True)]


def _rehearsal(way: Way, wanted: str, installed: list[str], state: ClusterState) -> list[Finding]:
    if way != "upgrade" or not any(crosses_line(version, wanted) for version in installed):
        return []
    words = f"`/sr rehearse {wanted}` shows beforehand whether a frontend of it reads this metadata."
    advice = "" if state.spare else "It wants a spare host in the settings of this cluster: docs/hosts.md."
    return [Finding(check="rehearsal", verdict=Verdict.OK, sentence=words, advice=advice, told=True)]


def _steps(request: Request, wanted: str, turns: list[Turn], state: ClusterState, pacing: Pacing) -> tuple[Step, ...]:
    """Packages everywhere, the balancer frozen, the metadata saved; then node by node; then the balancer as it was."""
    nodes = [(turn, row) for turn in turns if (row := state.node(turn.kind, turn.address)) is not None]
    kept = {turn.address: name for turn in turns if (name := kept_files(turn, wanted, state))}
    leader, on_hosts = state.leader, state.hosts is not None
    lent = _lent(wanted, turns, state)
    need = tuple(Recipient(role=turn.kind, address=row.address) for turn, row in nodes if on_hosts and turn.address not in kept)
    found = _paths(wanted, turns, state)
    steps = [swap.stage_all(need, wanted, state.stage_fan_out)] if need else []
    if not on_hosts:
        steps.append(by_people.packages([row.address for _, row in nodes], wanted))
    steps += [lend(one) for one in lent]
    steps += set_for_good(found, state)
    if leader is not None:
        steps += by_people.proofs(to_do_first(found), leader)
    if known_since(state.version, CREATE_IMAGE_SINCE):
        steps.append(image_step())
    if leader is not None:
        steps.append(swap.back_up(leader, f"{request.id}-before-{wanted}", state) if on_hosts else by_people.metadata(leader))
    lines = to_write(found, turns, state) if on_hosts else ()
    typed = tuple(first.line for first in lines_of(found)) if not on_hosts else ()
    for turn, row in nodes:
        line = next((each for each in lines if each.address == turn.address), None)
        leads = leader is not None and turn.address == leader.address and len(state.frontends) > 1
        version, is_kept = kept.get(turn.address, wanted), turn.address in kept
        steps += swap.swap(turn.kind, row, state, version, pacing, kept=is_kept, back=not leads, line=line, typed=typed)
        if turn.stage is Stage.CANARY and len(nodes) > 1:
            steps += swap.look_at(row, wanted, state)
    steps += [swap.everywhere(row, wanted) for _, row in nodes[-1:]]
    steps += [give_back(one) for one in reversed(lent)]
    return (*steps, *out_of_files((*lines, *left_over(lines, state)) if on_hosts else ()), *tell_paused(state))


def _lent(wanted: str, turns: list[Turn], state: ClusterState) -> tuple[Lent, ...]:
    """The balancer's settings, and those that the way itself wants for its time."""
    return (*to_freeze(state), *to_set_first(_paths(wanted, turns, state), state)) if turns else ()


def _for_good(wanted: str, turns: list[Turn], state: ClusterState) -> tuple[Lent, ...]:
    return to_set_for_good(_paths(wanted, turns, state), state) if turns else ()


def _versions(state: ClusterState) -> tuple[Fact, ...]:
    return tuple(Fact(key=f"runs {node.address}", label=f"Version of {node.address}", value=node.version) for node in state.nodes)


def _estimate(turns: list[Turn], pacing: Pacing, *, by_people: bool) -> Estimate:
    kinds = [NodeKind.FOLLOWER if turn.kind.frontend else turn.kind for turn in turns]
    low, high = (pacing.wall(sum(SECONDS[kind][end] for kind in kinds)) for end in (0, 1))
    reason = "for each node: new files, its metadata read again, the cluster at rest; without packages and the look at the first"
    return Estimate(low_s=low, high_s=high, reason=reason + ("; without the time people need on hosts" if by_people else ""))


def _undo(way: Way, old: str, wanted: str, for_good: tuple[Lent, ...], *, by_people: bool, back: bool) -> str:
    other = "downgrade" if way == "upgrade" else "upgrade"
    abort = f"Abort puts {old} back on the node in hand and gives the balancer back; nodes before it stay at {wanted}"
    if by_people:
        abort = f"Abort gives the balancer back; people put {old} back on the node in hand. Nodes before it stay at {wanted}"
    stays = "".join(f" What is set for good stays: `{one.name}` {one.new}, was {one.old}." for one in for_good)
    others = ": there is no way back for them"
    if back:
        others = f", and `/sr {other} to {old}` takes them back from the files that were kept"
    return (
        f"{abort}, which a cluster bears for a while{others}. "
        "Once the leader's turn has begun its journal may hold what the other version cannot read: from there on only forward."
        f"{stays}"
    )


def _block(sentence: str, advice: str) -> Finding:
    return Finding(check="target", verdict=Verdict.BLOCK, sentence=sentence, advice=advice)
