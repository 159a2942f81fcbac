"""A backup of the metadata: an image on every frontend, then the leader's metadata directory copied on its own host.

Mission documents 002 and 003, corrected: the image is asked for and seen first, since the journal alone is no backup; image and
journal are copied together with checksums, since an image without the journal after it loses what came later. Restoring is a
person's work, with the lines for this version in the plan.
"""

from collections.abc import Mapping
from datetime import datetime

from policies import checks
from policies.address import Address
from policies.checks.interrupted_node import hosts_reached
from policies.cluster import ClusterState, Frontend, NodeKind, RunMode
from policies.estimate import DrainRecord
from policies.pacing import Pacing
from policies.plan import Estimate, Fact, Finding, Plan, Step, Verdict
from policies.releases.metadata_flags import reset_flag
from policies.request import Request
from policies.steps import by_people
from policies.steps.image import image_step
from policies.steps.swap import back_up

SECONDS = (20.0, 1_800.0)
SECRETS = "The copy holds password hashes, tokens and keys of the object store: it is readable by its owner alone. Keep it so."


def make_plan(
    request: Request,
    state: ClusterState,
    *,
    pacing: Pacing,
    revision: int,
    now: datetime,
    history: tuple[DrainRecord, ...] = (),
) -> Plan:
    """Image, copy, and what a person would do to restore it."""
    del history
    leader = state.leader
    targets = (leader.address,) if leader is not None else ()
    findings = [*checks.leader((), state), *checks.rights((), state), *_reached(state), *_data(state)]
    blocked = leader is None or any(finding.verdict is Verdict.BLOCK for finding in findings)
    low, high = (pacing.wall(seconds) for seconds in SECONDS)
    return Plan(
        operation=request.id,
        revision=revision,
        kind=request.kind,
        cluster=request.cluster,
        made_at=now,
        title="Back up the metadata",
        about="the metadata of the leader",
        reason=request.reason,
        command=request.command,
        targets=targets,
        steps=() if blocked or leader is None else (image_step(), _copy(leader, request.id, state)),
        findings=tuple(findings),
        facts=(
            Fact(key="version", label="Version", value=state.version),
            Fact(key="leader", label="Leader", value=str(leader.address) if leader else "none"),
        ),
        estimate=Estimate(low_s=low, high_s=high, reason="an image of seconds to minutes, then a copy of the directory"),
        undo_words="There is nothing to undo: nothing that runs is touched.",
        done_words=f"the metadata is backed up. {SECRETS} {restoring(state)}",
    )


def leader_host(_request: Request, state: ClusterState) -> Mapping[Address, NodeKind]:
    """The host that the copy is made on."""
    return {state.leader.address: NodeKind.FOLLOWER} if state.leader is not None else {}


def restoring(state: ClusterState) -> str:
    """How a copy is brought back, for people (docs: administration/Meta_recovery): never done by itself."""
    flag = reset_flag(state.version)
    if flag is None:
        return f"How `{state.version}` restores one is not known here: see administration/Meta_recovery in the manual."
    return "`/sr restore metadata` lists every command that people type to bring frontends back from it."


def _copy(leader: Frontend, operation: str, state: ClusterState) -> Step:
    return back_up(leader, operation, state) if state.hosts is not None else by_people.metadata(leader)


def _reached(state: ClusterState) -> list[Finding]:
    return hosts_reached((state.leader.address,), state) if state.leader is not None else []


def _data(state: ClusterState) -> list[Finding]:
    """Metadata older than the data it names: files it needs may be gone by the time it is restored (fe: lake/vacuum)."""
    if state.run_mode is not RunMode.SHARED_DATA:
        return []
    words = "Old files in object storage go after half an hour (lake_autovacuum_grace_period_minutes): a copy is soon older."
    advice = "A cluster snapshot pins the data too (from 3.4.2 on)."
    return [Finding(check="backup", verdict=Verdict.WARN, sentence=words, advice=advice)]


