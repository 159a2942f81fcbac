"""Which materialized views a person means, and what a plan says of them whichever way it goes."""

import difflib
from collections.abc import Iterable, Sequence

from policies.plan import Fact, Finding, Verdict
from policies.record import Record
from policies.units import in_list
from policies.view_refresh import Activation, activation
from policies.views import View, Views

EVERYTHING = "all"
MANY = 8
"""So many names stay readable in one sentence."""


class Named(Record):
    """The views that are meant, each once; `nothing` are words that name neither a view nor a database with views."""

    views: tuple[View, ...]
    nothing: tuple[str, ...] = ()


def named(words: Sequence[str], views: Views) -> Named:
    """`DB.VIEW` as it is listed, a database for all of its views, `all` or no word for everything.

    Compared whole, never taken apart: names may hold dots, blanks and quotes. Case matters to StarRocks, so it does here.
    """
    if not words or EVERYTHING in {word.casefold() for word in words}:
        return Named(views=views.seen)
    found: dict[int, View] = {}
    nothing = []
    for word in words:
        meant = [view for view in views.seen if word == view.full_name] or [v for v in views.seen if word == v.database]
        found |= {view.id: view for view in meant}
        nothing += [] if meant else [word]
    return Named(views=tuple(found.values()), nothing=tuple(nothing))


def count(views: Sequence[View]) -> str:
    """`1 materialized view`, `12 materialized views`."""
    return f"{len(views)} materialized view{'s' if len(views) != 1 else ''}"


def names(views: Iterable[View]) -> str:
    return in_list([view.full_name for view in views], MANY)


def unknown_name(word: str, views: Views) -> Finding:
    """A slip of the pen: what was probably meant."""
    listed = [*(view.full_name for view in views.seen), *dict.fromkeys(view.database for view in views.seen)]
    lowered = {text.casefold(): text for text in listed}
    near = difflib.get_close_matches(word.casefold(), lowered, n=1, cutoff=0.75)
    advice = f"Did you mean `{lowered[near[0]]}`?" if near else "`/sr views` lists them as commands take them."
    words = f"There is no asynchronous materialized view {word}, and no database of that name has one."
    return finding(Verdict.BLOCK, words, advice)


def order_words(views: Views) -> list[Finding]:
    """Where it is not told which view stands on which, and what is done about it."""
    if views.stands_on is not None:
        return []
    words = "It is not told which view stands on which: they go by age, since what a view stands on is older than it."
    advice = "A view over an inactive one cannot be active: StarRocks would refuse it, the operation stop, and a skip leave it out."
    return [finding(Verdict.OK, words, advice, told=True)]


def cost_words(version: str, refreshed: int) -> str:
    """What it costs to bring so many views back, as a sentence without its end."""
    views = f"{refreshed} view{'s' if refreshed != 1 else ''}"
    match activation(version):
        case Activation.EVERYTHING:
            return f"{version} refreshes {views} completely, every partition"
        case Activation.WHAT_CHANGED:
            return f"{version} refreshes of {views} only what changed"
        case Activation.UNKNOWN:
            return f"whether {version or 'this version'} refreshes {views} completely or only what changed is not known"


def costly(version: str) -> bool:
    return activation(version) is not Activation.WHAT_CHANGED


def facts(version: str, views: Iterable[View]) -> tuple[Fact, ...]:
    """What the plan relies on: the version and the state of each view that it touches."""
    state = (Fact(key="version", label="Version", value=version),)
    return state + tuple(Fact(key=f"view {v.full_name}", label=f"View {v.full_name}", value=_state(v)) for v in views)


def _state(view: View) -> str:
    return "active" if view.active else f"inactive: {view.reason or 'no reason told'}"


def finding(verdict: Verdict, sentence: str, advice: str = "", *, told: bool = False) -> Finding:
    check = "target" if verdict is Verdict.BLOCK else "views"
    return Finding(check=check, verdict=verdict, sentence=sentence, advice=advice, told=told)
