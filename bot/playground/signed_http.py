"""The other way to the app: HTTP requests with Slack's v0 signature.

Source: docs.slack.dev, "Verifying requests from Slack": HMAC-SHA256 over `v0:<timestamp>:<raw body>`.
"""

import hashlib
import hmac
import json
import time
from urllib.parse import urlencode, urlsplit

import aiohttp

from bot.playground.delivery import Kind, Undelivered
from bot.playground.wire import Json

LOOPBACK = frozenset({"127.0.0.1", "localhost"})


def signature(secret: str, timestamp: str, body: str) -> str:
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return f"v0={digest}"


class HttpCarrier:
    """Posts to the app's request URL, which must be on this machine. ValueError if it is not."""

    def __init__(self, request_url: str, signing_secret: str):
        if urlsplit(request_url).hostname not in LOOPBACK:
            raise ValueError(f"the request URL must be on 127.0.0.1, not {urlsplit(request_url).hostname}")
        self._url = request_url
        self._secret = signing_secret

    async def carry(self, kind: Kind, payload: Json, entry: Json) -> Json | None:
        body = urlencode(payload if kind == "slash_commands" else {"payload": json.dumps(payload)})
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp, body),
        }
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.post(self._url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                entry["status"] = answer.status
                return _read(answer.status, answer.content_type, await answer.text())
        except aiohttp.ClientError:
            raise Undelivered("dispatch_failed") from None


def _read(status: int, content_type: str, text: str) -> Json | None:
    """An acknowledgement is any 200, empty, text or JSON; the error words are those that people see in Slack."""
    if status >= 500:
        raise Undelivered("http_service_error")
    if status != 200:
        raise Undelivered("http_client_error")
    if not text:
        return None
    if content_type != "application/json":
        return {"text": text}
    try:
        parsed = json.loads(text)
    except ValueError:
        raise Undelivered("http_service_error") from None
    return parsed if isinstance(parsed, dict) else None
