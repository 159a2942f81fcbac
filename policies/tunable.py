"""Settings of the balancer and the tablet scheduler that may be lent for a while: short names, allowed values, meaning.

Names and defaults: fe: common/Config.java (2023-12 and 2025-06 agree). A frontend keeps them in memory only, so a restart or
a new leader loses them; that is why a lease looks again and again (fe: ADMIN SET FRONTEND CONFIG).
"""

import re

from policies.record import Record
from policies.settings import (
    BACKEND_DOWN,
    DISABLE_BALANCE,
    DISABLE_COLOCATE_BALANCE,
    MAX_BALANCING,
    MAX_SCHEDULING,
    SLOTS_PER_PATH,
    Setting,
)

SWITCH = {"on": "false", "off": "true"}
"""The settings say what is disabled; people say what is on."""
_SPAN = re.compile(r"(\d{1,4})\s*(m|min|h|d)")
_SECONDS = {"m": 60, "min": 60, "h": 3600, "d": 86400}
SHORTEST_S, LONGEST_S = 60, 7 * 86400


class Tunable(Record):
    """One setting: `least` and `most` bound a number; a switch has neither."""

    option: str
    setting: Setting
    what: str
    least: int = 0
    most: int = 0

    @property
    def is_switch(self) -> bool:
        return self.most == 0

    def value(self, typed: str) -> str | None:
        """What the frontend is told for what was typed; None when that is not allowed."""
        if self.is_switch:
            return SWITCH.get(typed.casefold())
        return typed if typed.isascii() and typed.isdigit() and self.least <= int(typed) <= self.most else None

    @property
    def allowed(self) -> str:
        return "on or off" if self.is_switch else f"{self.least} to {self.most}"


TUNABLES: tuple[Tunable, ...] = (
    Tunable(option="slots", setting=SLOTS_PER_PATH, what="clones at a time on each disk: the speed of a drain", least=2, most=64),
    Tunable(
        option="balance",
        setting=DISABLE_BALANCE,
        what="the balancing of tablets; drains and repairs go on without it",
    ),
    Tunable(
        option="colocate-balance",
        setting=DISABLE_COLOCATE_BALANCE,
        what="the balancing of colocate groups; off also holds drains",
    ),
    Tunable(
        option="max-balancing",
        setting=MAX_BALANCING,
        what="tablets that are balanced at a time",
        least=1,
        most=5000,
    ),
    Tunable(
        option="max-scheduling",
        setting=MAX_SCHEDULING,
        what="tablets that the scheduler takes on; 0 would freeze drains",
        least=1,
        most=100_000,
    ),
    Tunable(
        option="be-down",
        setting=BACKEND_DOWN,
        what="seconds that a backend may be away before its tablets are cloned elsewhere",
        least=int(BACKEND_DOWN.default),
        most=LONGEST_S,
    ),
)
OPTIONS = tuple(tunable.option for tunable in TUNABLES)


def tunable(option: str) -> Tunable | None:
    return next((one for one in TUNABLES if one.option == option), None)


def span_s(typed: str) -> int | None:
    """`2h`, `30m`, `1d` in seconds; None when it is no such span or out of bounds."""
    found = _SPAN.fullmatch(typed.casefold())
    seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
    return seconds if SHORTEST_S <= seconds <= LONGEST_S else None


def shown_name(settings: dict[str, str], setting: Setting) -> str:
    """The name under which this version shows the setting; older ones know the older name only."""
    return next((name for name in (setting.name, *setting.aliases) if name in settings), setting.name)
