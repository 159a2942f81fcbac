"""What should be the same on all nodes of a kind, and is not: told from the odd ones, with how many others are as usual."""

from collections import Counter
from collections.abc import Callable, Sequence

from policies.host_checks.seen import MOST_NAMES, Seen
from policies.hosts import FileState, HostFile
from policies.units import in_list

MISSING, UNREAD = "missing", "not readable"


def of_each_kind(nodes: Sequence[Seen]) -> list[tuple[str, list[Seen]]]:
    """(FE, BE or CN; its nodes), where at least two can be compared."""
    kinds = [(process, [node for node in nodes if node.kind.process == process]) for process in ("FE", "BE", "CN")]
    return [(process, alike) for process, alike in kinds if len(alike) > 1]


def differing(nodes: Sequence[Seen], file_of: Callable[[Seen], HostFile | None]) -> str:
    """`missing on BE a; another one on BE b; 3 others have the usual one`; empty when all have the same, or none has it."""
    shown = [(node, _content(file)) for node in nodes if (file := file_of(node)) is not None]
    counted = Counter(what for _, what in shown)
    if len(counted) < 2:
        return ""
    usual, times = counted.most_common(1)[0]
    parts: dict[str, list[Seen]] = {}
    for node, what in shown:
        if what != usual:
            word = what if what in (MISSING, UNREAD) else "there" if usual == MISSING else "another one"
            parts.setdefault(word, []).append(node)
    odd = "; ".join(f"{word} on {named(those)}" for word, those in parts.items())
    have = "has" if times == 1 else "have"
    rest = {MISSING: f"{have} none", UNREAD: "cannot read theirs"}.get(usual, f"{have} the usual one")
    return f"{odd}; {on_others(times)} {rest}"


def most_lack(nodes: Sequence[Seen], file_of: Callable[[Seen], HostFile | None]) -> bool:
    """Whether most nodes do without this file."""
    shown = [_content(file) for node in nodes if (file := file_of(node)) is not None]
    return bool(shown) and Counter(shown).most_common(1)[0][0] == MISSING


def on_others(times: int) -> str:
    return "1 other" if times == 1 else f"{times} others"


def named(nodes: Sequence[Seen]) -> str:
    return in_list([str(node) for node in nodes], MOST_NAMES)


def _content(file: HostFile) -> str:
    if file.state is FileState.READABLE:
        return file.sha256
    return MISSING if file.state is FileState.ABSENT else UNREAD
