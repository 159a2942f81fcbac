"""Mistakes in words: each says what was wrong, what is right, and a command to type next."""

from collections.abc import Iterable, Mapping

from bot.commands.records import COMMAND, MenuEntry, Mistake
from bot.escape import clip, plain
from policies.address import Address
from policies.playbooks.processes import ALL
from policies.units import in_list

LONGEST_COMMAND = 2_000
LONGEST_REASON = 300
_LONGEST_SENTENCE = 380
_LONGEST_NEXT = LONGEST_COMMAND + 200


def mistake(sentence: str, right: str, following: str) -> Mistake:
    """A Mistake with every part on one line and of bounded length. `following` is typed after the command."""
    return Mistake(
        sentence=clip(plain(sentence), _LONGEST_SENTENCE),
        right=clip(plain(right), _LONGEST_SENTENCE),
        next=clip(plain(f"{COMMAND} {following}"), _LONGEST_NEXT),
    )


def shown(word: str, most: int = 60) -> str:
    """A typed word as code inside a sentence; its own backticks become apostrophes, so that it cannot end the code."""
    return f"`{clip(plain(word).replace('`', chr(39)), most)}`"


def quoted(text: str) -> str:
    """A text in quotes that the grammar reads back as it is, as far as that is possible."""
    if '"' not in text:
        return f'"{text}"'
    return f"'{text}'" if "'" not in text else '"' + text.replace('"', "'") + '"'


def _apart(name: str) -> bool:
    """Whether the grammar would take a name for several words, or for something else, without quotes."""
    return any(character in name for character in " ,=\"'")


def command_line(
    entry: MenuEntry,
    targets: Iterable[str | Address],
    *,
    into: Iterable[str | Address] = (),
    options: Mapping[str, str] | None = None,
    cluster: str | None = None,
    reason: str = "",
    dry_run: bool = False,
) -> str:
    """The operation as it is typed, without the leading command."""
    words = ["plan"] if dry_run else []
    named = [str(target) for target in targets]
    words += [*entry.words, *(quoted(name) if entry.names and _apart(name) else name for name in named)]
    words += [word for number, new in enumerate(into) for word in (["to"] if number == 0 else []) + [str(new)]]
    words += ["all" if name == ALL else f"{name}={value}" for name, value in (options or {}).items()]
    if cluster:
        words += ["on", cluster]
    if reason:
        words.append(f"reason={quoted(reason)}")
    return " ".join(words)


def too_long(length: int) -> Mistake:
    return mistake(
        f"The command has {length:,} characters; at most {LONGEST_COMMAND:,} are read.",
        f"Name fewer nodes at once, or write a shorter reason (at most {LONGEST_REASON} characters).",
        "help",
    )


def unclosed_quote(closed: str) -> Mistake:
    return mistake(
        "A quote is opened and never closed, so it is not clear where the text ends.",
        "Close the quote with the same sign it was opened with.",
        closed,
    )


def unknown_cluster(name: str, clusters: tuple[str, ...], near: str | None, following: str) -> Mistake:
    guess = f" Did you mean `{near}`?" if near else ""
    return mistake(
        f"There is no cluster {shown(name)}.{guess}", f"Clusters: {in_list(_code(clusters), 8)}.", following
    )


def which_cluster(clusters: tuple[str, ...], following: str) -> Mistake:
    if not clusters:
        return mistake("No cluster is configured.", "Name at least one cluster in the settings.", "help")
    return mistake(
        f"This channel is not bound to a cluster, and there are {len(clusters)}.",
        f"Say which one, with `on CLUSTER`: {in_list(_code(clusters), 8)}.",
        following,
    )


def reason_too_long(length: int, following: str) -> Mistake:
    return mistake(
        f"The reason has {length:,} characters; at most {LONGEST_REASON} are kept.",
        "Write the reason in a sentence or two and link to the rest.",
        following,
    )


def reason_unquoted(following: str) -> Mistake:
    return mistake(
        "The reason has several words and no quotes.", 'Put it in quotes: `reason="disk full"`.', following
    )


def _code(words: Iterable[str]) -> list[str]:
    return [f"`{word}`" for word in words]
