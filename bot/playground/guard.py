"""Who may speak to this server: programs and pages of this machine, and for the control API, holders of the token."""

import hmac
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.playground.wire import SlackError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Everything the page loads comes from here; it may not be framed, and nothing of it is kept.
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Paths that carry no secret and no power, or that have a key of their own.
OPEN_PATHS = ("/page/", "/favicon.ico", "/api/", "/link", "/commands/", "/actions/", "/upload/")


class Guard:
    """A middleware. `port` is set once the server listens."""

    def __init__(self, token: str, bot_token: str):
        self._token = token
        self._bot_token = bot_token
        self.port = 0

    async def check(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A foreign Host is a rebound DNS name, a foreign Origin another site's page: neither gets an answer."""
        own = {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}
        origin = request.headers.get("Origin")
        if request.host not in own or (origin is not None and origin.removeprefix("http://") not in own):
            return web.json_response({"ok": False, "error": "forbidden_origin"}, status=403)
        if request.path != "/" and not request.path.startswith(OPEN_PATHS) and not self._known(request):
            return web.json_response({"ok": False, "error": "invalid_token"}, status=401)
        try:
            return await handler(request)
        except SlackError as error:
            return web.json_response(error.body(), status=error.status, headers=error.headers)

    def _known(self, request: web.Request) -> bool:
        given = request.query.get("token") or request.headers.get("Authorization", "").removeprefix("Bearer ")
        # Files are also there for the app, which reads url_private with its own token.
        accepted = [self._token, self._bot_token] if request.path.startswith("/files/") else [self._token]
        return any(one and hmac.compare_digest(given.encode(), one.encode()) for one in accepted)

    async def harden(self, request: web.Request, response: web.StreamResponse) -> None:
        """Before any answer goes out, streams included."""
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
