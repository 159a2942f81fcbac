"""An AsyncApp that does nothing but acknowledge: what our acknowledgement is compared with."""

import asyncio
import os

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


async def main() -> None:
    url = os.environ["SR_SLACK_API_URL"]
    app = AsyncApp(client=AsyncWebClient(token=os.environ["SR_SLACK_BOT_TOKEN"], base_url=url))

    @app.command("/sr")
    async def on_command(ack: AsyncAck) -> None:
        await ack()

    token = os.environ["SR_SLACK_APP_TOKEN"]
    handler = AsyncSocketModeHandler(app, token, web_client=AsyncWebClient(token=token, base_url=url))
    await handler.connect_async()
    print("connected", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
