"""Who and where: the personas, channels, user group and app of the playground's workspace.

The ids are stable, so that tests and scripts may name them.
"""

from dataclasses import dataclass, field

from bot.playground.wire import Json

TEAM_ID = "T0HOME"
OTHER_TEAM_ID = "T0OTHER"
TEAM: Json = {"id": TEAM_ID, "name": "Home", "domain": "home"}
TEAM_DOMAINS = {TEAM_ID: "home", OTHER_TEAM_ID: "other"}
APP_ID = "A0SR"
BOT_USER_ID = "U0SRBOT"
BOT_ID = "B0SR"
BOT_NAME = "sr"
# The account in whose name Slack itself speaks to a person, for instance after a command that timed out.
SLACKBOT_ID = "USLACKBOT"
COMMAND = "/sr"
COMMAND_DESCRIPTION = "Operate StarRocks clusters"
COMMAND_USAGE = "help | status | nodes | plan … | decommission …"


@dataclass(frozen=True)
class Person:
    """A user. `role` is told to whoever looks at the page; the app must find out by itself."""

    id: str
    name: str
    real_name: str
    role: str
    team_id: str = TEAM_ID
    color: str = "#64748b"
    is_stranger: bool = False
    is_restricted: bool = False
    is_bot: bool = False

    def persona(self) -> Json:
        """As the page lists a persona."""
        shown = ("id", "name", "real_name", "role", "team_id", "color")
        return {key: getattr(self, key) for key in shown}

    def profile(self, *, with_email: bool) -> Json:
        """As `users.info` answers; the address is there only with the scope `users:read.email`."""
        profile: Json = {"real_name": self.real_name, "display_name": self.name, "team": self.team_id}
        if with_email and not self.is_bot:
            profile["email"] = self.email
        user: Json = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": False,
            "tz": "UTC",
            "profile": profile,
        }
        # Slack sends this key only for people of a workspace that does not share a Grid organisation with ours.
        return user | ({"is_stranger": True} if self.is_stranger else {})

    @property
    def email(self) -> str:
        return f"{self.name}@{TEAM_DOMAINS[self.team_id]}.example"


@dataclass
class Channel:
    """A channel, or a direct conversation with the app (`im_user` set). `shared` means Slack Connect."""

    id: str
    name: str
    members: list[str]
    shared: bool = False
    im_user: str | None = None

    def info(self) -> Json:
        """As `conversations.info` answers."""
        if self.im_user:
            return {"id": self.id, "is_im": True, "user": self.im_user, "is_open": True, "created": 1700000000}
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": True,
            "is_group": False,
            "is_im": False,
            "is_mpim": False,
            "is_private": False,
            "is_archived": False,
            "is_general": False,
            "is_shared": self.shared,
            "is_ext_shared": self.shared,
            "is_org_shared": False,
            "is_member": BOT_USER_ID in self.members,
            "created": 1700000000,
            "creator": "U0ALICE",
            "context_team_id": TEAM_ID,
            "num_members": len(self.members),
        }

    def listed(self) -> Json:
        """As the page lists a channel."""
        return {"id": self.id, "name": self.name, "members": self.members, "shared": self.shared}


@dataclass(frozen=True)
class Group:
    """A user group (`@handle`)."""

    id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)

    def info(self, *, with_users: bool, with_count: bool) -> Json:
        """As `usergroups.list` answers."""
        group: Json = {
            "id": self.id,
            "team_id": TEAM_ID,
            "is_usergroup": True,
            "name": self.name,
            "handle": self.handle,
            "date_delete": 0,
        }
        group |= {"users": list(self.users)} if with_users else {}
        return group | ({"user_count": len(self.users)} if with_count else {})


PERSONAS = (
    Person("U0ALICE", "alice", "Alice Moreau", "requester", color="#0f766e"),
    Person("U0BOB", "bob", "Bob Tanaka", "approver", color="#1d4ed8"),
    Person("U0CAROL", "carol", "Carol Mensah", "approver", color="#9333ea"),
    Person("U0DAVE", "dave", "Dave Lindqvist", "member", color="#b45309"),
    Person("U0MALLORY", "mallory", "Mallory Quinn", "outsider", OTHER_TEAM_ID, color="#be123c", is_stranger=True),
    Person("U0GUS", "gus", "Gus Ferrari", "guest", color="#4d7c0f", is_restricted=True),
)
ACCOUNTS = (
    Person(BOT_USER_ID, BOT_NAME, "sr", "app", is_bot=True),
    Person(SLACKBOT_ID, "slackbot", "Slackbot", "slackbot"),
)
GROUPS = (Group("S0DBA", "dba-oncall", "DBA on call", ["U0BOB", "U0CAROL"]),)


def channels() -> list[Channel]:
    """Fresh channels: one with everybody (shared with the outsider's workspace), one not bound to a cluster, one
    that the app has not been invited to."""
    everybody = [person.id for person in PERSONAS]
    staff = [person.id for person in PERSONAS if person.role in {"requester", "approver", "member"}]
    return [
        Channel("C0OPS", "starrocks-ops", [*everybody, BOT_USER_ID], shared=True),
        Channel("C0OTHER", "other-team", [*staff, BOT_USER_ID]),
        Channel("C0RANDOM", "random", staff),
    ]
