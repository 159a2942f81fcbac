"""python -m bot.miniground --port 0 --ready-file PATH

Tokens come from SR_SLACK_BOT_TOKEN, SR_SLACK_APP_TOKEN and SR_PLAYGROUND_TOKEN; what is missing is made up.
"""

import argparse
import asyncio
import json
import os
import secrets
import signal
from pathlib import Path

from bot.miniground.site import Site


async def main() -> None:
    parser = argparse.ArgumentParser(prog="bot.miniground", description="A strict local Slack.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ready-file", type=Path)
    parser.add_argument("--completions", type=Path, help="JSON list of {text, description} for the composer")
    options = parser.parse_args()
    site = Site(
        bot_token=os.environ.get("SR_SLACK_BOT_TOKEN") or f"xoxb-{secrets.token_hex(12)}",
        app_token=os.environ.get("SR_SLACK_APP_TOKEN") or f"xapp-{secrets.token_hex(12)}",
        token=os.environ.get("SR_PLAYGROUND_TOKEN") or secrets.token_urlsafe(16),
        completions=json.loads(options.completions.read_text(encoding="utf-8")) if options.completions else None,
    )
    runner = await site.start(options.port)
    ready = {"url": site.url, "api": f"{site.origin}/api/", "control": f"{site.origin}/control", "token": site.token, "pid": os.getpid()}
    if options.ready_file:
        options.ready_file.touch(mode=0o600)
        options.ready_file.write_text(json.dumps(ready), encoding="utf-8")
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    site.feed.end()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
