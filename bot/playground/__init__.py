"""The playground: a strict local Slack with a page, so that anyone can try and test everything without a workspace."""

from bot.playground.server import Playground

__all__ = ["Playground"]
