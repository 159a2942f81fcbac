"""Did you mean …? The nearest of a few known words."""

import difflib
from collections.abc import Iterable

_CUTOFF = 0.6
_LONGEST = 80


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like the typed one, whatever its case; None when nothing is near."""
    names = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word.casefold()[:_LONGEST], list(names), n=1, cutoff=_CUTOFF)
    if near:
        return names[near[0]]
    beginnings = [
        name for folded, name in names.items() if len(word) >= 2 and folded.startswith(word.casefold())
    ]
    return beginnings[0] if len(beginnings) == 1 else None
