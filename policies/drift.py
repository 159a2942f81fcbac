"""Drift: what changed between the facts a plan relies on and the facts of a later look, in words."""

from policies.plan import Fact
from policies.record import Record
from policies.units import in_bytes, in_count

BYTES = "bytes"
"""A number whose key ends with this word is shown as a size, any other as a count."""
PART = ", "
"""A fact may say several things in a row; only those that changed are told."""


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
        if before is None and after is not None:
            material.append(f"{after.label}: {_shown(after)}, which was not there when the plan was made.")
        elif before is not None and after is None:
            material.append(f"{before.label}: was {_shown(before)}, now it is gone.")
        elif before is not None and after is not None and before.value != after.value:
            (harmless if _tolerable(before, after) else material).append(_changed(before, after))
    return Drift(material=tuple(material), harmless=tuple(harmless))


def _tolerable(before: Fact, after: Fact) -> bool:
    """By the tolerance of the plan that was approved: a later look must not widen it."""
    if before.tolerance is None or not isinstance(before.value, int) or not isinstance(after.value, int):
        return False
    return abs(after.value - before.value) <= before.tolerance


def _changed(before: Fact, after: Fact) -> str:
    was, now = _shown(before), _shown(after)
    if isinstance(before.value, str) and isinstance(after.value, str):
        was, now = _differing(before.value, after.value)
    elif isinstance(before.value, int) and isinstance(after.value, int) and was == now:
        # Two sizes that look alike in words still differ: then every byte has to be told.
        was, now = in_count(before.value), in_count(after.value)
    return f"{before.label}: was {was}, now {now}."


def _differing(before: str, after: str) -> tuple[str, str]:
    """The parts in which two facts differ; all of both when they are not built alike."""
    if before.count(PART) != after.count(PART):
        return before, after
    pairs = list(zip(before.split(PART), after.split(PART), strict=True))
    return PART.join(was for was, now in pairs if was != now), PART.join(now for was, now in pairs if was != now)


def _shown(fact: Fact) -> str:
    if isinstance(fact.value, str):
        return fact.value
    return in_bytes(fact.value) if fact.key.endswith(BYTES) else in_count(fact.value)
