"""Clocks agree: frontends whose clocks are more than 5 s apart do not form a group.

fe: common/Config.java max_bdbje_clock_delta_ms = 5000; docs: deployment/environment_configurations asks for NTP everywhere. Judged
from the middle of all, so that a wrong clock of our own says nothing.
"""

from collections.abc import Sequence
from statistics import median

from policies.host_checks.seen import Seen, block, fine, warn
from policies.plan import Finding
from policies.units import in_list

NAME = "clocks"
TOLD, TOO_MUCH = 2.0, 5.0
OURS = 5.0
"""Seconds that all of them may be apart from us before it is said."""


def clocks(nodes: Sequence[Seen]) -> list[Finding]:
    skews = {node.address.host: node.survey.clock_skew_s for node in nodes if node.survey.clock_skew_s is not None}
    frontends = {node.address.host for node in nodes if node.kind.frontend}
    if not skews:
        return []
    middle = median(skews.values())
    off = {host: skew - middle for host, skew in skews.items() if abs(skew - middle) > TOLD}
    found = _frontends({host: skew for host, skew in skews.items() if host in frontends})
    for host, by in off.items():
        found.append(warn(NAME, f"The clock of {host} is {_words(by)} the others.", "Mend its time service."))
    if abs(middle) > OURS:
        found.append(warn(NAME, f"The hosts' clocks are {_words(middle)} this worker's own."))
    return found or [fine(NAME, f"The clocks of {in_list(list(skews), 3)} agree within {TOLD:g} s.")]


def _frontends(skews: dict[str, float]) -> list[Finding]:
    """What counts for them is the two that lie furthest apart."""
    if not skews:
        return []
    first, last = min(skews, key=skews.__getitem__), max(skews, key=skews.__getitem__)
    apart = skews[last] - skews[first]
    if apart <= TOO_MUCH:
        return []
    words = f"The clocks of frontends {first} and {last} are {apart:.1f} s apart."
    return [block(NAME, words, "Beyond 5 s a frontend does not join its group when it starts: mend the time service first.")]


def _words(by: float) -> str:
    return f"{abs(by):.1f} s {'ahead of' if by > 0 else 'behind'}"
