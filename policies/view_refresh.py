"""What it costs to activate a materialized view, by version; and the versions whose leader refreshes all of them by itself.

Known from the version alone: there is nothing to probe, and no option that avoids it. `ACTIVE WITH NO_VALIDATION`, which
reports from the field recommend, was never merged (PR 56864) and is a syntax error in every release.
"""

from enum import StrEnum

from policies.record import Record
from policies.versions import release

Number = tuple[int, int, int]


class Activation(StrEnum):
    """What `ALTER MATERIALIZED VIEW … ACTIVE` refreshes."""

    EVERYTHING = "everything"
    WHAT_CHANGED = "what changed"
    UNKNOWN = "unknown"


class Rule(Record):
    """A range of versions, `below` excluded."""

    since: Number
    below: Number
    activation: Activation
    source: str


RULES: tuple[Rule, ...] = (
    Rule(
        since=(2, 5, 0), below=(3, 4, 3), activation=Activation.EVERYTHING,
        source="fe: alter/AlterMVJobExecutor.java refreshes with force and clears the versions seen; PR 57371 is missing",
    ),
    Rule(since=(3, 4, 3), below=(3, 5, 0), activation=Activation.WHAT_CHANGED, source="PR 57371 in 3.4.3"),
    Rule(
        since=(3, 5, 0), below=(3, 5, 21), activation=Activation.EVERYTHING,
        source="PR 57371 is on no branch of 3.5 before its backport, PR 76576 (July 2026; 3.5.20 came out without it)",
    ),
    Rule(
        since=(3, 5, 21), below=(4, 0, 0), activation=Activation.UNKNOWN,
        source="PR 76576 is merged for 3.5; which patch has it first is not proven",
    ),
    Rule(since=(4, 0, 0), below=(99, 0, 0), activation=Activation.WHAT_CHANGED, source="PR 57371 on main before 4.0"),
)  # fmt: skip

STORM_SINCE, STORM_BELOW, STORM_KNOWN_GONE = (3, 5, 15), (3, 5, 21), (4, 0, 0)
"""PR 76576, reported on 3.5.18: views reloaded by a new leader count as changed, and each is refreshed completely."""


def activation(version: str) -> Activation:
    """What an activation refreshes on this version; unknown for a version that nobody can read."""
    number = release(version)
    if number is None:
        return Activation.UNKNOWN
    return next((rule.activation for rule in RULES if rule.since <= number < rule.below), Activation.UNKNOWN)


def refresh_storm_on_leader_restart(version: str) -> bool | None:
    """Whether each restart of the leader refreshes all asynchronous views completely; None when it is not known."""
    number = release(version)
    if number is None or STORM_BELOW <= number < STORM_KNOWN_GONE:
        return None
    return STORM_SINCE <= number < STORM_BELOW
