"""Help and mistakes: what can be typed. Both derive from the menu of playbooks, so a new operation explains itself."""

from collections.abc import Sequence

from bot.blocks.layout import Block, bullets, context, header, paragraph, preformatted, rich, words
from bot.commands import COMMAND, MenuEntry, Mistake
from bot.escape import clip, sentence
from bot.limits import fitted
from bot.message import Message
from policies.playbooks import MENU
from policies.playbooks.entry import OPTIONAL

QUESTIONS: dict[str, tuple[str, str]] = {
    "help": ("/sr help [TOPIC]", "what can be typed"),
    "status": ("/sr status [CLUSTER]", "how a cluster is, what goes on there, who has it"),
    "nodes": ("/sr nodes [CLUSTER]", "every node with its state, written as commands take it"),
    "balance": ("/sr balance [CLUSTER]", "what the balancer does, and the settings that hold it"),
    "hosts": ("/sr hosts [CLUSTER]", "the hosts over SSH: what is installed, Java, memory, clocks, and where conf files differ"),
    "views": ("/sr views [CLUSTER]", "materialized views: active or why not, last refresh, what stands on them"),
    "restore": ("/sr restore metadata [CLUSTER]", "what people type to bring frontends back from a copy of the metadata"),
    "plan": ("/sr plan OPERATION …", "a dry run: the plan of an operation, without asking for it"),
    "check": ("/sr check OPERATION …", "the checks of an operation alone, with their evidence"),
    "ops": ("/sr ops", "operations under way and ended lately"),
    "show": ("/sr show OP", "one operation: its plan and what happened"),
    "lock": ("/sr lock [CLUSTER]", "which operation has a cluster, and who waits for it"),
}
"""Usage and summary of everything that changes nothing."""

SECTIONS = {
    "data-moving": "Moving data",
    "membership": "Nodes in and out",
    "processes": "Processes and hosts",
    "versions": "Versions",
    "settings": "Settings, metadata, views",
}
"""Heading for each class of operations, in the order of the overview."""

_AFTERWARDS = (
    "Every operation starts as a plan; it runs only after approval by somebody else. "
    "Approve, Reject, Pause, Resume, Abort and Retry are buttons on its card."
)


def help_message(topic: str = "", menu: Sequence[MenuEntry] = MENU) -> Message:
    """The overview, or one topic; an unknown topic gives the overview."""
    entry = next((entry for entry in menu if " ".join(entry.words) == topic), None)
    if entry is not None:
        return _entry_help(entry)
    if topic in QUESTIONS:
        usage, summary = QUESTIONS[topic]
        return _message(
            f"{usage}: {summary}.", [rich(preformatted(usage), paragraph(*words(_sentence(summary))))]
        )
    return _overview(menu)


def _entry_help(entry: MenuEntry) -> Message:
    name = " ".join(entry.words)
    parts = [
        paragraph(*words(_sentence(entry.summary))),
        preformatted(f"{COMMAND} {entry.usage}"),
        paragraph(*words("Example", bold=True)),
        preformatted(f"{COMMAND} {entry.example}"),
    ]
    blocks = [header(name), rich(*parts), context(_AFTERWARDS, f"`/sr plan {name} …` shows the plan only.")]
    return _message(f"{name}: {entry.summary}", blocks)


def _overview(menu: Sequence[MenuEntry]) -> Message:
    parts: list[Block] = []
    for of_class, heading in SECTIONS.items():
        entries = [entry for entry in menu if entry.operation_class == of_class]
        usages = [f"{COMMAND} {entry.usage.removesuffix(OPTIONAL).rstrip()}" for entry in entries]
        parts.append(paragraph(*words(heading, bold=True)))
        parts.append(bullets([words(f"`{usage}` {entry.summary}") for usage, entry in zip(usages, entries, strict=True)]))
    questions = [words(f"`{usage}` {summary}") for usage, summary in QUESTIONS.values()]
    parts += [paragraph(*words("Questions", bold=True)), bullets(questions)]
    blocks = [
        header("What can be typed"),
        rich(*parts),
        context(f"Operations take `{OPTIONAL}` too; `/sr help decommission be` shows one of them.", _AFTERWARDS),
    ]
    return _message("What can be typed after /sr: operations and questions.", blocks)


def _sentence(summary: str) -> str:
    text = summary[:1].upper() + summary[1:]
    return text if text.endswith(".") else f"{text}."


def mistake_message(mistake: Mistake) -> Message:
    """What was wrong, what is right, and a command to copy."""
    parts = [
        paragraph(*words(f"❓ {mistake.sentence}")),
        paragraph(*words(mistake.right)),
        preformatted(mistake.next),
    ]
    blocks = [rich(*parts), context("Only you see this. Nothing was changed.")]
    return _message(f"{mistake.sentence} Try: {mistake.next}", blocks)


def _message(text: str, blocks: Sequence[Block]) -> Message:
    return fitted(Message(text=sentence(clip(text, 240)), blocks=tuple(blocks)))
