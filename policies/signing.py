"""What people sign: the checklist of a plan, before it is approved, and the follow-ups of an operation that is done."""

from datetime import datetime

from policies.follow_ups import Snippet
from policies.record import Record
from policies.request import Person


class Signature(Record):
    """Who says, of the plan with this digest, that everything on its checklist is so; `items` are ids, `note` their own words."""

    person: Person
    digest: str
    at: datetime
    items: tuple[str, ...]
    note: str = ""


class FollowUps(Record):
    """What others do after the operation is done, told by the event numbered `event`, and who said that it was done."""

    event: int
    snippets: tuple[Snippet, ...]
    done_by: Person | None = None
    done_at: datetime | None = None
