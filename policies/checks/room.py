"""The staying disks can take the data: by StarRocks' own sum, and disk by disk below the soft limit.

StarRocks pools all free bytes when it accepts (fe: alter/SystemHandler.java), but moves a tablet only to a disk that
stays below the soft limit (fe: clone/RootPathLoadStatistic.java), and with the strict check only to its own medium.
"""

from policies import settings
from policies.address import Address
from policies.cluster import ClusterState, RunMode
from policies.one_by_one import breaking_words
from policies.plan import Finding, Verdict
from policies.room import WANTED_SLACK, Room, full_nodes, measure, short_media
from policies.units import in_bytes, in_list, in_percent

NAME = "room"


def room(targets: tuple[Address, ...], state: ClusterState) -> list[Finding]:
    if state.run_mode is RunMode.SHARED_DATA:
        return []
    measured = measure(targets, state)
    if not measured.fe_accepts:
        words = (
            f"StarRocks will refuse: {in_bytes(measured.fe_need)} must move, "
            f"the others have {in_bytes(max(0, measured.fe_avail))} free."
        )
        which = breaking_words(targets, lambda gone: measure(gone, state).fe_accepts)
        return [_finding(Verdict.BLOCK, f"{words} {which}".strip(), "Add a backend or disks first.")]
    words = _below_the_limit(targets, state, measured)
    if not measured.fits:
        which = breaking_words(targets, lambda gone: measure(gone, state).fits)
        advice = "StarRocks would accept the drain and never finish it. Add a backend or disks first."
        return [_finding(Verdict.BLOCK, f"{words} {which}".strip(), advice)]
    short = short_media(targets, state)
    if short:
        return [_finding(Verdict.BLOCK, *_of_medium(medium, *sizes)) for medium, sizes in short.items()]
    if measured.slack < WANTED_SLACK:
        advice = f"Only {in_percent(measured.slack)} of that room would stay free: watch the loads while it runs."
        return [_finding(Verdict.WARN, words, advice)]
    return [_finding(Verdict.OK, words)]


def _below_the_limit(targets: tuple[Address, ...], state: ClusterState, measured: Room) -> str:
    full = [f"{b.address} ({in_percent(b.max_disk_used_share)} used)" for b in full_nodes(targets, state)]
    beside = f" {in_list(full)} {'takes' if len(full) == 1 else 'take'} nothing." if full else ""
    limit = settings.number(state, settings.SOFT_LIMIT_PERCENT)
    return (
        f"{in_bytes(measured.need)} must move; below the soft limit of {limit} % "
        f"the staying disks take {in_bytes(measured.usable)}.{beside}"
    )


def _of_medium(medium: str, need: int, usable: int) -> tuple[str, str]:
    strict = settings.STRICT_MEDIUM.name
    return (
        f"{in_bytes(need)} lie on {medium} and may move to {medium} only ({strict} is true): "
        f"the staying {medium} disks take {in_bytes(usable)}.",
        f"Add {medium} disks, or set {strict} to false for the time of the drain.",
    )


def _finding(verdict: Verdict, sentence: str, advice: str = "") -> Finding:
    return Finding(check=NAME, verdict=verdict, sentence=sentence, advice=advice)
