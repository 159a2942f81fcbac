"""Restoring metadata is people's work: the lines, in an order that loses nothing."""

import pytest

from policies.address import Address
from policies.cluster import Role, RunMode
from policies.restoring import Group, Part, group_of, restoring
from tests.policies.clusters import mission000

LEADER, FOLLOWER, OBSERVER = (Address(host=host, port=9010) for host in ("10.0.0.1", "10.0.0.2", "10.0.0.3"))
GROUP = Group(
    cluster="prod", version="3.3.3", leader=LEADER, query_port=9030, followers=(FOLLOWER,), observers=(OBSERVER,),
    home="/opt/fe", backups="/opt/backup",
)  # fmt: skip


def lines(parts: tuple[Part, ...]) -> list[str]:
    return [line for part in parts for line in part.lines]


def index(typed: list[str], words: str, nth: int = 0) -> int:
    return [number for number, line in enumerate(typed) if words in line][nth]


def test_whoever_was_first_seen_leading_is_brought_back_first() -> None:
    state = mission000()
    known = group_of(state, "/opt/fe", "/opt/backup")
    assert known is not None and state.leader is not None
    assert known.leader == state.leader.address and len(known.followers) == len(state.frontends) - 1
    leaderless = state.with_(frontends=tuple(f.with_(role=Role.FOLLOWER) for f in state.frontends))
    without = group_of(leaderless)
    assert without is not None and without.leader == state.frontends[0].address
    assert group_of(state.with_(frontends=())) is None


def test_nothing_runs_while_files_change_and_the_old_ones_are_kept() -> None:
    typed = lines(restoring(GROUP))
    assert index(typed, "stop_fe.sh") < index(typed, "stop_be.sh") < index(typed, "sha256sum -c") < index(typed, "mv $FE/meta")
    assert index(typed, "mv $FE/meta") < index(typed, "cp -a $COPIES/$COPY") < index(typed, "start_fe.sh --daemon")
    assert not any("rm -r" in line for line in typed), "what was there is never deleted"


def test_the_switch_is_out_again_before_anybody_joins_and_backends_come_last() -> None:
    typed = lines(restoring(GROUP))
    taken_out = index(typed, "sed -i '/^bdbje_reset_election_group = true$/d'")
    assert index(typed, "echo 'bdbje_reset_election_group = true'") < taken_out < index(typed, 'ADD FOLLOWER "10.0.0.2:9010"')
    assert index(typed, 'ADD OBSERVER "10.0.0.3:9010"') < index(typed, "--helper 10.0.0.1:9010") < index(typed, "start_be.sh")


@pytest.mark.parametrize(
    ("group", "words"),
    [
        (GROUP.with_(version="3.1.9"), "metadata_failure_recovery = true"),
        (GROUP.with_(version="3.1.10"), "bdbje_reset_election_group = true"),
        (GROUP.with_(home="", backups=""), "FE=…"),
        (GROUP, "COPIES=/opt/backup/10.0.0.1_9010"),
        (GROUP, "FE=/opt/fe"),
        (GROUP.with_(shared_data=True), "cluster snapshot"),
        (GROUP, "is newer than any copy"),
        (GROUP, "backends delete tablets that the metadata does not know"),
    ],
)
def test_what_it_must_say(group: Group, words: str) -> None:
    parts = restoring(group)
    assert any(words in text for part in parts for text in (part.words, *part.lines))


def test_one_frontend_has_nobody_to_add_and_an_unknown_version_no_lines() -> None:
    alone = restoring(GROUP.with_(followers=(), observers=()))
    assert not any("ADD FOLLOWER" in line for line in lines(alone))
    assert restoring(GROUP.with_(version="main-1a2b3c")) == ()
    assert group_of(mission000().with_(run_mode=RunMode.SHARED_DATA)).shared_data  # type: ignore[union-attr]
