"""Bytes in and out: the page's own files, uploads, and the files that were uploaded."""

from pathlib import Path

from aiohttp import web
from aiohttp.multipart import BodyPartReader

from bot.playground.files import LARGEST
from bot.playground.state import State

PAGE = Path(__file__).parent / "page"
TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}


def page_file(name: str) -> web.Response:
    """A file of the page, and nothing beside or above that folder."""
    path = (PAGE / name).resolve()
    if not path.is_relative_to(PAGE.resolve()) or path.suffix not in TYPES or not path.is_file():
        raise web.HTTPNotFound
    return web.Response(body=path.read_bytes(), content_type=TYPES[path.suffix], charset="utf-8")


def stored_file(state: State, request: web.Request) -> web.Response:
    file = state.files.find(request.match_info["id"])
    if file is None or file.content is None:
        raise web.HTTPNotFound
    charset = "utf-8" if file.served_type == "text/plain" else None
    return web.Response(body=file.content, content_type=file.served_type, charset=charset)


async def upload(state: State, request: web.Request) -> web.Response:
    """The bytes of a file, raw or as the one part of a form; the ticket in the path is the permission."""
    content = await _content(request)
    entry = state.journal.write("upload", length=len(content))
    file = state.files.receive(request.match_info["ticket"], content)
    entry["file"] = file.id if file else None
    if file is None:
        return web.Response(status=400, text="unknown ticket, or not the announced length")
    return web.Response(text=f"OK - {len(content)}")


async def _content(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader):
            content = bytes(await part.read(decode=True))
            return content[: LARGEST + 1]
    return b""
