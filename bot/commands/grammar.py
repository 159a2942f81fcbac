"""The grammar of `/sr …`: typed text to a command, or to a mistake that says what to type next. Pure."""

from bot.commands import mistakes
from bot.commands.mistakes import LONGEST_COMMAND, mistake, shown
from bot.commands.operations import parse_operation
from bot.commands.place import Place
from bot.commands.records import COMMAND, Ask, Command, Help, MenuEntry, Mistake, Operate, Question, Show
from bot.commands.words import UnclosedQuoteError, Word, split, tidied
from bot.escape import clip
from bot.suggestions import closest
from policies.playbooks import MENU

QUESTIONS = tuple(question.value for question in Question)
PLAIN_COMMANDS = ("help", "status", "nodes", "balance", "views", "hosts", "restore", "plan", "check", "ops", "show", "lock")
_HELP = frozenset({"help", "-h", "--help", "?", "hilfe", "man"})
_ROLES = {"backend": "be", "backends": "be", "bes": "be", "frontend": "fe", "frontends": "fe", "fes": "fe"}
_ROLES |= dict.fromkeys(("view", "mv", "mvs"), "views")
_OTHER_WORDS = {
    "drain": "decommission",
    "remove": "decommission",
    "operations": "ops",
}
# Decisions are clicks on the card: a typed word has no digest, so it could approve something else than what was read.
_ON_THE_CARD = frozenset(
    {"approve", "reject", "cancel", "pause", "resume", "abort", "retry", "skip", "close", "stop"}
)
_LONGEST_ID = 64


def parse(
    text: str, *, clusters: tuple[str, ...], channel_cluster: str | None, menu: tuple[MenuEntry, ...] = MENU
) -> Command | Mistake:
    """Read what a person typed after `/sr`. Never raises; whatever cannot be read is a Mistake."""
    if len(text) > LONGEST_COMMAND:
        return mistakes.too_long(len(text))
    try:
        words = split(tidied(text))
    except UnclosedQuoteError as error:
        return mistakes.unclosed_quote(error.closed)
    if words and words[0].text.casefold() == COMMAND:
        words = words[1:]
    place = Place(clusters, channel_cluster)
    return _command(words, place, menu)


def topics(menu: tuple[MenuEntry, ...] = MENU) -> tuple[str, ...]:
    """Everything `/sr help TOPIC` knows."""
    return (*PLAIN_COMMANDS, *(" ".join(entry.words) for entry in menu))


def _command(words: list[Word], place: Place, menu: tuple[MenuEntry, ...]) -> Command | Mistake:
    if not words:
        return Help()
    first, rest = words[0].text.casefold(), words[1:]
    if first in _HELP:
        return _help(rest, menu)
    if first == "show":
        return _show(rest)
    if first in QUESTIONS:
        return _ask(Question(first), rest, place)
    if first == "plan":
        return _operation(rest, place, menu, dry_run=True) if rest else _empty_plan(menu)
    if first == "check":
        return _checked(_operation(rest, place, menu, dry_run=True)) if rest else _empty_plan(menu, "check")
    return _operation(words, place, menu, dry_run=False)


def _checked(parsed: Command | Mistake) -> Command | Mistake:
    """`check` reads like `plan` and shows less."""
    if isinstance(parsed, Operate):
        return parsed.with_(checks_only=True)
    if isinstance(parsed, Mistake):
        return parsed.with_(next=parsed.next.replace(f"{COMMAND} plan ", f"{COMMAND} check ", 1))
    return parsed


def _help(rest: list[Word], menu: tuple[MenuEntry, ...]) -> Help | Mistake:
    topic = " ".join(word.text for word in rest).casefold().removeprefix(f"{COMMAND} ")
    known = topics(menu)
    if not topic or topic in known:
        return Help(topic=topic)
    begun = [name for name in known if name.startswith(f"{topic} ")]
    if len(begun) == 1:
        return Help(topic=begun[0])
    near = closest(_OTHER_WORDS.get(topic, topic), known)
    guess = f" Did you mean `{near}`?" if near else ""
    listed = ", ".join(f"`{name}`" for name in known)
    return mistake(f"There is no help on {shown(topic)}.{guess}", f"Topics: {listed}.", f"help {near or ''}")


def _show(rest: list[Word]) -> Show | Mistake:
    right = "Write the id that stands on its card, or look it up in the list of operations."
    if not rest:
        return mistake("`show` needs the id of an operation.", right, "ops")
    operation = rest[0].text.strip("`#")
    if not _is_id(operation):
        return mistake(f"{shown(operation)} is not the id of an operation.", right, "ops")
    if len(rest) > 1:
        return _extra("show", rest[1], f"show {operation}")
    return Show(operation=operation)


def _is_id(text: str) -> bool:
    return (
        0 < len(text) <= _LONGEST_ID and text.isascii() and text.replace("-", "").replace("_", "").isalnum()
    )


def _ask(question: Question, rest: list[Word], place: Place) -> Ask | Mistake:
    if question is Question.RESTORE and rest and rest[0].text.casefold() == "metadata":
        rest = rest[1:]
    named = rest[1:] if rest and rest[0].text.casefold() == "on" else rest
    typed = named[0].text if named else None
    if len(named) > 1:
        kept = place.find(named[0].text)
        return _extra(question, named[1], f"{question} {kept}" if kept else f"{question}")
    if typed is None and question is Question.OPS:
        return Ask(question=question)
    cluster = place.resolve(typed, f"{question} {{cluster}}")
    return cluster if isinstance(cluster, Mistake) else Ask(question=question, cluster=cluster)


def _extra(name: str, word: Word, following: str) -> Mistake:
    usage = f"`{COMMAND} show OP`" if name == "show" else f"`{COMMAND} {name} [CLUSTER]`"
    return mistake(f"{shown(word.text)} is one word too many.", f"Usage: {usage}.", following)


def _empty_plan(menu: tuple[MenuEntry, ...], name: str = "plan") -> Mistake:
    right = f"Write the operation after `{name}`: what would run is shown, and nothing is offered for approval."
    return mistake(f"`{name}` needs an operation.", right, f"{name} {menu[0].example.removeprefix(COMMAND).strip()}")


def _operation(
    words: list[Word], place: Place, menu: tuple[MenuEntry, ...], *, dry_run: bool
) -> Command | Mistake:
    typed = [word.text.casefold() for word in words]
    typed[1:2] = [_ROLES.get(role, role) for role in typed[1:2]]
    for entry in sorted(menu, key=lambda entry: -len(entry.words)):
        if tuple(typed[: len(entry.words)]) == entry.words:
            return parse_operation(entry, words[len(entry.words) :], place, dry_run=dry_run)
    if typed[0] in _ON_THE_CARD:
        return _unknown(words, menu, dry_run=dry_run)
    same_verb = [entry for entry in menu if typed[0] == entry.words[0] and len(entry.words) > 1]
    if same_verb:
        return _wrong_role(same_verb, words, typed, dry_run=dry_run)
    return _unknown(words, menu, dry_run=dry_run)


def _wrong_role(entries: list[MenuEntry], words: list[Word], typed: list[str], *, dry_run: bool) -> Mistake:
    """`decommission fe …`, or the kind of node left out."""
    name, kinds = entries[0].words[0], [" ".join(entry.words[1:]) for entry in entries]
    second = typed[1] if len(typed) > 1 else ""
    forgotten = not second or ":" in second or any(c.isdigit() for c in second)
    sentence = f"`{name}` needs the kind of node." if forgotten else f"`{name}` does not take {shown(second)}."
    entry = entries[0]
    right = f"Usage: `{COMMAND} {entry.usage}`. The kind of node here is `{kinds[0]}`."
    if len(entries) > 1:
        right = f"The kinds of node here are {', '.join(f'`{kind}`' for kind in kinds)}: `{COMMAND} {entry.usage}`."
    rest = [_written(word) for word in words[1 if forgotten else 2 :]]
    following = " ".join(["plan"] * dry_run + [*entry.words, *rest])
    # Another kind of node has other ports: only a forgotten word is filled in, never one kind put for another.
    guessed = rest and forgotten and len(entries) == 1
    return mistake(sentence, right, following if guessed else f"help {' '.join(entry.words)}")


def _unknown(words: list[Word], menu: tuple[MenuEntry, ...], *, dry_run: bool) -> Mistake:
    typed = words[0].text.casefold()
    if typed in _ON_THE_CARD:
        right = (
            "Decisions are buttons on the operation's card, so that they apply to exactly the plan you see."
        )
        return mistake(f"{shown(typed)} is a button, not a command.", right, "ops")
    heads = dict.fromkeys(entry.words[0] for entry in menu)
    known = tuple(heads) if dry_run else (*PLAIN_COMMANDS, *heads)
    near = _OTHER_WORDS.get(typed) or (None if typed in QUESTIONS else closest(typed, known))
    guess = f" Did you mean `{near}`?" if near else ""
    listed = ", ".join(f"`{name}`" for name in known)
    rest = " ".join(_written(word) for word in words[1:])
    plan = "plan " if dry_run else ""
    sentence = f"There is no {'operation' if dry_run else 'command'} {shown(words[0].text, 40)}.{guess}"
    following = f"{plan}{near} {rest}".strip() if near else "help"
    return mistake(sentence, f"{'Operations' if dry_run else 'Commands'}: {listed}.", following)


def _written(word: Word) -> str:
    """A word as it was typed, quotes and key included."""
    text = mistakes.quoted(word.text) if word.quoted else clip(word.text, 300)
    return f"{word.key}={text}" if word.key else text
