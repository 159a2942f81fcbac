"""A process is taken for dead only where that is certain."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from bot.aliveness import mark, surely_dead

CHILD = "import sys; from bot.aliveness import mark; print(mark(), flush=True); sys.stdin.read()"


@pytest.fixture
def child() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def named(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_who_lives_is_not_dead(child: subprocess.Popen[str]) -> None:
    assert mark() and not surely_dead(mark())
    assert not surely_dead(named(child))


def test_who_was_killed_is_dead_before_and_after_its_parent_noticed(child: subprocess.Popen[str]) -> None:
    name = named(child)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert surely_dead(name)
    child.wait()
    assert surely_dead(name)


def test_who_has_the_number_of_a_dead_one_is_another() -> None:
    assert surely_dead(mark() + "1")


@pytest.mark.parametrize(
    "elsewhere",
    ["", "nonsense", "a/b/c/1@2", "/1@2", "a/b/c/x@2", "host/4@"],
    ids=["none", "nonsense", "another host", "no place", "no number", "no beginning"],
)
def test_of_others_nobody_can_tell(elsewhere: str) -> None:
    assert not surely_dead(elsewhere)


@pytest.mark.parametrize("part", [0, 1, 2], ids=["host", "boot", "namespace"])
def test_another_place_is_elsewhere(part: int) -> None:
    parts = mark().split("/")
    parts[part] += "0"
    parts[3] = "999999999@1"
    assert not surely_dead("/".join(parts))
    parts[part] = mark().split("/")[part]
    assert surely_dead("/".join(parts))
