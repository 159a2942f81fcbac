"""What the hosts tell of a roll: room for the new files, the Java and the line of fe.conf that the new version takes, kept files.

A frontend of another version may take its options from another line of the same fe.conf, and then starts with another heap, or
not at all: bin/start_fe.sh (policies.releases.java).
"""

from collections.abc import Sequence

from policies.cluster import ClusterState, NodeKind
from policies.host_checks.seen import block, warn
from policies.hosts import HostSurvey
from policies.plan import Finding, Verdict
from policies.releases.java import WRITE_JAVA_HOME, forbidden_flags, heap, heap_bytes, jdk, needed_jdk, winning_variable
from policies.releases.order import Turn
from policies.units import in_bytes, in_list
from policies.versions import runs

SWAPS_NEED = 2 * 1024**3
"""Bytes free beside an installation: the new files before the exchange (a backend's lib is some 1.5 GB)."""
JAVA = "java"


def judge_roll(wanted: str, turns: Sequence[Turn], state: ClusterState, *, back: bool) -> list[Finding]:
    """Nothing where no driver reaches the hosts. `back` is the way down, on which kept files are put back."""
    if state.hosts is None:
        return []
    looked = [(turn, survey) for turn in turns if (survey := survey_of(turn, state)) is not None]
    frontends = [(turn, survey) for turn, survey in looked if turn.kind.frontend]
    kept = [turn for turn in turns if kept_files(turn, wanted, state)]
    new = [(turn, survey) for turn, survey in looked if turn not in kept]
    found = [*_room(looked), *_own_jars(new, len(turns))]
    found += [*_java(wanted, frontends), *_flags(wanted, frontends), *_heaps(wanted, frontends)]
    if back and kept:
        words = f"The files of {wanted} are still there from before on {len(kept)} of {len(turns)} nodes and are put back."
        found.append(Finding(check="packages", verdict=Verdict.OK, sentence=words, told=True))
    return found


def kept_files(turn: Turn, wanted: str, state: ClusterState) -> str:
    """Under which version the files of an earlier swap were kept on the host; empty when there are none."""
    survey = survey_of(turn, state)
    return next((version for version in survey.backups if runs(version, wanted)), "") if survey is not None else ""


def survey_of(turn: Turn, state: ClusterState) -> HostSurvey | None:
    look = state.host_of(turn.address)
    return look.survey if look is not None else None


Looked = Sequence[tuple[Turn, HostSurvey]]


def _room(looked: Looked) -> list[Finding]:
    tight = [
        f"{turn.address.host} ({in_bytes(survey.home_free)})"
        for turn, survey in looked
        if survey.home_free is not None and survey.home_free < SWAPS_NEED
    ]
    if not tight:
        return []
    words = f"Too little room beside the installation on {in_list(tight)}; {in_bytes(SWAPS_NEED)} are wanted."
    return [warn("hosts", words, "The files of both versions lie there.")]


def _own_jars(new: Looked, all_of: int) -> list[Finding]:
    """Of nodes that get a package: only the list of its files tells what people put into lib from what it brought."""
    unlisted = [turn for turn, survey in new if not survey.listed]
    if not unlisted:
        return []
    words = f"On {len(unlisted)} of {all_of} nodes it is not known which files the installed package brought."
    advice = "Jars of your own in lib (not lib/udf) that bear an old date stay behind there: each job's last words name them."
    return [warn("own jars", words, advice)]


def _java(wanted: str, frontends: Looked) -> list[Finding]:
    """Too old for the version, or unread: then nothing is known of its flags and its heap either."""
    needed = needed_jdk(wanted) or 0
    old = [f"{turn.address.host} ({survey.java})" for turn, survey in frontends if (one := jdk(survey.java)) and one < needed]
    unread = [str(turn.address) for turn, survey in frontends if jdk(survey.java) is None or survey.conf is None]
    found = [block(JAVA, f"{wanted} needs Java {needed}: {in_list(old)}.", f"Install it and {WRITE_JAVA_HOME}.")] if old else []
    if unread:
        words = f"Java or fe.conf of FE {in_list(unread)} could not be read: nobody knows whether {wanted} starts there."
        found.append(warn(JAVA, words, f"Where Java is installed, {WRITE_JAVA_HOME}."))
    return found


def _flags(wanted: str, frontends: Looked) -> list[Finding]:
    """Options in the line that will count, of which some appear only when the version does."""
    wrong: dict[str, list[str]] = {}
    for turn, survey in frontends:
        variable, value = _line(wanted, survey)
        flags = forbidden_flags(value, jdk(survey.java) or 0)
        if flags:
            wrong.setdefault(f"{', '.join(flags)} in {variable} of fe.conf", []).append(str(turn.address))
    advice = "Take it out first; what runs need not be restarted for it."
    return [block(JAVA, f"{wanted} does not start with {what}: FE {in_list(where)}.", advice) for what, where in wrong.items()]


def _heaps(wanted: str, frontends: Looked) -> list[Finding]:
    """What the JVM runs with now against what the new version would take."""
    others: dict[str, list[str]] = {}
    for turn, survey in frontends:
        variable, value = _line(wanted, survey)
        now, then = survey.heap or heap(_line(turn.version, survey)[1]) or "", heap(value) or ""
        if survey.conf is not None and jdk(survey.java) and _size(now) != _size(then):
            what = f"{then or 'no -Xmx'} instead of {now or 'none'} ({variable or 'no line'} of fe.conf counts then)"
            others.setdefault(what, []).append(str(turn.address))
    advice = "Make the lines of fe.conf say what you want, or `/sr resize fe` afterwards."
    return [warn(JAVA, f"With {wanted} the heap is {what}: FE {in_list(where)}.", advice) for what, where in others.items()]


def _line(version: str, survey: HostSurvey) -> tuple[str, str]:
    """The variable that a version takes the JVM's options from, and its value; both empty where it takes none."""
    conf = survey.conf or {}
    variable = winning_variable(NodeKind.FOLLOWER, version, jdk(survey.java) or 0, conf)
    return (variable, conf[variable]) if variable else ("", "")


def _size(text: str) -> int:
    return heap_bytes(text) if text else 0
