"""The speed of a drain, lent for its own time: `slots=16` on the command of an operation that drains backends."""

from policies.cluster import ClusterState, RunMode
from policies.plan import Finding, Step, Verdict
from policies.record import Record
from policies.request import Request
from policies.steps.lend import Lent, give_back, lend, lent
from policies.tunable import Tunable, shown_name, tunable

OPTION = "slots"
CHECK = "speed"


class Speed(Record):
    """What is lent for the time of the drains, if anything, and what to say about it."""

    lent: Lent | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def refused(self) -> bool:
        return any(finding.verdict is Verdict.BLOCK for finding in self.findings)

    def around(self, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        """The drains with the speed lent before the first and given back after the last."""
        return (lend(self.lent), *steps, give_back(self.lent)) if self.lent and steps else steps

    def in_force(self, state: ClusterState) -> ClusterState:
        """The cluster as it will be while the drains go on, for their estimate."""
        return state.with_(settings={**state.settings, self.lent.name: self.lent.new}) if self.lent else state


def speed_asked(request: Request, state: ClusterState) -> Speed:
    """What `slots=` on the command comes to on this cluster."""
    typed, one = request.options.get(OPTION), tunable(OPTION)
    if typed is None or one is None:
        return Speed()
    wrong = refusal(one, typed, state)
    if wrong is not None:
        return Speed(findings=(wrong,))
    name, new = shown_name(state.settings, one.setting), one.value(typed) or ""
    if state.run_mode is RunMode.SHARED_DATA:
        return Speed(findings=(_ok(f"In shared_data nothing is copied from node to node: `{name}` is left as it is."),))
    if state.settings[name] == new:
        return Speed(findings=(_ok(f"`{name}` is {new} already and stays so: nothing is lent."),))
    old = state.settings[name]
    words = f"`{name}` ({one.what}) is {old}; it is {new} for the time of this operation, then {old} again."
    return Speed(lent=lent(one.setting, new, state), findings=(_ok(words),))


def refusal(one: Tunable, typed: str, state: ClusterState) -> Finding | None:
    """Why a setting cannot be lent with this value; None when it can."""
    name = shown_name(state.settings, one.setting)
    if one.value(typed) is None:
        words, advice = f"{one.option}={typed} is not allowed.", f"{one.option} takes {one.allowed}."
    elif name not in state.settings:
        words, advice = f"The leader does not tell `{name}`, so nothing could be given back.", "Try again later."
    else:
        return None
    return Finding(check=CHECK, verdict=Verdict.BLOCK, sentence=words, advice=advice)


def _ok(sentence: str) -> Finding:
    return Finding(check=CHECK, verdict=Verdict.OK, sentence=sentence, told=True)
