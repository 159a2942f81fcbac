"""`mem_limit=80%` and `heap=16g`: the amounts of memory of `resize`, and what people type in their place."""

from typing import TYPE_CHECKING

from bot.commands.mistakes import mistake, shown
from bot.commands.records import COMMAND, Mistake
from bot.suggestions import closest
from policies.cluster import NodeKind
from policies.conf_keys import refusal
from policies.releases.java import with_heap
from policies.resizing import HEAP, MEM_LIMIT

if TYPE_CHECKING:
    from bot.commands.operations import Attempt

PATHS = "storage_root_path"
RIGHT = {
    MEM_LIMIT: "Write a share of the host's memory, `mem_limit=80%`, or an amount, `mem_limit=100G`.",
    HEAP: "Write the size with its unit, `heap=16g` or `heap=8192m`.",
}
EXAMPLE = {MEM_LIMIT: "80%", HEAP: "16g"}


def wrong_size(attempt: "Attempt") -> Mistake | None:
    """The amount is missing, or is none."""
    option = next((name for name in (MEM_LIMIT, HEAP) if name in attempt.entry.options), None)
    if option is None:
        return None
    typed = attempt.options.get(option)
    if typed is not None and _is_size(option, typed):
        return None
    attempt.options[option] = EXAMPLE[option]
    words = f"{shown(typed)} is no amount of memory." if typed else f"How much is missing: `{option}=`."
    return mistake(words, RIGHT[option], attempt.again())


def other_option(attempt: "Attempt", name: str, value: str) -> Mistake | None:
    """Options that `resize` has for another kind of node, or that are no matter of a restart."""
    if attempt.entry.words[0] != "resize":
        return None
    known = name.casefold()
    if known == PATHS:
        right = "A path that goes takes its replicas along: `rebuild be` drains the node, changes its disks and brings it back."
        words = f"`{PATHS}` is not changed by a resize."
        path = f" path={value}" if value.startswith("/") and " " not in value and ";" not in value else ""
        return mistake(words, right, f"rebuild be {' '.join(attempt.hosts[:1]) or 'HOST:PORT'}{path}")
    own = next(option for option in attempt.entry.options if option in RIGHT)
    meant = closest(known, (own,)) is not None
    if not meant and known not in {MEM_LIMIT, HEAP, "xmx", "-xmx"}:
        return None
    attempt.options.setdefault(own, value if meant and _is_size(own, value) else EXAMPLE[own])
    guess = f" Did you mean `{own}=`?" if meant else f" It takes `{own}=`."
    words = f"{shown(name)} is no option of `{COMMAND} {' '.join(attempt.entry.words)}`.{guess}"
    return mistake(words, RIGHT[own], attempt.again())


def _is_size(option: str, typed: str) -> bool:
    if option == MEM_LIMIT:
        return not refusal(NodeKind.BACKEND, MEM_LIMIT, typed, None)
    try:
        return bool(with_heap("", typed))
    except ValueError:
        return False
