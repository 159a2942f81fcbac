"""`python -m bot.playground`: serve a playground until told to stop.

The tokens that the app will present are read from the environment (the names can be chosen); the app itself reads the
same variables. What the environment does not hold is made up, which suits looking at the page without an app.
"""

import argparse
import asyncio
import json
import os
import secrets
import signal
from pathlib import Path

from bot.playground.method_rules import MINIMAL_SCOPES
from bot.playground.server import Playground
from bot.playground.wire import Json


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.playground", description="A strict local Slack.")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--token", default="", help="opens page and control API (default: $SR_PLAYGROUND_TOKEN)")
    parser.add_argument("--ready-file", type=Path, help="where to write url, api, control, token and pid, once up")
    parser.add_argument("--bot-token-env", default="SR_SLACK_BOT_TOKEN", metavar="NAME")
    parser.add_argument("--app-token-env", default="SR_SLACK_APP_TOKEN", metavar="NAME")
    parser.add_argument("--signing-secret-env", default="SR_SLACK_SIGNING_SECRET", metavar="NAME")
    parser.add_argument("--scopes", default="", help="comma-separated scopes of the bot token")
    parser.add_argument("--completions", type=Path, help="JSON list of {text, description} for the composer")
    parser.add_argument("--request-url", default="", help="deliver by signed HTTP to this address of 127.0.0.1")
    parser.add_argument("--rate-limits", action="store_true", help="answer 429 as Slack's tiers would")
    return parser.parse_args()


def _playground(options: argparse.Namespace) -> Playground:
    completions: list[Json] = []
    if options.completions:
        completions = json.loads(options.completions.read_text(encoding="utf-8"))
    scopes = [scope for scope in options.scopes.split(",") if scope]
    return Playground(
        bot_token=os.environ.get(options.bot_token_env) or f"xoxb-{secrets.token_hex(16)}",
        app_token=os.environ.get(options.app_token_env) or f"xapp-{secrets.token_hex(16)}",
        signing_secret=os.environ.get(options.signing_secret_env, ""),
        token=options.token or os.environ.get("SR_PLAYGROUND_TOKEN") or secrets.token_urlsafe(16),
        scopes=scopes or MINIMAL_SCOPES,
        rate_limits=options.rate_limits,
        completions=completions,
        request_url=options.request_url,
        port=options.port,
    )


def _announce(playground: Playground, path: Path) -> None:
    """Write the ready file in one move, so that a reader never sees half of it; it holds a token: for us only."""
    ready = {
        "url": playground.url,
        "api": playground.api_url,
        "control": playground.control_url,
        "token": playground.token,
        "pid": os.getpid(),
    }
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(ready), encoding="utf-8")
    draft.replace(path)


async def _serve() -> None:
    options = _options()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with _playground(options) as playground:
        print(f"Playground: {playground.url}", flush=True)
        if options.ready_file:
            _announce(playground, options.ready_file)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(_serve())
