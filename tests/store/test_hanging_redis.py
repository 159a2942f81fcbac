"""A Redis that hangs on connections that were good: it takes what is sent and does not answer."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

from bot.queue import Mailbox
from workers.valkey import Valkey


def test_a_wake_up_does_not_wait_for_it_for_ever(valkey: Valkey) -> None:
    mailbox = Mailbox(valkey.url, timeout_s=0.2)
    mailbox.wake("sr-aaaaaaaa")
    with ThreadPoolExecutor(1) as pool:
        os.kill(valkey.pid, signal.SIGSTOP)
        try:
            pool.submit(mailbox.wake, "sr-aaaaaaaa").result(timeout=10)
        finally:
            os.kill(valkey.pid, signal.SIGCONT)
