"""A rehearsal: a frontend of the new version starts from a copy of the leader's metadata, alone on a spare host.

The test frontend of mission document 002, corrected: `metadata_failure_recovery` is called otherwise on newer versions, which
ignore the old name; the token must change as well as the cluster id, or live backends would take orders from it (be:
agent/heartbeat_server.cpp); and other ports do not cut it off, so it gets a network of its own that leads nowhere.
"""

from collections.abc import Mapping
from datetime import datetime

from policies import checks
from policies.address import Address
from policies.checks.interrupted_node import HOSTS, hosts_reached
from policies.cluster import ClusterState, Frontend, NodeKind, RunMode
from policies.estimate import DrainRecord
from policies.hosts import HostSurvey
from policies.pacing import Pacing
from policies.plan import Estimate, Fact, Finding, Plan, Step, Verdict
from policies.playbooks.back_up_metadata import SECRETS
from policies.releases.java import jdk, needed_jdk
from policies.releases.metadata_flags import reset_flag
from policies.request import Request
from policies.steps import rehearse
from policies.steps.image import image_step
from policies.steps.swap import back_up, stage
from policies.units import in_list
from policies.versions import build

TO = "to"
"""The option that names the version, as for an upgrade."""
EDIT_LOG_PORT = 9010
"""Only names the host: the spare is in no list of the cluster, and nothing ever listens there."""
SECONDS = (120.0, 5_400.0)
NOT_PROVEN = (
    "It does not show how backends take the new version, nor a journal that two versions write in turn, nor your own fe.conf: "
    "it runs with the package's, its ports and its heap changed."
)

DELETED = "The copy on the spare host is deleted when this ends, however it ends; the one on the leader's host is a backup."


def make_plan(
    request: Request,
    state: ClusterState,
    *,
    pacing: Pacing,
    revision: int,
    now: datetime,
    history: tuple[DrainRecord, ...] = (),
) -> Plan:
    """Image, backup, package on the spare host, rehearsal."""
    del history
    wanted = request.options.get(TO, "")
    leader = state.leader
    findings = _findings(wanted, state)
    blocked = leader is None or any(finding.verdict is Verdict.BLOCK for finding in findings)
    low, high = (pacing.wall(seconds) for seconds in SECONDS)
    return Plan(
        operation=request.id,
        revision=revision,
        kind=request.kind,
        cluster=request.cluster,
        made_at=now,
        title=f"Rehearse {wanted} with a copy of the metadata",
        about="a copy of the metadata",
        reason=request.reason,
        command=request.command,
        targets=(leader.address,) if leader is not None else (),
        steps=() if blocked or leader is None else _steps(request.id, wanted, leader, state, pacing),
        findings=findings,
        facts=(
            Fact(key="version", label="Version", value=state.version),
            Fact(key="leader", label="Leader", value=str(leader.address) if leader else "none"),
            Fact(key="spare", label="Spare host", value=state.spare or "none"),
        ),
        estimate=Estimate(low_s=low, high_s=high, reason="the metadata is copied and read; nobody knows here how big it is"),
        undo_words=(
            "Abort ends it and deletes the copy on the spare host at any time. No node of the cluster is touched; the backup on "
            "the leader's host stays, as after every backup."
        ),
        done_words=f"{wanted} can read this metadata. {NOT_PROVEN} The copy on {state.spare} is deleted.",
    )


def two_hosts(_request: Request | None, state: ClusterState) -> Mapping[Address, NodeKind]:
    """The leader's host, which the metadata comes from, and the spare one."""
    hosts = [state.leader.address] if state.leader is not None else []
    return dict.fromkeys([*hosts, *_spare(state)], NodeKind.FOLLOWER)


def _spare(state: ClusterState) -> list[Address]:
    return [Address(host=state.spare, port=EDIT_LOG_PORT)] if state.spare else []


def _findings(wanted: str, state: ClusterState) -> tuple[Finding, ...]:
    if build(wanted) is None or reset_flag(wanted) is None:
        words = f"`{wanted}` is no release such as 3.3.9." if wanted else "No version is named."
        return (_block("target", words, "Write `rehearse 3.3.9`."),)
    unset = _no_spare(state)
    if unset:
        return tuple(unset)
    return (
        *checks.leader((), state),
        *checks.rights((), state),
        *hosts_reached(tuple(two_hosts(None, state)), state),
        *_cut_off(state),
        *_java(wanted, state),
        *_object_store(state),
        Finding(check="copy", verdict=Verdict.WARN, sentence=SECRETS, advice=DELETED, told=True),
        Finding(check="not proven", verdict=Verdict.OK, sentence=NOT_PROVEN, told=True),
    )


def _no_spare(state: ClusterState) -> list[Finding]:
    if state.hosts is None:
        words = "No driver reaches the hosts of this cluster, and a rehearsal needs one."
        return [_block("spare", words, "Set [clusters.NAME.hosts] with a spare host: docs/hosts.md.")]
    if not state.spare:
        words = "No spare host is set, and a rehearsal never runs where a node lives."
        return [_block("spare", words, "Set spare and rehearsal_dir in the settings of this cluster's hosts: docs/hosts.md.")]
    there = [str(node.address) for node in state.nodes if node.address.host == state.spare]
    if there:
        return [_block("spare", f"{in_list(there)} {'lives' if len(there) == 1 else 'live'} on the spare host {state.spare}.",
                       "Name a host that no node of a cluster lives on.")]  # fmt: skip
    return []


def _cut_off(state: ClusterState) -> list[Finding]:
    """Found out again by the job itself, right before it would start anything."""
    found = survey.isolation if (survey := _survey(state)) is not None else ""
    if found == "yes":
        words = f"{state.spare} can make a network of its own, which leads nowhere."
        return [Finding(check="isolation", verdict=Verdict.OK, sentence=words, told=True)]
    if not found:
        return []
    words = f"{state.spare} cannot make a network of its own (`{found}` fails), so what starts there could reach the cluster."
    return [_block("isolation", words, "Allow it there (user namespaces, or root), or name another spare host.")]


def _survey(state: ClusterState) -> HostSurvey | None:
    look = next((state.host_of(address) for address in _spare(state)), None)
    return look.survey if look is not None else None


def _java(wanted: str, state: ClusterState) -> list[Finding]:
    """What the closer look at the spare host found; an unknown Java is found out by the start itself."""
    survey = _survey(state)
    found = jdk(survey.java) if survey is not None else None
    needed = needed_jdk(wanted)
    if found is None or needed is None or found >= needed:
        return []
    return [_block(HOSTS, f"{wanted} needs Java {needed}, and {state.spare} has {found}.", "Install it there first.")]


def _object_store(state: ClusterState) -> list[Finding]:
    if state.run_mode is not RunMode.SHARED_DATA:
        return []
    words = "Its network leads nowhere, so it cannot clean up in this cluster's object store as a second leader would."
    return [Finding(check="object store", verdict=Verdict.OK, sentence=words, told=True)]


def _steps(operation: str, wanted: str, leader: Frontend, state: ClusterState, pacing: Pacing) -> tuple[Step, ...]:
    spare = _spare(state)[0]
    return (
        stage(NodeKind.FOLLOWER, spare, wanted),
        image_step(),
        back_up(leader, operation, state),
        rehearse.rehearse(leader, spare, wanted, operation, reset_flag(wanted) or "", state, pacing),
    )


def _block(check: str, sentence: str, advice: str) -> Finding:
    return Finding(check=check, verdict=Verdict.BLOCK, sentence=sentence, advice=advice)
