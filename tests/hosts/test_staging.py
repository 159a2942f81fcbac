"""A package's way to a host: checked, in pieces, gone on with after a cut; never more than the disk holds."""

import asyncio
import gzip
import hashlib
import os
import time
from pathlib import Path

import pytest

from policies.acts import StagePackage
from policies.cluster import NodeKind
from policies.hosts import JobState
from tests.hosts.fake_starrocks import package
from tests.hosts.rig import BE, FE, HOST, Rig
from workers.hosts import HostOutcomeUnknown, HostRefused
from workers.hosts.link import Reach
from workers.hosts.packages import CHUNK, Package, upload

STAGE = StagePackage(role=NodeKind.BACKEND, address=BE, version="3.3.9")
DF = "echo 'Filesystem 1024-blocks Used Available Capacity Mounted'; echo '/dev/x 9 9 {kib} 99% /'"


def test_gone_on_with_after_a_cut(rig: Rig) -> None:
    """What is there is not sent again, except the last piece: a cut may have left a hole in it."""
    path = package(rig.with_backend().packages, "3.3.9")
    _grow(path, 3 * CHUNK)
    whole = path.read_bytes()
    part = rig.stage / "StarRocks-3.3.9.tar.gz.part"
    part.parent.mkdir()
    part.write_bytes(b"?" * CHUNK + b"\0" * CHUNK)
    rig.do(STAGE)
    assert rig.look(BE, "op-1.1").jobs["op-1.1"].said.endswith("it was removed: stage again")
    part.write_bytes(whole[:CHUNK] + b"\0" * 1000)
    assert rig.do(STAGE).state is JobState.DONE


def test_time_over_before_the_end(rig: Rig) -> None:
    """The step ends in time and says how far it is; what was not sent whole has another name."""
    package(rig.packages, "3.3.9")
    rig.stage.mkdir()

    async def send(seconds: float) -> None:
        async with Reach(rig.entry()) as reach, reach.link(HOST) as link:
            await upload(link, Package(str(rig.packages), "3.3.9"), str(rig.stage), time.monotonic() + seconds)

    with pytest.raises(HostOutcomeUnknown, match=r"0 % of StarRocks-3.3.9.tar.gz is on 10.84.0.12; going on with the rest"):
        asyncio.run(send(0.4))
    assert [path.name for path in rig.stage.iterdir()] == ["StarRocks-3.3.9.tar.gz.part"]
    asyncio.run(send(20))
    assert (rig.stage / "StarRocks-3.3.9.tar.gz").read_bytes() == (rig.packages / "StarRocks-3.3.9.tar.gz").read_bytes()


def test_a_checksum_that_does_not_fit(rig: Rig) -> None:
    path = package(rig.with_backend().packages, "3.3.9")
    path.with_name(path.name + ".sha256").write_text("0" * 64)
    job = rig.do(STAGE)
    assert job.state is JobState.FAILED and "is not what its checksum says; it was removed: stage again" in job.said
    assert not list(rig.stage.glob("*.tar.gz*")) and rig.survey().staged == {}


def test_no_checksum(rig: Rig) -> None:
    path = package(rig.with_backend().packages, "3.3.9")
    path.with_name(path.name + ".sha256").unlink()
    with pytest.raises(HostRefused, match=r"StarRocks-3.3.9.tar.gz.sha256 is missing"):
        rig.driver().begin("x", STAGE)


def test_no_package(rig: Rig) -> None:
    with pytest.raises(HostRefused, match=r"StarRocks-3.3.9.tar.gz is not in the `packages` directory"):
        rig.with_backend().driver().begin("x", STAGE)
    with pytest.raises(HostRefused, match=r"have no `packages` directory"):
        rig.driver(packages="").begin("x", STAGE)
    with pytest.raises(HostRefused, match=r"have no stage_dir"):
        rig.driver(stage_dir="").begin("x", STAGE)


def test_no_room_for_the_archive(rig: Rig) -> None:
    package(rig.with_backend().packages, "3.3.9")
    rig.server.stub("df", DF.format(kib=50))
    with pytest.raises(HostRefused, match=r"has 0 MiB left, and the package needs"):
        rig.driver().begin("x", STAGE)
    assert not list(rig.stage.iterdir())


def test_what_was_sent_needs_no_room_again(rig: Rig) -> None:
    """A disk with just enough room: less is left when the upload goes on."""
    path = package(rig.with_backend().packages, "3.3.9")
    size = path.stat().st_size
    rig.stage.mkdir()
    (rig.stage / "StarRocks-3.3.9.tar.gz.part").write_bytes(path.read_bytes()[:-10])
    rig.server.stub("df", DF.format(kib=(size * 2 + 2048) // 1024))
    assert rig.do(STAGE).state is JobState.DONE


def test_no_room_to_unpack(rig: Rig) -> None:
    """Another job has filled the disk between the two looks at it."""
    package(rig.with_backend().packages, "3.3.9")
    rig.server.stub("df", f"[ -e {rig.stage}/.sr-lock ] || exec /bin/df \"$@\"; {DF.format(kib=5)}")
    job = rig.do(STAGE)
    assert job.state is JobState.FAILED and "nothing was changed" in job.said
    assert not (rig.stage / "3.3.9").exists()


def test_what_was_verified_is_marked_once_it_is_on_the_disk(rig: Rig) -> None:
    package(rig.with_backend().packages, "3.3.9")
    mark = rig.stage / "3.3.9" / ".sr-verified-be"
    rig.server.stub("sync", f"[ -e {mark} ] || touch {rig.server.root}/synced")
    rig.server.stub("touch", f'case $1 in {mark}) [ -e {rig.server.root}/synced ] && exit 1 ;; esac; exec /usr/bin/touch "$@"')
    job = rig.do(STAGE)
    assert (job.state, job.said) == (JobState.FAILED, f"cannot write in {rig.stage}/3.3.9"), rig.log(job.id)
    assert not mark.exists() and (rig.server.root / "synced").exists()


def test_a_disk_that_fills_up_while_unpacking(rig: Rig) -> None:
    package(rig.with_backend().packages, "3.3.9")
    rig.server.stub("tar", '/bin/tar "$@"; echo "Cannot write: No space left on device" >&2; exit 2')
    job = rig.do(STAGE)
    assert job.state is JobState.FAILED and "the archive cannot be unpacked" in job.said
    assert sorted(path.name for path in rig.stage.iterdir()) == [".sr-lock", "StarRocks-3.3.9.tar.gz"]
    (rig.server.stubs / "tar").unlink()
    assert rig.do(STAGE).state is JobState.DONE


def test_a_staging_directory_that_cannot_be_written(rig: Rig) -> None:
    package(rig.with_backend().packages, "3.3.9")
    rig.stage.write_text("a file")
    with pytest.raises(HostRefused, match=r"cannot be written on 10.84.0.12"):
        rig.driver().begin("x", STAGE)


@pytest.mark.parametrize("top", ["StarRocks-{version}/", "", "./", "starrocks-{version}-ubuntu-amd64/"])
def test_layouts_of_packages(rig: Rig, top: str) -> None:
    package(rig.with_backend().packages, "3.3.9", top=top)
    assert rig.do(STAGE).state is JobState.DONE
    assert (rig.stage / "3.3.9" / "be" / "lib" / "VERSION").exists()


def test_each_part_is_verified_for_itself(rig: Rig) -> None:
    """A host with both: the frontend's files need Java to tell their version, the backend's do not."""
    package(rig.with_backend().with_frontend().packages, "3.3.9")
    rig.do(STAGE)
    assert (rig.survey(BE).staged, rig.survey(FE).staged) == ({"3.3.9": True}, {"3.3.9": False})
    sent = len(rig.server.sent)
    assert rig.do(StagePackage(role=NodeKind.FOLLOWER, address=FE, version="3.3.9")).state is JobState.DONE
    assert rig.survey(FE).staged == {"3.3.9": True} and len(rig.server.sent) > sent


def test_another_build_of_the_version_is_staged_anew(rig: Rig) -> None:
    """What lies there from an earlier try is not what every other host gets now."""
    path = package(rig.with_backend().packages, "3.3.9")
    rig.do(STAGE)
    (rig.stage / "3.3.9" / "be" / "lib" / "stale").touch()
    _grow(path, 10)
    job = rig.do(STAGE)
    assert (job.state, job.said) == (JobState.DONE, "3.3.9 is staged and verified"), rig.log(job.id)
    assert not (rig.stage / "3.3.9" / "be" / "lib" / "stale").exists() and rig.survey().staged == {"3.3.9": True}
    assert rig.do(STAGE).said == "3.3.9 is already staged and verified"


@pytest.mark.parametrize("version", ["../3.3.9", "3.3.9;reboot", "$(reboot)", "", "3.3.9\n", "-rf"])
def test_a_version_is_one_word(rig: Rig, version: str) -> None:
    with pytest.raises(HostRefused):
        rig.driver().begin("x", STAGE.with_(version=version))


def test_checksum_file_as_sha256sum_writes_it(rig: Rig) -> None:
    path = package(rig.packages, "3.3.9")
    assert len(Package(str(rig.packages), "3.3.9").sha256) == 64
    assert Package(str(rig.packages), "3.3.9").size == path.stat().st_size
    beside = path.with_name(path.name + ".sha256")
    beside.write_text(f"SHA256 ({path.name}) = {'AB' * 32}\n")
    assert Package(str(rig.packages), "3.3.9").sha256 == "ab" * 32
    beside.write_text(f"{'ab' * 32}  one\n{'cd' * 32}  two\n")
    with pytest.raises(HostRefused, match="does not hold one SHA-256"):
        Package(str(rig.packages), "3.3.9")


def _grow(file: Path, size: int) -> None:
    """Bytes behind the end of a gzip stream are ignored with a warning by tar: a bigger archive with a new checksum."""
    padding = gzip.compress(os.urandom(size), 1)
    file.write_bytes(file.read_bytes() + padding)
    file.with_name(file.name + ".sha256").write_text(hashlib.sha256(file.read_bytes()).hexdigest())
