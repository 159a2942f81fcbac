"""The bot process: Bolt's AsyncApp over Socket Mode (default) or signed HTTP.

    python -m bot.app
"""

import asyncio
import logging
import signal

from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.listeners import register
from bot.queue import Mailbox
from bot.redis_safety import require_safe
from bot.settings import Settings, SettingsError

log = logging.getLogger(__name__)


def build(settings: Settings, home_team: str) -> AsyncApp:
    """The app with all its listeners."""
    client = AsyncWebClient(token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url)
    app = AsyncApp(client=client, signing_secret=settings.slack_signing_secret.get_secret_value() or None)
    register(app, settings, Mailbox(settings.redis_url, settings.key_prefix), home_team)
    return app


async def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    client = AsyncWebClient(token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url)
    home_team = str((await client.auth_test())["team_id"])
    app = build(settings, home_team)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    if settings.slack_port:
        runner = await _serve_http(app.web_app("/slack/events"), settings.slack_port)
        await stopped.wait()
        await runner.cleanup()
        return
    # The handler opens its link with the app token, so it needs its own client with the same address.
    link = AsyncWebClient(token=settings.slack_app_token.get_secret_value(), base_url=settings.slack_api_url)
    handler = AsyncSocketModeHandler(app, settings.slack_app_token.get_secret_value(), web_client=link)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    log.info("connected")
    await stopped.wait()
    await handler.close_async()  # type: ignore[no-untyped-call]


async def _serve_http(web_app: web.Application, port: int) -> web.AppRunner:
    runner = web.AppRunner(web_app)
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", port).start()
    return runner


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s bot %(message)s")
    try:
        settings = Settings.load()
        require_safe(settings)
    except SettingsError as error:
        raise SystemExit(str(error)) from None
    if not settings.slack_bot_token.get_secret_value():
        raise SystemExit("SR_SLACK_BOT_TOKEN is not set: the bot token (xoxb-…) of your Slack app")
    asyncio.run(run(settings))


if __name__ == "__main__":
    main()
