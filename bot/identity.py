"""Who a person is right now, asked of Slack itself; whatever cannot be known counts as not allowed.

A click carries claims (user id, team id); only `users.info` and `usergroups.users.list` are believed. People of other
organisations can see and click buttons in shared channels, so the home workspace is compared as well.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from policies.approval import Member
from policies.request import Person

CACHE_S = 60.0
"""An answer is believed this long: usergroups.users.list allows 20 calls a minute (docs: rate limits, tier 2)."""

_NOBODY = frozenset({"user_not_found", "user_not_visible"})
"""users.info of somebody this app may not see, as people in a shared channel can be (docs.slack.dev: users.info, errors)."""
_NO_GROUP = frozenset({"no_such_subteam", "subteam_not_found", "subteam_disabled"})


class IdentityUnknown(Exception):
    """Slack did not say who somebody is; the text says why. Ask again later, never wave through."""


class Directory:
    """The workspace's people and the user groups that policy names, each remembered for `cache_s` seconds."""

    def __init__(
        self,
        client: WebClient,
        *,
        groups: Iterable[str] = (),
        cache_s: float = CACHE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._groups = tuple(sorted(set(groups)))
        self._cache_s = cache_s
        self._clock = clock
        self._remembered: dict[tuple[str, str], tuple[float, Mapping[str, Any]]] = {}

    def home_team(self) -> str:
        """The workspace this app is installed in. Raises IdentityUnknown."""
        return _text(
            self._ask("auth.test", "", cache_s=float("inf")), "team_id", "auth.test names no workspace"
        )

    def member(self, person: Person) -> Member:
        """What Slack says of a person now. Raises IdentityUnknown when any part of it cannot be asked."""
        user = self._ask("users.info", person.id).get("user")
        if not isinstance(user, Mapping):
            raise IdentityUnknown("users.info answered without a user")
        team = _text(user, "team_id", "users.info names no workspace")
        return Member(
            person=person,
            deleted=bool(user.get("deleted", False)),
            is_bot=bool(user.get("is_bot", False)) or bool(user.get("is_workflow_bot", False)),
            # Slack leaves the guest flags out for deactivated accounts only: a missing flag is not a no.
            is_guest=bool(user.get("is_restricted", True)) or bool(user.get("is_ultra_restricted", False)),
            is_stranger=bool(user.get("is_stranger", False)) or not self._belongs(person, user, team),
            groups=frozenset(group for group in self._groups if person.id in self._users_of(group)),
        )

    def _belongs(self, person: Person, user: Mapping[str, Any], team: str) -> bool:
        """The person's own team, the one they claimed and ours are one; or Slack's Grid says they work in ours."""
        home = self.home_team()
        if person.team != home:
            return False
        enterprise = user.get("enterprise_user")
        teams = enterprise.get("teams", ()) if isinstance(enterprise, Mapping) else ()
        return team == home or home in teams

    def _users_of(self, group: str) -> frozenset[str]:
        answer = self._ask("usergroups.users.list", group)
        users = answer.get("users", ())
        return (
            frozenset(user for user in users if isinstance(user, str))
            if isinstance(users, list)
            else frozenset()
        )

    def _ask(self, method: str, name: str, *, cache_s: float | None = None) -> Mapping[str, Any]:
        believed = self._cache_s if cache_s is None else cache_s
        known = self._remembered.get((method, name))
        now = self._clock()
        if known is not None and now - known[0] < believed:
            return known[1]
        answer = self._call(method, name)
        self._remembered[(method, name)] = (now, answer)
        return answer

    def _call(self, method: str, name: str) -> Mapping[str, Any]:
        argument = {"users.info": {"user": name}, "usergroups.users.list": {"usergroup": name}}.get(
            method, {}
        )
        try:
            answer = self._client.api_call(method, params=argument).data
        except SlackApiError as error:
            return self._refused(method, error)
        except (
            SlackClientError,
            OSError,
        ) as error:  # OSError: refused connections, timeouts, urllib's URLError
            raise IdentityUnknown(f"{method}: Slack cannot be asked ({type(error).__name__})") from None
        if not isinstance(answer, Mapping):
            raise IdentityUnknown(f"{method}: Slack answered with something that is not JSON")
        return answer

    def _refused(self, method: str, error: SlackApiError) -> Mapping[str, Any]:
        """A group that does not exist has no members, whom Slack does not show is not one of ours; every other refusal leaves the
        question open.
        """
        answer = error.response.data if hasattr(error.response, "data") else error.response
        said = answer.get("error", "") if isinstance(answer, Mapping) else ""
        if method == "usergroups.users.list" and said in _NO_GROUP:
            return {"users": []}
        if method == "users.info" and said in _NOBODY:
            return {"user": {"team_id": "nowhere", "is_stranger": True}}
        raise IdentityUnknown(f"{method}: Slack said {said or 'no'}") from None


def _text(answer: Mapping[str, Any], name: str, otherwise: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise IdentityUnknown(otherwise)
    return value


def slack_client(token: str, base_url: str, timeout_s: int = 10) -> WebClient:
    """A client that tries each call once: what to do about a failure is decided by whoever made the call."""
    return WebClient(token=token, base_url=base_url, timeout=timeout_s, retry_handlers=[])
