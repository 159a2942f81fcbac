"""Wake-ups come after the acknowledgements, all of them, and soon."""

import asyncio

import pytest

from bot import waking
from bot.waking import Waking


def test_what_is_asked_for_in_one_burst_is_woken_together_and_completely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waking, "MOST_S", 60.0)
    woken: list[str] = []

    async def burst() -> None:
        wakes = Waking(woken.append)
        for number in range(50):
            wakes.soon(f"sr-{number}")
            await asyncio.sleep(0)  # another acknowledgement
            assert not woken
        await wakes.settled()

    asyncio.run(burst())
    assert woken == [f"sr-{number}" for number in range(50)]


def test_what_comes_while_others_are_woken_is_woken_too() -> None:
    woken: list[str] = []

    async def late() -> None:
        loop = asyncio.get_running_loop()

        def wake(operation: str) -> None:
            woken.append(operation)
            if operation == "sr-first":
                asyncio.run_coroutine_threadsafe(ask("sr-second"), loop).result(timeout=5)

        async def ask(operation: str) -> None:
            wakes.soon(operation)

        wakes = Waking(wake)
        wakes.soon("sr-first")
        await wakes.settled()

    asyncio.run(late())
    assert woken == ["sr-first", "sr-second"]


def test_people_who_go_on_asking_do_not_hold_up_a_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waking, "QUIET_S", 0.002)
    monkeypatch.setattr(waking, "MOST_S", 0.01)
    woken: list[str] = []

    async def crowd() -> None:
        wakes = Waking(woken.append)
        wakes.soon("sr-first")
        asked = 0
        while not woken:  # somebody asks in every pause: without a limit this would never end
            asked += 1
            wakes.soon(f"sr-{asked}")
            await asyncio.sleep(0)
            assert asked < 1_000_000
        await wakes.settled()

    asyncio.run(crowd())
    assert woken[0] == "sr-first"
