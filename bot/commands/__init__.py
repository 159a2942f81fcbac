"""What people type: the grammar of `/sr …`."""

from bot.commands.grammar import parse, topics
from bot.commands.records import COMMAND, Ask, Command, Help, MenuEntry, Mistake, Operate, Question, Show

__all__ = [
    "COMMAND", "Ask", "Command", "Help", "MenuEntry", "Mistake", "Operate", "Question", "Show", "parse", "topics",
]  # fmt: skip
