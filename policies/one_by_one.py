"""Several targets leave one after the other: what holds at the start may break with the second or third of them."""

from collections.abc import Callable

from policies.address import Address


def first_to_break(targets: tuple[Address, ...], holds: Callable[[tuple[Address, ...]], bool]) -> Address | None:
    """The first target that, gone together with those before it, breaks a rule; None when the rule holds to the end."""
    for count in range(1, len(targets) + 1):
        if not holds(targets[:count]):
            return targets[count - 1]
    return None


def breaking_words(targets: tuple[Address, ...], holds: Callable[[tuple[Address, ...]], bool]) -> str:
    """Which of several targets is one too many, as a sentence; empty for a single target, which needs no telling."""
    broken_by = first_to_break(targets, holds) if len(targets) > 1 else None
    if broken_by is None:
        return ""
    before = targets[: targets.index(broken_by)]
    if not before:
        return f"{broken_by} alone is too much already."
    return f"{broken_by} is the first that is too much; without it and those after it, this rule would hold."
