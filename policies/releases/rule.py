"""The shape of a rule about one release replacing another."""

from enum import StrEnum

from policies.cluster import RunMode
from policies.record import Record
from policies.versions import Number

LAST: Number = (999, 0, 0)


class Span(Record):
    """Release numbers from `since` on and below `before`."""

    since: Number = (0, 0, 0)
    before: Number = LAST

    def holds(self, number: Number) -> bool:
        return self.since <= number < self.before


def line(major: int, minor: int) -> Span:
    """Every patch of one release line."""
    return Span(since=(major, minor, 0), before=(major, minor + 1, 0))


def only(*number: int) -> Span:
    """One release."""
    major, minor, patch = number
    return Span(since=(major, minor, patch), before=(major, minor, patch + 1))


def below(*number: int) -> Span:
    major, minor, patch = number
    return Span(before=(major, minor, patch))


def starting(*number: int) -> Span:
    """This release and every later one."""
    major, minor, patch = number
    return Span(since=(major, minor, patch))


def between(since: Number, before: Number) -> Span:
    return Span(since=since, before=before)


class Weight(StrEnum):
    """What a rule asks for: nothing but attention, something to be done before, or that the hop is not made."""

    BLOCK = "block"
    FIRST = "first"
    WARN = "warn"


class Way(StrEnum):
    """How something is brought about before the first node changes."""

    FRONTEND_CONFIG = "frontend config"
    GLOBAL_VARIABLE = "global variable"
    CONF_LINE = "conf line"
    IMAGE = "image"
    PERSON = "person"


class First(Record):
    """One thing to be done before the first node changes.

    `name` and `value` for a setting, a variable or a line of the conf file `file`; `line` is what to run or write, as it is;
    `proof` is a query whose empty answer shows that it is done. `back` says that the old value returns when the roll has ended.
    With `at_most` a smaller number is as good.
    """

    way: Way
    line: str
    name: str = ""
    value: str = ""
    file: str = ""
    proof: str = ""
    back: bool = False
    at_most: bool = False

    @property
    def words(self) -> str:
        """What a person types or does, and how to see that it is done."""
        line = self.line.rstrip(".")
        return f"{line} (done when `{self.proof}` is empty)" if self.proof else line

    def met_by(self, found: str) -> bool:
        """Whether it is so already."""
        found = found.strip().lower()
        if self.at_most and found.isdecimal() and self.value.isdecimal():
            return int(found) <= int(self.value)
        return found == self.value


def frontend_config(name: str, value: str, *, back: bool = True) -> First:
    statement = f'ADMIN SET FRONTEND CONFIG ("{name}" = "{value}")'
    return First(way=Way.FRONTEND_CONFIG, line=statement, name=name, value=value, back=back)


def global_variable(name: str, value: str, *, back: bool = True, at_most: bool = False) -> First:
    line = f"SET GLOBAL {name} = {value}"
    return First(way=Way.GLOBAL_VARIABLE, line=line, name=name, value=value, back=back, at_most=at_most)


def conf_line(file: str, name: str, value: str, *, back: bool = False) -> First:
    return First(way=Way.CONF_LINE, line=f"{name} = {value}", name=name, value=value, file=file, back=back)


def person(words: str, *, proof: str = "") -> First:
    return First(way=Way.PERSON, line=words, proof=proof)


IMAGE = First(way=Way.IMAGE, line="ALTER SYSTEM CREATE IMAGE")


class Rule(Record):
    """A hop between two spans of releases, and what is known about it. `mode` limits it to one kind of cluster."""

    id: str
    installed: Span
    wanted: Span
    weight: Weight
    sentence: str
    source: str
    advice: str = ""
    first: tuple[First, ...] = ()
    mode: RunMode | None = None

    def about(self, installed: Number, wanted: Number, mode: RunMode | None) -> bool:
        """Whether the rule is about this hop; a cluster of unknown kind is spared no rule."""
        right_mode = self.mode is None or mode is None or mode is self.mode
        return right_mode and self.installed.holds(installed) and self.wanted.holds(wanted)
