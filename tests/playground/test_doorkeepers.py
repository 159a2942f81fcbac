"""Who is let in: tokens, scopes, rate limits, the control API's token, foreign hosts and origins."""

import json
import urllib.request
from typing import Any

import pytest
from slack_sdk import WebClient

from tests.playground.playing import ALICE, OPS, refusal, served


@pytest.mark.parametrize(
    ("token", "method", "error"),
    [
        ("", "auth.test", "not_authed"),
        ("xoxb-wrong", "auth.test", "invalid_auth"),
        ("app", "auth.test", "not_allowed_token_type"),
        ("bot", "apps.connections.open", "not_allowed_token_type"),
        ("bot", "chat.scheduleMessage", "unknown_method"),
    ],
)
async def test_tokens_and_methods(token: str, method: str, error: str) -> None:
    async with served() as played:
        given = {"app": played.app_token, "bot": played.bot_token}.get(token, token)
        said = await refusal(played.client(given).api_call(method))
        assert said["error"] == error


async def test_a_missing_scope_is_named_with_those_that_are_there() -> None:
    async with served(scopes=["commands", "chat:write"]) as played:
        await played.slack.chat_postMessage(channel=OPS, text="x")
        said = await refusal(played.slack.users_info(user=ALICE))
        assert (said["error"], said["needed"], said["provided"]) == ("missing_scope", "users:read", "chat:write,commands")


async def test_the_sync_client_with_form_bodies_is_understood_as_well() -> None:
    async with served() as played:
        import asyncio

        client = WebClient(token=played.bot_token, base_url=played.playground.api_url, retry_handlers=[])
        assert (await asyncio.to_thread(client.auth_test))["user_id"] == "U0SRBOT"
        blocks = json.dumps([{"type": "divider"}])
        form = {"channel": OPS, "text": "x", "blocks": blocks}
        posted = await asyncio.to_thread(lambda: client.api_call("chat.postMessage", data=form))
        assert posted["message"]["blocks"][0]["type"] == "divider"


async def test_posts_are_limited_per_channel_and_other_methods_by_their_tier() -> None:
    now = [1_800_000_000.0]
    async with served(rate_limits=True, clock=lambda: now[0]) as played:
        slack = played.slack
        for _ in range(5):
            await slack.chat_postMessage(channel=OPS, text="x")
        said = await refusal(slack.chat_postMessage(channel=OPS, text="x"))
        assert said["error"] == "ratelimited"
        await slack.chat_postMessage(channel="C0OTHER", text="another channel has its own budget")
        now[0] += 1.0
        await slack.chat_postMessage(channel=OPS, text="x")
        # Tier 2 gives one call back every three seconds.
        for _ in range(5):
            await slack.usergroups_users_list(usergroup="S0DBA")
        limited = await _http(played.playground.api_url + "usergroups.users.list?usergroup=S0DBA", played.bot_token)
        assert (limited[0], limited[1]["Retry-After"]) == (429, "3")
        now[0] += 3.0
        await slack.usergroups_users_list(usergroup="S0DBA")


async def test_the_control_api_wants_its_token_and_our_own_host_and_origin() -> None:
    async with served() as played:
        url, token = played.playground.control_url + "/workspace", played.playground.token
        assert (await _http(url, ""))[0] == 401
        assert (await _http(url, played.bot_token))[0] == 401
        assert (await _http(f"{url}?token={token}", ""))[0] == 200
        assert (await _http(url, token, Host="evil.example"))[0] == 403
        assert (await _http(url, token, Origin="https://evil.example"))[0] == 403
        status, headers = await _http(url, token, Origin=played.playground.origin)
        assert status == 200 and "default-src 'self'" in headers["Content-Security-Policy"]
        assert "Access-Control-Allow-Origin" not in headers
        page = await _http(played.playground.origin + "/page/..%2fserver.py", token)
        assert page[0] == 404


async def test_no_secret_reaches_the_log() -> None:
    async with served() as played:
        await played.slack.chat_postMessage(channel=OPS, text="x")
        await played.client(played.app_token).apps_connections_open(app_token=played.app_token)
        await played.command(ALICE, "/sr help")
        log = json.dumps(await played.call("log"))
        secrets = (played.bot_token, played.app_token, "/commands/T0HOME", "ticket=")
        assert [one for one in secrets if one in log] == []
        assert "(redacted)" in log


async def _http(url: str, token: str, **headers: str) -> tuple[int, Any]:
    import asyncio

    def ask() -> tuple[int, Any]:
        sent = {**headers, **({"Authorization": f"Bearer {token}"} if token else {})}
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=sent)) as answer:
                return answer.status, answer.headers
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers

    return await asyncio.to_thread(ask)
