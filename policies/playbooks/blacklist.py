"""Put nodes on the blacklist of every frontend, or take them off: queries and loads are then planned around them.

A blacklist is memory of one frontend, lost when it restarts, and touches neither replicas nor drains
(fe: qe/SimpleScheduler.java). So there is a step for each frontend, and one that cannot be reached blocks the plan.
"""

from datetime import datetime

from policies import checks
from policies.acts import SetBlacklist
from policies.awaited import OnBlacklist
from policies.cluster import Backend, ClusterState, ComputeNode, NodeKind
from policies.estimate import DrainRecord
from policies.facts import nodes_facts
from policies.pacing import Pacing
from policies.plan import Estimate, Finding, Plan, Step, Verdict
from policies.playbooks.shape import MakePlan
from policies.request import Request
from policies.units import in_list
from policies.versions import BLACKLIST_SINCE, known_since

SECONDS = (1.0, 20.0)


def blacklist(kind: NodeKind, *, listed: bool) -> MakePlan:
    """The playbook that puts nodes of one kind on the lists, or takes them off."""

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
        named = [state.node(kind, address) for address in dict.fromkeys(request.targets)]
        rows = [row for row in named if isinstance(row, Backend | ComputeNode)]
        findings = [*_judged(request, rows, kind, listed, state), *checks.leader((), state), *checks.rights((), state)]
        blocked = any(finding.verdict is Verdict.BLOCK for finding in findings)
        names = in_list([str(address) for address in request.targets])
        low, high = (pacing.wall(seconds) for seconds in SECONDS)
        words = f"Put {kind.short} {names} on" if listed else f"Take {kind.short} {names} off"
        where = f"the blacklist of {len(state.frontends)} frontends"
        return Plan(
            operation=request.id,
            revision=revision,
            kind=request.kind,
            cluster=request.cluster,
            made_at=now,
            title=f"{words} every blacklist",
            reason=request.reason,
            command=request.command,
            targets=request.targets,
            steps=() if blocked else tuple(step for row in rows for step in _steps(kind, row, listed, state)),
            findings=tuple(findings),
            facts=nodes_facts(state),
            estimate=Estimate(low_s=low, high_s=high, reason="a list in memory is changed"),
            undo_words="Abort undoes the frontend in hand; `/sr unblacklist` and `/sr blacklist` undo one another.",
            done_words=f"{names} {'is on' if listed else 'is off'} {where}. A frontend that restarts forgets its list.",
        )

    return make_plan


def _steps(kind: NodeKind, row: Backend | ComputeNode, listed: bool, state: ClusterState) -> list[Step]:
    found = []
    for frontend in state.frontends:
        host = frontend.address.host
        who = {"address": row.address, "node_id": row.id, "frontend": host}
        found.append(
            Step(
                id=f"list-{row.address}-{host}",
                group=f"{row.address} on {host}",
                title=f"{'Put' if listed else 'Take'} {row.address} {'on' if listed else 'off'} the blacklist of frontend {host}",
                act=SetBlacklist(role=kind, listed=listed, **who),
                until=OnBlacklist(listed=listed, **who),
                undo=SetBlacklist(role=kind, listed=not listed, **who),
                undo_until=OnBlacklist(listed=not listed, **who),
            )
        )
    return found


def _judged(
    request: Request, rows: list[Backend | ComputeNode], kind: NodeKind, listed: bool, state: ClusterState
) -> list[Finding]:
    missing = [str(address) for address in request.targets if state.node(kind, address) is None]
    if missing:
        words = f"There is no {kind.short} {in_list(missing)} in cluster {state.cluster}."
        return [_finding(Verdict.BLOCK, words, "`/sr nodes` lists them.")]
    since = BLACKLIST_SINCE[kind]
    if not known_since(state.version, since):
        known = ".".join(map(str, since))
        words = f"{state.version or 'This version'} has no blacklist for a {kind.short}; {known} has one."
        return [_finding(Verdict.BLOCK, words)]
    lists = state.blacklists or {}
    deaf = [f.address.host for f in state.frontends if f.address.host not in lists]
    if deaf:
        words = f"The blacklist of {in_list(deaf)} could not be read: every frontend has its own, and each must be reached."
        return [_finding(Verdict.BLOCK, words, "Name every frontend in the settings, and bring those that are down back.")]
    if all((row.id in held) == listed for row in rows for held in lists.values()):
        return [_finding(Verdict.BLOCK, f"It is so on all {len(lists)} frontends already: there is nothing to do.", "")]
    return [_effect(rows, kind, listed, state)]


def _effect(rows: list[Backend | ComputeNode], kind: NodeKind, listed: bool, state: ClusterState) -> Finding:
    if not listed:
        return _finding(Verdict.OK, "Queries and loads may use it again.")
    ids = {row.id for row in rows}
    alone = [table.name for table in state.one_replica or () if table.backend_id in ids]
    if alone and kind is NodeKind.BACKEND:
        words = f"The only copy of a part of {in_list(alone)} is there: queries that need it fail while it is on the list."
        return _finding(Verdict.WARN, words, "Its data stays where it is; take it off again when you are done.")
    return _finding(Verdict.OK, "Queries and loads are planned around it; replicas, drains and balancing are not touched.")


def _finding(verdict: Verdict, sentence: str, advice: str = "") -> Finding:
    check = "target" if verdict is Verdict.BLOCK else "blacklist"
    return Finding(check=check, verdict=verdict, sentence=sentence, advice=advice, told=True)
