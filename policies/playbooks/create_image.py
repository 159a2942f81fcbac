"""Write an image of the metadata and see it pushed to every frontend. Changes no data, and can be asked for at any time."""

from datetime import datetime

from policies import checks
from policies.cluster import ClusterState, RunMode
from policies.conditions.images import STAR_MANAGER
from policies.estimate import DrainRecord
from policies.images import CREATE_IMAGE_SINCE
from policies.pacing import Pacing
from policies.plan import Estimate, Fact, Finding, Plan, Verdict
from policies.request import Request
from policies.steps.image import image_step
from policies.units import in_list
from policies.versions import known_since, release

SECONDS = (10.0, 600.0)


def make_plan(
    request: Request,
    state: ClusterState,
    *,
    pacing: Pacing,
    revision: int,
    now: datetime,
    history: tuple[DrainRecord, ...] = (),
) -> Plan:
    """One statement and the wait for what it brings about."""
    del history
    findings = [*checks.leader((), state), *checks.rights((), state), *_version(state), *_frontends(state), *_proof(state)]
    blocked = any(finding.verdict is Verdict.BLOCK for finding in findings)
    low, high = (pacing.wall(seconds) for seconds in SECONDS)
    return Plan(
        operation=request.id,
        revision=revision,
        kind=request.kind,
        cluster=request.cluster,
        made_at=now,
        title="Create an image of the metadata",
        about="the metadata of every frontend",
        reason=request.reason,
        command=request.command,
        targets=(),
        steps=() if blocked else (image_step(),),
        findings=tuple(findings),
        facts=(Fact(key="version", label="Version", value=state.version),),
        estimate=Estimate(low_s=low, high_s=high, reason="seconds to minutes, by the size of the metadata"),
        undo_words="There is nothing to undo: an image more does no harm.",
        done_words="Every living frontend has a new image of the metadata.",
    )


def _version(state: ClusterState) -> list[Finding]:
    if release(state.version) is None:
        words = f"Version {state.version or 'unknown'} cannot be read; CREATE IMAGE exists from 2.5.3 on."
        return [_finding(Verdict.WARN, words, "StarRocks refuses it where it does not exist, and nothing is changed then.")]
    if not known_since(state.version, CREATE_IMAGE_SINCE):
        return [_finding(Verdict.BLOCK, f"{state.version} has no CREATE IMAGE; 2.5.3 has it.")]
    return []


def _frontends(state: ClusterState) -> list[Finding]:
    down = [frontend.address.host for frontend in state.frontends if not frontend.alive]
    if not down:
        return []
    words = f"{in_list(down)} {'is' if len(down) == 1 else 'are'} not alive: no image is pushed there now."
    return [_finding(Verdict.WARN, words, "A frontend that comes back fetches it by itself.")]


def _proof(state: ClusterState) -> list[Finding]:
    """Who tells of its image decides how the end can be seen."""
    told = state.images or {}
    silent = [host for host in _living(state) if host not in told]
    if silent:
        why = in_list([f"{host} ({state.unread.get(f'image of {host}', 'not asked')})" for host in silent], 3)
        words = f"Not told over HTTP: the image of {why}. Its arrival there cannot be seen by us."
        return [_finding(Verdict.WARN, words, "The step then stops and asks somebody to look in the leader's fe.log.")]
    words = f"{len(told)} frontends tell the journal id of their image over HTTP; the end is seen on each."
    star = STAR_MANAGER if state.run_mode is RunMode.SHARED_DATA else ""
    return [_finding(Verdict.OK, f"{words}{star}", told=bool(star))]


def _living(state: ClusterState) -> list[str]:
    return [frontend.address.host for frontend in state.frontends if frontend.alive]


def _finding(verdict: Verdict, sentence: str, advice: str = "", *, told: bool = False) -> Finding:
    return Finding(check="image", verdict=verdict, sentence=sentence, advice=advice, told=told)
