"""The staying disks can take the data: by StarRocks' own sum, and disk by disk below the soft limit."""

from policies import settings
from policies.address import Address
from policies.cluster import ClusterState, RunMode
from policies.plan import Finding, Verdict
from policies.room import disks_of, measure, usable_bytes
from policies.units import in_bytes, in_list, in_percent

NAME = "room"
SLACK = 0.20
"""Below this share of free usable room a person should know: loads go on while the drain runs."""


def room(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    if state.run_mode is RunMode.SHARED_DATA:
        return [Finding(check=NAME, verdict=Verdict.OK, sentence="Data lives in object storage: no disk has to take it.")]
    measured = measure(targets, state)
    limit = settings.number(state, settings.SOFT_LIMIT_PERCENT)
    if not measured.fe_accepts:
        words = (
            f"StarRocks will refuse: {in_bytes(measured.fe_need)} must move, "
            f"the others have {in_bytes(max(0, measured.fe_avail))} free."
        )
        return [Finding(check=NAME, verdict=Verdict.BLOCK, sentence=words, advice="Add a backend or disks first.")]
    full = _full_nodes(targets, state)
    beside = f" {in_list(full)} {'takes' if len(full) == 1 else 'take'} nothing." if full else ""
    words = (
        f"{in_bytes(measured.need)} must move; below the soft limit of {limit} % "
        f"the staying disks take {in_bytes(measured.usable)}.{beside}"
    )
    if not measured.fits:
        advice = "StarRocks would accept the drain and never finish it. Add a backend or disks first."
        return [Finding(check=NAME, verdict=Verdict.BLOCK, sentence=words, advice=advice)]
    if measured.slack < SLACK:
        advice = f"Only {in_percent(measured.slack)} of that room would stay free: watch the loads while it runs."
        return [Finding(check=NAME, verdict=Verdict.WARN, sentence=words, advice=advice)]
    return [Finding(check=NAME, verdict=Verdict.OK, sentence=words)]


def _full_nodes(targets: tuple[Address, ...], state: ClusterState) -> list[str]:
    return [
        f"{backend.address} ({in_percent(backend.max_disk_used_share)} used)"
        for backend in state.staying(set(targets))
        if backend.alive and not any(usable_bytes(disk, state) for disk in disks_of(backend))
    ]
