"""May this version take the place of that one, and what has to be done first?

Everything is judged from two version texts. Rules of single hops are data (upgrade_rules, downgrade_rules); here are the
ones that hold for every hop: what can be compared at all, one line at a time, an image before a line is left.
"""

from enum import StrEnum

from policies.cluster import RunMode
from policies.plan import Finding, Verdict
from policies.record import Record
from policies.releases.downgrade_rules import DOWNGRADE_RULES
from policies.releases.metadata_flags import IGNORE_UNKNOWN
from policies.releases.rule import IMAGE, First, Rule, Weight, conf_line
from policies.releases.upgrade_rules import UPGRADE_RULES
from policies.units import in_list
from policies.versions import Build, build

CHECK = "path"
LINES = ((2, 0), (2, 1), (2, 2), (2, 3), (2, 4), (2, 5), (3, 0), (3, 1), (3, 2), (3, 3), (3, 4), (3, 5), (4, 0), (4, 1))
"""Release lines in their order (docs: release notes, up to 4.1)."""
MANUAL = "docs: deployment/upgrade and deployment/downgrade"
ASK = "Ask somebody who knows this build; nothing is known here about where it may go."
_VERDICTS = {Weight.BLOCK: Verdict.BLOCK, Weight.WARN: Verdict.WARN, Weight.FIRST: Verdict.WARN}


class Direction(StrEnum):
    """Which way a hop goes; SAME is another build of one release, or the very same."""

    UP = "up"
    DOWN = "down"
    SAME = "same"


class PathFinding(Record):
    """One thing about the hop: what approvers read, what has to be done first, and where it is written."""

    rule: str
    finding: Finding
    source: str
    first: tuple[First, ...] = ()
    after: str = ""
    """What people do afterwards, whoever did what comes first: then something stays a risk."""


def direction(installed: str, wanted: str) -> Direction | None:
    """Upgrade, downgrade or neither; None when one of them is no released build."""
    old, new = build(installed), build(wanted)
    if old is None or new is None:
        return None
    if old.number == new.number:
        return Direction.SAME
    return Direction.UP if new.number > old.number else Direction.DOWN


def crosses_line(installed: str, wanted: str) -> bool:
    """Whether the hop leaves its release line; then more has to be prepared. What cannot be read does."""
    old, new = build(installed), build(wanted)
    return old is None or new is None or old.line != new.line


def judge_path(installed: str, wanted: str, mode: RunMode | None = None) -> tuple[PathFinding, ...]:
    """Everything known about the hop; never empty. A block among them means that the hop is not made."""
    old, new = build(installed), build(wanted)
    if old is None:
        return (_unreadable(installed, "installed"),)
    if new is None:
        return (_unreadable(wanted, "asked for"),)
    if old.number == new.number:
        return (_same_number(old, new),)
    imaginary = [_no_line(each) for each in (old, new) if each.line not in LINES and each.line < LINES[-1]]
    if imaginary:
        return tuple(imaginary)
    rules = UPGRADE_RULES if new.number > old.number else DOWNGRADE_RULES
    about = [_of(rule) for rule in rules if rule.about(old.number, new.number, mode)]
    found = [*_newer(old, new), *_lines_between(old, new), *about]
    if not any(each.finding.verdict is Verdict.BLOCK for each in found):
        found.insert(0, _allowed(old, new))
    return tuple(found)


def blocked(found: tuple[PathFinding, ...]) -> bool:
    return any(each.finding.verdict is Verdict.BLOCK for each in found)


def to_do_first(found: tuple[PathFinding, ...]) -> tuple[First, ...]:
    """All preparations, each once, in the order of the findings."""
    return tuple(dict.fromkeys(first for each in found for first in each.first))


def _of(rule: Rule) -> PathFinding:
    advice = rule.advice or "; ".join(each.words for each in rule.first)
    return _found(rule.id, _VERDICTS[rule.weight], rule.sentence, advice, rule.source, rule.first)


def _unreadable(text: str, what: str) -> PathFinding:
    words = f"The version {what} is `{text or 'empty'}`, which is no released build such as 3.3.9 or 3.3.9-abc1234."
    return _found("unreadable", Verdict.BLOCK, words, ASK, "fe: common/Version.java")


def _newer(old: Build, new: Build) -> list[PathFinding]:
    newest = max(old, new, key=lambda one: one.number)
    if newest.line <= LINES[-1]:
        return []
    words = f"{_text(newest)} is newer than the rules known here, which end with {_dots(LINES[-1])}."
    return [_found("newer", Verdict.WARN, words, "Read its upgrade and downgrade notes before anybody approves.", MANUAL)]


def _no_line(one: Build) -> PathFinding:
    return _found("no-line", Verdict.BLOCK, f"StarRocks has no release line {_dots(one.line)}.", ASK, MANUAL)


def _same_number(old: Build, new: Build) -> PathFinding:
    """A version without its commit names any build of the release."""
    if old.commit and new.commit and not (old.commit.startswith(new.commit) or new.commit.startswith(old.commit)):
        words = f"{_text(old)} and {_text(new)} are two builds of one release; what differs is not known here."
        return _found("other-build", Verdict.WARN, words, "Make sure that this build is meant.", "fe: common/Version.java")
    return _found("same", Verdict.BLOCK, f"{_text(old)} is installed already: there is nothing to do.", "", MANUAL)


def _allowed(old: Build, new: Build) -> PathFinding:
    if old.line == new.line:
        words = f"{_text(old)} to {_text(new)} stays within {_dots(old.line)}, which is allowed both ways."
        return _found("allowed", Verdict.OK, words, "", MANUAL, told=True)
    words = f"{_text(old)} to {_text(new)} leaves {_dots(old.line)} for {_dots(new.line)}; nothing known here forbids it."
    return _found("allowed", Verdict.OK, words, "", MANUAL, told=True)


def _lines_between(old: Build, new: Build) -> list[PathFinding]:
    """What holds for every hop that leaves its line."""
    if old.line == new.line:
        return []
    up = new.number > old.number
    words = "An image of now must be on every follower before the first frontend changes; so too before going up after a downgrade."
    found = [_found("image", Verdict.WARN, words, IMAGE.line, MANUAL, (IMAGE,))]
    if not up:
        words = "The older frontends skip journal records that they do not know: what those created or changed may be missing."
        line = conf_line("fe.conf", IGNORE_UNKNOWN, "true", back=True)
        advice = f"{line.line} in fe.conf before the older files start, out after the first checkpoint; then look what is missing."
        unknown = _found("unknown-records", Verdict.WARN, words, advice, "docs: deployment/downgrade", (line,))
        found.append(unknown.with_(after="Look afterwards what is missing."))
    low, high = sorted((old.line, new.line))
    skipped = [_dots(each) for each in LINES if low < each < high]
    if skipped:
        steps = " -> ".join([_dots(old.line), *(skipped if up else reversed(skipped)), _dots(new.line)])
        words = f"The hop skips {in_list(skipped)}; StarRocks strongly recommends one line at a time."
        advice = f"Go {steps}, each with the newest patch, and make an image between two hops."
        found.append(_found("one-at-a-time", Verdict.WARN, words, advice, MANUAL))
    return found


def _found(
    rule: str, verdict: Verdict, sentence: str, advice: str, source: str, first: tuple[First, ...] = (), *, told: bool = False
) -> PathFinding:
    finding = Finding(check=CHECK, verdict=verdict, sentence=sentence, advice=advice, told=told)
    return PathFinding(rule=rule, finding=finding, source=source, first=first)


def _dots(line: tuple[int, int]) -> str:
    return f"{line[0]}.{line[1]}"


def _text(one: Build) -> str:
    number = ".".join(str(part) for part in one.number)
    return f"{number}-{one.commit}" if one.commit else number
