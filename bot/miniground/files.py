"""Files: the two-step upload of Slack (ask for a URL, send the bytes, complete), and what is shown of them."""

import mimetypes
import secrets
from dataclasses import dataclass
from urllib.parse import quote

from bot.miniground.wire import Json, SlackError

LARGEST = 10 * 1024 * 1024
PREVIEW = 8000
# What a browser may draw by itself. Anything else is served as plain text, so that no uploaded page or script runs
# with the rights of the playground's own page.
DRAWABLE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@dataclass
class StoredFile:
    """An upload. `content` is None until the bytes came; it is shown nowhere before it was completed."""

    id: str
    name: str
    length: int
    origin: str
    title: str = ""
    content: bytes | None = None
    completed: bool = False
    alt_txt: str = ""

    @property
    def path(self) -> str:
        return f"/files/{self.id}/{quote(self.name, safe='')}"

    @property
    def mimetype(self) -> str:
        return mimetypes.guess_type(self.name)[0] or "text/plain"

    @property
    def served_type(self) -> str:
        return self.mimetype if self.mimetype in DRAWABLE else "text/plain"

    def info(self) -> Json:
        """As the Web API describes a file. The URL wants the bot token."""
        kind = self.name.rpartition(".")[2] if "." in self.name else "text"
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": self.mimetype,
            "filetype": kind,
            "size": len(self.content or b""),
            "mode": "hosted" if self.mimetype in DRAWABLE else "snippet",
            "url_private": f"{self.origin}{self.path}",
            "url_private_download": f"{self.origin}{self.path}",
            "permalink": f"{self.origin}{self.path}",
            "alt_txt": self.alt_txt,
        }

    def listed(self, token: str) -> Json:
        """As the page reads it: the same, with a URL that the browser may fetch and the first characters of a text."""
        preview = None
        if self.served_type == "text/plain":
            preview = (self.content or b"")[: PREVIEW * 4].decode("utf-8", errors="replace")[:PREVIEW]
        return self.info() | {"url": f"{self.path}?token={quote(token)}", "preview": preview}


class FileStore:
    """Files by id, and the single-use places to send their bytes to."""

    def __init__(self) -> None:
        self._files: dict[str, StoredFile] = {}
        self._tickets: dict[str, str] = {}

    def announce(self, name: str, length: int, origin: str, alt_txt: str) -> tuple[StoredFile, str]:
        """Make room for a file; returns it with the path where its bytes go."""
        if length > LARGEST:
            raise SlackError("file_upload_size_restricted")
        file = StoredFile(f"F{len(self._files) + 1:08d}", name, length, origin, alt_txt=alt_txt)
        ticket = secrets.token_urlsafe(24)
        self._files[file.id] = file
        self._tickets[ticket] = file.id
        return file, f"/upload/v1/{ticket}"

    def receive(self, ticket: str, content: bytes) -> StoredFile | None:
        """Take the bytes; None if the ticket is unknown, used, or the length is not the announced one."""
        file = self._files.get(self._tickets.get(ticket, ""))
        if file is None or len(content) != file.length:
            return None
        del self._tickets[ticket]
        file.content = content
        return file

    def complete(self, id: str, title: str) -> StoredFile:
        """The file becomes part of a message; once only, and only with its bytes there."""
        file = self._files.get(id)
        if file is None or file.content is None or file.completed:
            raise SlackError("file_not_found")
        file.completed, file.title = True, title
        return file

    def find(self, id: str) -> StoredFile | None:
        file = self._files.get(id)
        return file if file and file.completed else None

    def clear(self) -> None:
        self._files.clear()
        self._tickets.clear()
