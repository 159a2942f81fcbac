"""The balancer is frozen while nodes change their version: a node that is away for a minute must not start a thousand clones.

docs: deployment/upgrade ("disable tablet clone"). The manual writes the older names and gives back defaults; here each setting is
lent under the name that the cluster shows, and what comes back is what was found.
"""

from policies.cluster import ClusterState
from policies.plan import Finding, Verdict
from policies.settings import DISABLE_BALANCE, DISABLE_COLOCATE_BALANCE, MAX_BALANCING, MAX_SCHEDULING, Setting
from policies.steps.lend import Lent, lent
from policies.tunable import shown_name
from policies.units import in_list

CHECK = "freeze"
FROZEN: tuple[tuple[Setting, str], ...] = (
    (MAX_SCHEDULING, "0"),
    (MAX_BALANCING, "0"),
    (DISABLE_BALANCE, "true"),
    (DISABLE_COLOCATE_BALANCE, "true"),
)


def to_freeze(state: ClusterState) -> tuple[Lent, ...]:
    """The settings to lend: those that the leader tells and that have another value now. policies.steps.lend makes the steps."""
    told = (lent(setting, value, state) for setting, value in FROZEN)
    return tuple(one for one in told if one is not None and one.old.strip().lower() != one.new)


def judge_freeze(state: ClusterState) -> tuple[Finding, ...]:
    """Whether the balancer can be frozen now, and what was found frozen already."""
    leaving = [str(backend.address) for backend in state.backends if backend.decommissioned]
    if leaving:
        verb = "is" if len(leaving) == 1 else "are"
        words = f"{in_list(leaving)} {verb} being drained, and a frozen balancer would hold that drain for weeks."
        return (_finding(Verdict.BLOCK, words, "Let the drain end, or cancel it."),)
    untold = [setting.name for setting, _ in FROZEN if shown_name(state.settings, setting) not in state.settings]
    if untold:
        words = f"The leader does not tell {in_list([f'`{name}`' for name in untold])}, so nothing could be given back."
        return (_finding(Verdict.BLOCK, words, "Try again later."),)
    borrowed = to_freeze(state)
    rests = in_list([f"`{each.name}` {each.new} (now {each.old})" for each in borrowed])
    found = [_finding(Verdict.OK, f"Balancing rests meanwhile and comes back afterwards: {rests}.", told=True)] if borrowed else []
    scheduling = [each for each in borrowed if each.name in {MAX_SCHEDULING.name, *MAX_SCHEDULING.aliases}]
    if scheduling:
        words = (
            f"Where tablets stay unhealthy after a node is back, as with loads meanwhile, `{scheduling[0].name}` is "
            f"{scheduling[0].old} until they are repaired, and frozen again before the next node."
        )
        found.append(_finding(Verdict.OK, words, told=True))
    taken = {each.name for each in borrowed}
    left = [f"`{name}`" for setting, _ in FROZEN if (name := shown_name(state.settings, setting)) not in taken]
    if left:
        verb = "is" if len(left) == 1 else "are"
        words = f"{in_list(left)} {verb} frozen already, perhaps since an earlier upgrade, and will stay so."
        found.append(_finding(Verdict.WARN, words, "Thaw by ADMIN SET FRONTEND CONFIG if nobody needs it frozen."))
    return tuple(found)


def _finding(verdict: Verdict, sentence: str, advice: str = "", *, told: bool = False) -> Finding:
    return Finding(check=CHECK, verdict=verdict, sentence=sentence, advice=advice, told=told)
