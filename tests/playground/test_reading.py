"""conversations.*, users.*, usergroups.*, files.*: what the app can find out and attach."""

from typing import Any

import pytest

from tests.playground.playing import ALICE, BOB, GUS, OPS, RANDOM, refusal, served


async def test_who_somebody_is() -> None:
    async with served() as played:
        slack = played.slack
        assert (await slack.auth_test())["team_id"] == "T0HOME"
        bob = (await slack.users_info(user=BOB))["user"]
        assert (bob["name"], bob["team_id"], bob["is_restricted"], bob["is_bot"]) == ("bob", "T0HOME", False, False)
        assert "is_stranger" not in bob
        assert (await slack.users_info(user=GUS))["user"]["is_restricted"]
        assert (await slack.users_info(user="U0SRBOT"))["user"]["is_bot"]
        found = await slack.users_lookupByEmail(email=bob["profile"]["email"])
        assert found["user"]["id"] == BOB
        assert (await refusal(slack.users_lookupByEmail(email="mallory@other.example")))["error"] == "users_not_found"
        assert (await refusal(slack.users_info(user="U0NOBODY")))["error"] == "user_not_found"
        assert (await slack.usergroups_users_list(usergroup="S0DBA"))["users"] == ["U0BOB", "U0CAROL"]
        assert (await refusal(slack.usergroups_users_list(usergroup="S1")))["error"] == "no_such_subteam"
        groups = (await slack.usergroups_list(include_users=True))["usergroups"]
        assert [(one["handle"], one["users"]) for one in groups] == [("dba-oncall", ["U0BOB", "U0CAROL"])]
        assert (await slack.team_info())["team"]["domain"] == "home"
        assert (await slack.bots_info(bot="B0SR"))["bot"]["user_id"] == "U0SRBOT"


async def test_an_address_is_shown_only_with_its_scope() -> None:
    async with served(scopes=["users:read"]) as played:
        assert "email" not in (await played.slack.users_info(user=BOB))["user"]["profile"]


async def test_where_the_app_is() -> None:
    async with served() as played:
        slack = played.slack
        ops = (await slack.conversations_info(channel=OPS))["channel"]
        assert (ops["name"], ops["is_member"], ops["is_ext_shared"]) == ("starrocks-ops", True, True)
        assert not (await slack.conversations_info(channel=RANDOM))["channel"]["is_member"]
        assert (await refusal(slack.conversations_info(channel="C1")))["error"] == "channel_not_found"
        assert (await refusal(slack.conversations_history(channel=RANDOM)))["error"] == "not_in_channel"
        members: list[str] = []
        cursor = ""
        while True:
            page = await slack.conversations_members(channel=OPS, limit=3, cursor=cursor)
            members += page["members"]
            cursor = page["response_metadata"]["next_cursor"]
            if not cursor:
                break
        assert members == ["U0ALICE", "U0BOB", "U0CAROL", "U0DAVE", "U0MALLORY", "U0GUS", "U0SRBOT"]
        names = [one["name"] for one in (await slack.conversations_list())["channels"]]
        assert names == ["starrocks-ops", "other-team", "random"]
        assert (await refusal(slack.conversations_members(channel=OPS, cursor="?")))["error"] == "invalid_cursor"
        assert (await refusal(slack.conversations_members(channel=OPS, limit=0)))["error"] == "invalid_limit"


async def test_history_between_two_moments() -> None:
    async with served() as played:
        stamps = [(await played.slack.chat_postMessage(channel=OPS, text=str(n)))["ts"] for n in range(5)]

        async def between(**more: Any) -> list[str]:
            found = await played.slack.conversations_history(channel=OPS, **more)
            return [one["text"] for one in found["messages"]]

        assert await between() == ["4", "3", "2", "1", "0"]
        assert await between(oldest=stamps[1], latest=stamps[3]) == ["2"]
        assert await between(oldest=stamps[1], latest=stamps[3], inclusive=True) == ["3", "2", "1"]
        assert await between(limit=2) == ["4", "3"]


@pytest.mark.parametrize("name", ["plan.sql", "chart.png"])
async def test_a_file_is_uploaded_shown_and_served_back(name: str) -> None:
    content = b"ALTER SYSTEM\n" if name.endswith("sql") else b"\x89PNG\r\n\x1a\n\x00\xff"
    async with served() as played:
        parent = (await played.slack.chat_postMessage(channel=OPS, text="card"))["ts"]
        done = await played.slack.files_upload_v2(
            channel=OPS, thread_ts=parent, filename=name, content=content, title="The plan", initial_comment="all of it"
        )
        shown = (await played.seen())[-1]
        assert (shown["thread_ts"], shown["text"]) == (parent, "all of it")
        (file,) = shown["files"]
        assert (file["title"], file["size"], file["preview"] is None) == ("The plan", len(content), name == "chart.png")
        async with played.session.get(played.playground.origin + file["url"]) as served_back:
            assert await served_back.read() == content
            assert served_back.content_type == ("image/png" if name == "chart.png" else "text/plain")
            assert served_back.headers["X-Content-Type-Options"] == "nosniff"
        private = done["file"]["url_private"]
        async with played.session.get(private, headers={"Authorization": f"Bearer {played.bot_token}"}) as for_the_app:
            assert for_the_app.status == 200
        async with played.session.get(private) as for_nobody:
            assert for_nobody.status == 401


async def test_what_an_upload_refuses() -> None:
    async with served() as played:
        slack = played.slack
        asked = await slack.files_getUploadURLExternal(filename="a.txt", length=3)
        async with played.session.post(asked["upload_url"], data=b"four") as wrong:
            assert wrong.status == 400
        early = await refusal(slack.files_completeUploadExternal(files=[{"id": asked["file_id"]}], channel_id=OPS))
        assert early["error"] == "file_not_found"
        async with played.session.put(asked["upload_url"], data=b"abc") as right:
            assert right.status == 200
        elsewhere = slack.files_completeUploadExternal(files=[{"id": asked["file_id"]}], channel_id=RANDOM)
        assert (await refusal(elsewhere))["error"] == "not_in_channel"
        await slack.files_completeUploadExternal(files=[{"id": asked["file_id"]}], channel_id=OPS)
        twice = await refusal(slack.files_completeUploadExternal(files=[{"id": asked["file_id"]}], channel_id=OPS))
        assert twice["error"] == "file_not_found"
        huge = await refusal(slack.files_getUploadURLExternal(filename="a", length=11 * 2**20))
        assert huge["error"] == "file_upload_size_restricted"
        assert len(await played.seen(ALICE)) == 1
