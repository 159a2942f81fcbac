"""What a frontend tells of its image over HTTP: read strictly, and no password where it should not go."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import SecretStr

from policies.address import Address
from policies.images import ImageLook
from workers.starrocks import Cluster, Unreadable
from workers.starrocks.images import image_of, images_of

FE = Address(host="10.84.0.12", port=8030)
TOLD = b'{"role":"LEADER","current_journal_id":"197425419","last_checkpoint_version":"197405419"}'
READ = ImageLook(image=197_405_419, journal=197_425_419)


class Frontend(BaseHTTPRequestHandler):
    """Answers with what its server was given; asks for a login where that says so."""

    def do_GET(self) -> None:
        login = self.headers.get("Authorization", "")
        self.server.asked.append((self.path, login))  # type: ignore[attr-defined]
        status, body = self.server.answer  # type: ignore[attr-defined]
        if self.server.locked and not login:  # type: ignore[attr-defined]
            status, body = 401, b""
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def frontend(body: bytes = TOLD, status: int = 200, *, locked: bool = False) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Frontend)
    server.answer, server.locked, server.asked = (status, body), locked, []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def cluster(port: int, *, tls: bool = False) -> Cluster:
    via = {str(FE): f"127.0.0.1:{port}"}
    return Cluster(name="prod", endpoints=(), user="sr_bot", password=SecretStr("s3cret"), tls=tls, via=via)


def test_it_is_read_without_a_login() -> None:
    with frontend() as server:
        assert image_of(cluster(server.server_port), FE) == READ
        assert server.asked == [("/api/show_meta_info?action=SHOW_HA", "")]  # type: ignore[attr-defined]


def test_a_login_is_sent_only_when_it_is_asked_for_and_only_where_the_link_is_plain_anyway() -> None:
    with frontend(locked=True) as server:
        assert image_of(cluster(server.server_port), FE) == READ
        assert [login[:6] for _, login in server.asked] == ["", "Basic "]  # type: ignore[attr-defined]
        with pytest.raises(Unreadable, match="not sent over plain HTTP"):
            image_of(cluster(server.server_port, tls=True), FE)
        assert len(server.asked) == 3  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 500, "status 500"),
        (b"", 403, "needs OPERATE"),
        (b"not JSON", 200, "names no image"),
        (b"[]", 200, "names no image"),
        (b'{"current_journal_id":"1"}', 200, "names no image"),
        (b'{"current_journal_id":"1","last_checkpoint_version":"-"}', 200, "names no image"),
        (b'{"current_journal_id":null,"last_checkpoint_version":"1"}', 200, "names no image"),
    ],
)
def test_what_cannot_be_read_is_said(body: bytes, status: int, words: str) -> None:
    with frontend(body, status) as server, pytest.raises(Unreadable, match=words) as error:
        image_of(cluster(server.server_port), FE)
    assert "s3cret" not in str(error.value)


def test_a_port_that_is_closed_and_one_without_a_way() -> None:
    with frontend() as server:
        port = server.server_port
    with pytest.raises(Unreadable, match="does not answer"):
        image_of(cluster(port), FE)
    with pytest.raises(Unreadable, match="no way to"):
        image_of(cluster(port), Address(host="10.84.0.19", port=8030))


def test_one_that_does_not_tell_hides_no_other() -> None:
    with frontend() as server:
        found = images_of(cluster(server.server_port), {"a": FE, "b": Address(host="10.84.0.19", port=8030)})
    assert found["a"] == READ and isinstance(found["b"], Unreadable)
