"""A setting is lent for the time of a plan: set by one step, given back by a later one, or by an abort, or by a close."""

from policies.acts import SetSetting, SetVariable
from policies.awaited import SettingIs, VariableIs
from policies.cluster import ClusterState
from policies.plan import Fact, Step
from policies.record import Record
from policies.settings import Setting
from policies.tunable import shown_name


class Lent(Record):
    """A setting under the name that the cluster shows, its value for the while, and the one to give back.

    With `variable` it is a global variable, which is set, seen and lost in another way.
    """

    name: str
    new: str
    old: str
    variable: bool = False

    @property
    def there(self) -> SetSetting | SetVariable:
        return self._set(self.new)

    @property
    def back(self) -> SetSetting | SetVariable:
        return self._set(self.old)

    @property
    def is_there(self) -> SettingIs | VariableIs:
        return self._is(self.new)

    @property
    def is_back(self) -> SettingIs | VariableIs:
        return self._is(self.old)

    def _set(self, value: str) -> SetSetting | SetVariable:
        return SetVariable(name=self.name, value=value) if self.variable else SetSetting(name=self.name, value=value)

    def _is(self, value: str) -> SettingIs | VariableIs:
        return VariableIs(name=self.name, value=value) if self.variable else SettingIs(name=self.name, value=value)


def lent(setting: Setting, new: str, state: ClusterState) -> Lent | None:
    """The setting as it is now and as it will be; None when the leader does not tell it, so that nothing could be given back."""
    name = shown_name(state.settings, setting)
    old = state.settings.get(name)
    return None if old is None else Lent(name=name, new=new, old=old)


def lend(one: Lent) -> Step:
    """The step that sets it; from here on it is held until it is given back (policies.leasing)."""
    return Step(
        id=f"set-{one.name}",
        group=one.name,
        title=f"Set `{one.name}` to {one.new}; it is {one.old}",
        act=one.there,
        until=one.is_there,
        undo=one.back,
        undo_until=one.is_back,
        lent=True,
    )


def give_back(one: Lent) -> Step:
    """The step that ends it."""
    title = f"Give `{one.name}` back: {one.old} again"
    return Step(id=f"restore-{one.name}", group=one.name, title=title, act=one.back, until=one.is_back)


def lent_fact(one: Lent) -> Fact:
    """The plan relies on the old value: it is what comes back."""
    what = "variable" if one.variable else "setting"
    return Fact(key=f"{what} {one.name}", label=f"`{one.name}`", value=one.old)
