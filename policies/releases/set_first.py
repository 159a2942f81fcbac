"""What SQL can do of the things that come before a hop: settings of the frontends, as steps of the plan."""

from policies.cluster import ClusterState
from policies.plan import Step
from policies.releases.downgrade_rules import DOWNGRADE_RULES
from policies.releases.paths import PathFinding, to_do_first
from policies.releases.rule import Way
from policies.releases.upgrade_rules import UPGRADE_RULES
from policies.steps.lend import Lent, lend

NAMES = frozenset(
    first.name for rule in (*UPGRADE_RULES, *DOWNGRADE_RULES) for first in rule.first if first.way is Way.FRONTEND_CONFIG
)
"""Settings that a hop may want changed; each frontend is asked for them as for what can be lent."""


def to_set_first(found: tuple[PathFinding, ...], state: ClusterState) -> tuple[Lent, ...]:
    """The settings that the hop wants to have another value for its time, and that come back: lend them with the freeze."""
    return tuple(one for one, back in _wanted(found, state) if back)


def set_for_good(found: tuple[PathFinding, ...], state: ClusterState) -> tuple[Step, ...]:
    """Steps for those that the version the hop leads to does not know any more: an abort in the same group sets them back."""
    return tuple(lend(one).with_(id=f"first-{one.name}", lent=False) for one, back in _wanted(found, state) if not back)


def _wanted(found: tuple[PathFinding, ...], state: ClusterState) -> list[tuple[Lent, bool]]:
    """Those that the leader tells and that have another value now."""
    wanted = []
    for first in to_do_first(found):
        old = state.settings.get(first.name)
        if first.way is Way.FRONTEND_CONFIG and old is not None and old.strip().lower() != first.value:
            wanted.append((Lent(name=first.name, new=first.value, old=old), first.back))
    return wanted
