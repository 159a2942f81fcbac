"""The jobs that RQ carries out for the workers. Arguments are short texts; everything else is read from the store."""

import logging
import time
from contextlib import suppress

from redis import RedisError

from bot.identity import IdentityUnknown
from policies.operation import DEFECT
from workers import pictures, questions
from workers.engine import take_turn
from workers.store import Claim, Fenced
from workers.wiring import wiring

log = logging.getLogger(__name__)

TURNS = 12
TURNS_LIMIT_S = 15.0
"""A job goes on with an operation that is due at once (approve, start, first statement), but not for ever."""
IDENTITY_RETRY_S = 5.0
DEFECT_RETRY_S = 60.0


def advance(operation: str) -> str:
    """Take turns on one operation until it has to wait; returns what the last turn did."""
    wired, said, began = wiring(), "nothing to do", time.monotonic()
    for _ in range(TURNS):
        claim = wired.store.claim(operation)
        if claim is None:
            return said
        try:
            said = take_turn(wired, claim)
        except Fenced as error:
            return f"overtaken: {error}"
        except IdentityUnknown as error:
            wired.store.release(claim, IDENTITY_RETRY_S)
            said = f"Slack does not say who a person is ({error}); asking again"
            log.warning("%s: %s", operation, said)
            return said
        except RedisError:
            # Whatever was decided is either committed or not; the next claim sees which.
            log.exception("%s: Redis failed in the middle of a turn", operation)
            raise
        except Exception as error:
            log.exception("%s: a defect of ours", operation)
            return _own_up(claim, error)
        log.info("%s: %s", operation, said)
        # A decision that came meanwhile made a job that found the operation busy: it is heard now, with or without a clock.
        if wired.store.last_delay_s != 0 or time.monotonic() - began > TURNS_LIMIT_S:
            return said
    return said


def _own_up(claim: Claim, error: Exception) -> str:
    """A defect of ours must be seen on the card, not only in a log; the turn is tried again every minute."""
    wired, operation = wiring(), claim.operation
    said = f"{DEFECT} ({type(error).__name__}); the worker's log has the details."
    if operation is None:
        wired.store.release(claim, DEFECT_RETRY_S)
        return said
    now = wired.now()
    troubled = operation.with_(trouble=said, trouble_since=operation.trouble_since or now)
    with suppress(Fenced):  # The turn had committed something already; the next look sees what.
        wired.store.commit(claim, troubled, delay_s=DEFECT_RETRY_S, deaf=True)
    return said


def answer(kind: str, cluster: str, channel: str, user: str, question: str, text: str) -> str:
    """Answer a question that needs a look at a cluster."""
    return questions.answer(wiring(), kind, cluster, channel, user, question, text)


def draw(operation: str) -> str:
    """Draw the picture of a drain that has ended."""
    return pictures.draw(wiring(), operation)
