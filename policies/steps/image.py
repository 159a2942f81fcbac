"""An image of the metadata, asked for and seen on every living frontend: before a backup, and between two upgrades.

The manual reads the leader's log for it (docs: deployment/upgrade). What the frontends tell over HTTP says the same of each
of them; where they cannot be asked, a person looks at the log and skips the wait.
"""

from policies.acts import CreateImage
from policies.awaited import ImageEverywhere
from policies.plan import Step

PATIENCE = 1800.0
"""Cluster seconds: an image takes seconds to minutes; later it failed, or nobody can see it."""
LOOK_AT_THE_LOG = (
    "Look in the leader's fe.log for `push image.` with as many frontends pushed to as it names; "
    "if it is there, skip; else retry sends the statement again."
)


def image_step(group: str = "metadata") -> Step:
    """Nothing to undo: an image more does no harm."""
    return Step(
        id="create-image",
        group=group,
        title="Create an image of the metadata and see it on every living frontend",
        act=CreateImage(),
        until=ImageEverywhere(),
        skippable=True,
        deadline=PATIENCE,
        advice=LOOK_AT_THE_LOG,
    )
