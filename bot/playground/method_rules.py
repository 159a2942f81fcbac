"""What each Web API method asks for and allows: the scope of a bot token, the rate tier. Data only.

Source: docs.slack.dev, each method's page ("Facts"), read for the methods listed here; "Rate limits" for the tiers.
"""

from dataclasses import dataclass

# Calls per minute and workspace, by tier.
TIERS = {1: 1, 2: 20, 3: 50, 4: 100}
# How many calls may come at once before the tier is felt. Slack allows "short bursts" without a number: assumed.
BURST = 5
# chat.postMessage: about one per second and channel, short bursts allowed (docs: rate limits).
POSTS_PER_SECOND, POST_BURST = 1.0, 5


@dataclass(frozen=True)
class MethodRule:
    """`scope` is None where any valid token will do; `tier` is None for methods with a rule of their own."""

    scope: str | None
    tier: int | None
    app_token: bool = False


METHODS: dict[str, MethodRule] = {
    "auth.test": MethodRule(None, None),
    "apps.connections.open": MethodRule(None, 1, app_token=True),
    "bots.info": MethodRule("users:read", 3),
    "chat.delete": MethodRule("chat:write", 3),
    "chat.getPermalink": MethodRule(None, None),
    "chat.postEphemeral": MethodRule("chat:write", 4),
    "chat.postMessage": MethodRule("chat:write", None),
    "chat.update": MethodRule("chat:write", 3),
    "conversations.history": MethodRule("channels:history", 3),
    "conversations.info": MethodRule("channels:read", 3),
    "conversations.list": MethodRule("channels:read", 2),
    "conversations.members": MethodRule("channels:read", 4),
    "conversations.open": MethodRule("im:write", 3),
    "conversations.replies": MethodRule("channels:history", 3),
    "files.completeUploadExternal": MethodRule("files:write", 4),
    "files.getUploadURLExternal": MethodRule("files:write", 4),
    "reactions.add": MethodRule("reactions:write", 3),
    "reactions.remove": MethodRule("reactions:write", 2),
    "team.info": MethodRule("team:read", 3),
    "usergroups.list": MethodRule("usergroups:read", 2),
    "usergroups.users.list": MethodRule("usergroups:read", 2),
    "users.info": MethodRule("users:read", 4),
    "users.lookupByEmail": MethodRule("users:read.email", 3),
    "views.open": MethodRule(None, 4),
    "views.push": MethodRule(None, 4),
    "views.update": MethodRule(None, 4),
}

# The smallest set an app of this kind can live with: hear commands, write, attach files, know who somebody is and
# which groups they are in, read a thread back (conversations.replies) and a channel's nature (conversations.info).
MINIMAL_SCOPES = frozenset(
    {"commands", "chat:write", "files:write", "usergroups:read", "users:read", "channels:history", "channels:read"}
)
