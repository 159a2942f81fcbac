"""How a version calls the switches in fe.conf that change how a frontend reads its metadata.

A name that a version does not know is ignored without a word (fe: common/ConfigBase.java), so the right one matters.
"""

from policies.releases.rule import Span, below, between
from policies.versions import build

RESET_OLD, RESET = "metadata_failure_recovery", "bdbje_reset_election_group"
_WITH_OLD_NAME: tuple[Span, ...] = (below(3, 1, 10), between((3, 2, 0), (3, 2, 5)))
"""Read in Config.java at the tags 3.1.9, 3.1.10, 3.2.4 and 3.2.5; neither name is an alias of the other."""

IGNORE_UNKNOWN = "ignore_unknown_log_id"
"""Known by every version: from 3.3.5 on as an older name of the next one, before that as the only one (Config.java per tag)."""
IGNORE_UNKNOWN_LATER = "metadata_ignore_unknown_operation_type"
_LATER_NAME_SINCE = (3, 3, 5)


def reset_flag(version: str) -> str | None:
    """The line of fe.conf, set to true, with which a copy of the metadata starts as a group of its own; None when unknown.

    docs: administration/Meta_recovery. Left in, every restart throws the other frontends out of the group.
    """
    one = build(version)
    if one is None:
        return None
    return RESET_OLD if any(span.holds(one.number) for span in _WITH_OLD_NAME) else RESET


def ignore_unknown_names(version: str) -> tuple[str, ...]:
    """Every name under which fe.conf of this version may say it: what to look for when it is to be taken out again."""
    one = build(version)
    if one is not None and one.number < _LATER_NAME_SINCE:
        return (IGNORE_UNKNOWN,)
    return (IGNORE_UNKNOWN, IGNORE_UNKNOWN_LATER)
