"""What SQL can do of the things that come before a hop: settings of the frontends and global variables, as steps of the plan.
Lines of conf files are in conf_first.

What the leader does not tell, or tells in a way that could not be said back to it, stays with people: then the plan says what
to type.
"""

from policies.cluster import ClusterState
from policies.images import CREATE_IMAGE_SINCE
from policies.plan import Finding, Step, Verdict
from policies.releases.conf_first import FE_CONF, can_write
from policies.releases.downgrade_rules import DOWNGRADE_RULES
from policies.releases.paths import PathFinding, to_do_first
from policies.releases.rule import First, Way
from policies.releases.upgrade_rules import UPGRADE_RULES
from policies.statements import in_code, literal
from policies.steps.lend import Lent, lend
from policies.versions import known_since

_FIRSTS = tuple(first for rule in (*UPGRADE_RULES, *DOWNGRADE_RULES) for first in rule.first)
NAMES = frozenset(first.name for first in _FIRSTS if first.way is Way.FRONTEND_CONFIG)
"""Settings that a hop may want changed; each frontend is asked for them as for what can be lent."""
VARIABLES = frozenset(first.name for first in _FIRSTS if first.way is Way.GLOBAL_VARIABLE)
"""Global variables that a hop may want changed; nothing else of the six hundred is kept."""


def to_set_first(found: tuple[PathFinding, ...], state: ClusterState) -> tuple[Lent, ...]:
    """What the hop wants to have another value for its time, and what comes back: lend it with the freeze."""
    return tuple(one for first, one in _wanted(found, state) if first.back)


def to_set_for_good(found: tuple[PathFinding, ...], state: ClusterState) -> tuple[Lent, ...]:
    """What keeps its new value: the version that the hop leads to knows no other, or does not know the name any more."""
    return tuple(one for first, one in _wanted(found, state) if not first.back)


def set_for_good(found: tuple[PathFinding, ...], state: ClusterState) -> tuple[Step, ...]:
    """The steps for it: an abort in the same group sets it back, a later one leaves it, since nodes have changed by then."""
    return tuple(lend(one).with_(id=f"first-{one.name}", lent=False) for one in to_set_for_good(found, state))


def told(found: PathFinding, state: ClusterState) -> Finding:
    """The finding with who does what comes first: the plan, or people, and then the exact words to type."""
    if not found.first:
        return found.finding
    missing = [first for first in found.first if (now := _value(first, state)) is None or not first.met_by(now)]
    by_plan = [first for first in missing if _by_plan(first, state)]
    by_people = [first for first in missing if first not in by_plan]
    advice = "; ".join(each.words for each in by_people)
    if by_people and len(by_people) == len(found.first):
        return found.finding
    done = [_sentence(first, state) for first in by_plan]
    advice = "; ".join(part for part in (advice, found.after) if part)
    verdict = found.finding.verdict if by_people or found.after else Verdict.OK
    words = " ".join([found.finding.sentence, *done] if by_plan or by_people else [found.finding.sentence, "It is so already."])
    return found.finding.with_(verdict=verdict, sentence=words, advice=advice, told=True)


def _by_plan(first: First, state: ClusterState) -> bool:
    if first.way is Way.IMAGE:
        return known_since(state.version, CREATE_IMAGE_SINCE)
    if first.way is Way.CONF_LINE:
        return first.file == FE_CONF and can_write(state)
    return _lent(first, state) is not None


def _sentence(first: First, state: ClusterState) -> str:
    if first.way is Way.IMAGE:
        return "The plan makes one."
    if first.way is Way.CONF_LINE:
        return f"The plan writes {in_code(first.line)} into {first.file} before each frontend's turn, and out again after an image."
    span = "for the time of the roll" if first.back else "for good"
    sessions = "; sessions that are open keep what they have" if first.way is Way.GLOBAL_VARIABLE else ""
    return f"The plan sends {in_code(first.line)} {span} (now {_value(first, state)}{sessions})."


def _wanted(found: tuple[PathFinding, ...], state: ClusterState) -> list[tuple[First, Lent]]:
    """Those that the leader tells and that have another value now."""
    return [(first, one) for first in to_do_first(found) if (one := _lent(first, state)) is not None]


def _lent(first: First, state: ClusterState) -> Lent | None:
    """The change as something to send and to take back; None where there is none to make, or none that could be taken back."""
    old = _value(first, state)
    if old is None or first.met_by(old) or not _can_be_said(first, old):
        return None
    return Lent(name=first.name, new=first.value, old=old, variable=first.way is Way.GLOBAL_VARIABLE)


def _value(first: First, state: ClusterState) -> str | None:
    if first.way is Way.GLOBAL_VARIABLE:
        return (state.variables or {}).get(first.name)
    return state.settings.get(first.name) if first.way is Way.FRONTEND_CONFIG else None


def _can_be_said(first: First, value: str) -> bool:
    try:
        return first.way is not Way.GLOBAL_VARIABLE or bool(literal(value))
    except ValueError:
        return False
