"""Who is who, asked of a small stand-in for Slack's Web API by the real client."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from slack_sdk import WebClient

from bot.identity import Directory, IdentityUnknown
from policies.request import Person
from tests.bot.samples import BOB

HOME = {"ok": True, "team_id": "T0HOME", "user_id": "U0SRBOT"}


def user(**changes: Any) -> dict[str, Any]:
    flags = {"deleted": False, "is_bot": False, "is_restricted": False, "is_ultra_restricted": False}
    return {"ok": True, "user": {"id": "U0BOB", "team_id": "T0HOME", **flags, **changes}}


class Slack:
    """Answers by method; `calls` lists what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {
            "auth.test": HOME,
            "users.info": user(),
            "usergroups.users.list": {"ok": True, "users": ["U0BOB", "U0CAROL"]},
        }
        self.status = 200
        self.calls: list[tuple[str, str]] = []

    def answer(self, method: str, asked: dict[str, list[str]]) -> bytes:
        self.calls.append((method, next(iter(asked.values()), [""])[0]))
        said = self.answers[method]
        return said if isinstance(said, bytes) else json.dumps(said).encode()


@pytest.fixture
def slack() -> Iterator[tuple[Slack, WebClient]]:
    said = Slack()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            asked = {**parse_qs(urlsplit(self.path).query), **parse_qs(body)}
            content = said.answer(urlsplit(self.path).path.rpartition("/")[2], asked)
            self.send_response(said.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/api/"
    yield said, WebClient(token="xoxb-test", base_url=url, timeout=5, retry_handlers=[])
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_approver(slack: tuple[Slack, WebClient]) -> None:
    member = Directory(slack[1], groups=("S0DBA",)).member(BOB)
    assert member.groups == {"S0DBA"}
    assert member.person == BOB
    assert not (member.deleted or member.is_bot or member.is_guest or member.is_stranger)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({"deleted": True}, "deleted"),
        ({"is_bot": True}, "is_bot"),
        ({"is_restricted": True}, "is_guest"),
        ({"is_ultra_restricted": True}, "is_guest"),
        ({"is_stranger": True}, "is_stranger"),
        ({"team_id": "T0OTHER"}, "is_stranger"),
    ],
)
def test_people_who_may_not_decide(
    slack: tuple[Slack, WebClient], flags: dict[str, Any], expected: str
) -> None:
    slack[0].answers["users.info"] = user(**flags)
    assert getattr(Directory(slack[1]).member(BOB), expected)


def test_a_claimed_team_is_compared(slack: tuple[Slack, WebClient]) -> None:
    assert Directory(slack[1]).member(Person(id="U0BOB", team="T0OTHER")).is_stranger
    assert Directory(slack[1]).member(Person(id="U0BOB", team="")).is_stranger


def test_a_grid_colleague_who_works_in_our_workspace_is_no_stranger(slack: tuple[Slack, WebClient]) -> None:
    slack[0].answers["users.info"] = user(team_id="E0GRID", enterprise_user={"teams": ["T0HOME"]})
    assert not Directory(slack[1]).member(BOB).is_stranger


@pytest.mark.parametrize("error", ["user_not_found", "user_not_visible"])
def test_whom_slack_does_not_show_is_a_stranger(slack: tuple[Slack, WebClient], error: str) -> None:
    slack[0].answers["users.info"] = {"ok": False, "error": error}
    assert Directory(slack[1], groups=("S0DBA",)).member(BOB).is_stranger


def test_missing_guest_flags_are_not_a_no(slack: tuple[Slack, WebClient]) -> None:
    slack[0].answers["users.info"] = {"ok": True, "user": {"id": "U0BOB", "team_id": "T0HOME"}}
    assert Directory(slack[1]).member(BOB).is_guest


@pytest.mark.parametrize("method", ["auth.test", "users.info", "usergroups.users.list"])
@pytest.mark.parametrize("answer", [{"ok": False, "error": "ratelimited"}, b"<html>", {"ok": True}])
def test_what_cannot_be_known_is_not_allowed(
    slack: tuple[Slack, WebClient], method: str, answer: Any
) -> None:
    if method == "usergroups.users.list" and answer == {"ok": True}:
        answer = {"ok": False, "error": "missing_scope"}
    slack[0].answers[method] = answer
    with pytest.raises(IdentityUnknown):
        Directory(slack[1], groups=("S0DBA",)).member(BOB)


def test_slack_down() -> None:
    with pytest.raises(IdentityUnknown, match="cannot be asked"):
        Directory(WebClient(token="x", base_url="http://127.0.0.1:1/", timeout=1, retry_handlers=[])).member(
            BOB
        )


def test_a_group_that_does_not_exist_has_no_members(slack: tuple[Slack, WebClient]) -> None:
    slack[0].answers["usergroups.users.list"] = {"ok": False, "error": "no_such_subteam"}
    assert Directory(slack[1], groups=("S0OLD",)).member(BOB).groups == frozenset()


def test_answers_are_believed_for_a_while_and_failures_not_at_all(slack: tuple[Slack, WebClient]) -> None:
    now = 0.0
    directory = Directory(slack[1], groups=("S0DBA",), cache_s=60, clock=lambda: now)
    directory.member(BOB)
    directory.member(BOB)
    assert [method for method, _ in slack[0].calls].count("users.info") == 1
    now = 61.0
    slack[0].answers["usergroups.users.list"] = {"ok": True, "users": []}
    assert directory.member(BOB).groups == frozenset()
    assert [method for method, _ in slack[0].calls] == [
        "users.info", "auth.test", "usergroups.users.list", "users.info", "usergroups.users.list",
    ]  # fmt: skip
    assert slack[0].calls[0] == ("users.info", "U0BOB")
    assert slack[0].calls[2] == ("usergroups.users.list", "S0DBA")
    now = 200.0
    slack[0].status = 500
    with pytest.raises(IdentityUnknown):
        directory.member(BOB)
    slack[0].status = 200
    assert directory.member(BOB).person == BOB
