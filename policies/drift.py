"""Drift: what changed between the facts a plan relies on and the facts of a later look, in words."""

from policies.plan import Fact
from policies.record import Record
from policies.units import in_count


class Drift(Record):
    """`material` differences void an approval; `harmless` ones are numbers inside their tolerance."""

    material: tuple[str, ...] = ()
    harmless: tuple[str, ...] = ()


def compare(old: tuple[Fact, ...], new: tuple[Fact, ...]) -> Drift:
    """Compare fact by fact; a fact that appeared or went is material."""
    then = {fact.key: fact for fact in old}
    now = {fact.key: fact for fact in new}
    material: list[str] = []
    harmless: list[str] = []
    for key in dict.fromkeys((*then, *now)):
        before, after = then.get(key), now.get(key)
        if before is None or after is None:
            material.append(_appeared(before, after))
        elif before.value != after.value:
            (harmless if _tolerable(before, after) else material).append(_changed(before, after))
    return Drift(material=tuple(material), harmless=tuple(harmless))


def _tolerable(before: Fact, after: Fact) -> bool:
    if before.tolerance is None or not isinstance(before.value, int) or not isinstance(after.value, int):
        return False
    return abs(after.value - before.value) <= before.tolerance


def _appeared(before: Fact | None, after: Fact | None) -> str:
    if before is None:
        assert after is not None  # one of the two exists by construction
        return f"{after.label}: {_shown(after)}, which was not there when the plan was made."
    return f"{before.label}: was {_shown(before)}, now it is gone."


def _changed(before: Fact, after: Fact) -> str:
    return f"{before.label}: was {_shown(before)}, now {_shown(after)}."


def _shown(fact: Fact) -> str:
    return in_count(fact.value) if isinstance(fact.value, int) else fact.value
