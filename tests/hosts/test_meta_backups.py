"""Copies of a frontend's metadata: complete, checked, private, and only so many of them."""

import os
import zlib
from pathlib import Path

import pytest

from policies.acts import BackUpMeta
from policies.cluster import NodeKind
from policies.hosts import JobState
from tests.hosts.fake_starrocks import meta
from tests.hosts.rig import FE, Rig
from workers.hosts import HostRefused

COPY = BackUpMeta(role=NodeKind.FOLLOWER, address=FE, label="before-3.3.9")


def copies(rig: Rig) -> Path:
    return rig.backups / "10.84.0.12_9010"


def with_meta(rig: Rig) -> Rig:
    meta(rig.with_frontend().fe)
    return rig


def test_a_copy(rig: Rig) -> None:
    job = with_meta(rig).do(COPY)
    assert job.state is JobState.DONE, rig.log(job.id)
    assert "(image/image.1201)" in job.said
    copy = copies(rig) / "before-3.3.9"
    files = {str(path.relative_to(copy)) for path in copy.rglob("*") if path.is_file()}
    wanted = {"image/VERSION", "image/ROLE", "image/image.1201", "bdb/00000000.jdb", "bdb/00000001.jdb"}
    assert files == wanted | {"SHA256SUMS", "MANIFEST", ".sr-meta-backup"}
    assert {path.stat().st_mode & 0o777 for path in copy.rglob("*")} == {0o600, 0o700}
    assert copies(rig).stat().st_mode & 0o777 == 0o700
    assert len((copy / "SHA256SUMS").read_text().splitlines()) == len(wanted) + 1


def test_image_first_then_the_journal_from_its_oldest_file(rig: Rig) -> None:
    with_meta(rig).server.stub("cp", f'echo "$2" >> {rig.server.root}/copied; exec /bin/cp "$@"')
    rig.do(COPY)
    names = [Path(line).name for line in (rig.server.root / "copied").read_text().splitlines()]
    assert names == ["ROLE", "VERSION", "image.1201", "00000000.jdb", "00000001.jdb"]


def test_made_already(rig: Rig) -> None:
    with_meta(rig).do(COPY)
    assert rig.do(COPY).said.startswith("the copy is already in")


def test_only_the_newest_stay_and_only_ours_go(rig: Rig) -> None:
    with_meta(rig)
    copies(rig).mkdir(parents=True)
    (copies(rig) / "by-hand").mkdir()
    for number in range(4):
        rig.do(COPY.with_(label=f"n{number}", keep=2))
        (copies(rig) / f"n{number}" / ".sr-meta-backup").write_text(f"{1000 + number}\n")
    left = sorted(path.name for path in copies(rig).iterdir() if path.is_dir())
    assert left == ["by-hand", "n2", "n3"]


def test_those_of_before_a_change_of_version_are_counted_by_themselves(rig: Rig) -> None:
    with_meta(rig)
    for number, label in enumerate(("a-before-3.3.9", "b", "c", "d", "e-before-3.3.10")):
        rig.do(COPY.with_(label=label, keep=2))
        (copies(rig) / label / ".sr-meta-backup").write_text(f"{1000 + number}\n")
    assert sorted(path.name for path in copies(rig).iterdir() if path.is_dir()) == ["a-before-3.3.9", "c", "d", "e-before-3.3.10"]


def test_what_the_copy_is_of_is_written_down(rig: Rig) -> None:
    of = COPY.with_(version="3.3.3-312ed45", frontends=(FE, FE.with_(host="10.84.0.13")))
    assert with_meta(rig).do(of).state is JobState.DONE
    lines = dict(line.split("=", 1) for line in (copies(rig) / "before-3.3.9" / "MANIFEST").read_text().splitlines())
    assert lines.pop("taken").endswith("Z")
    assert lines == {
        "version": "3.3.3-312ed45", "frontends": "10.84.0.12:9010 10.84.0.13:9010", "image": "image/image.1201",
        "up_to_journal": "1201", "starmgr_image": "",
    }  # fmt: skip


def of_3_3(home: Path, checksum: str | None) -> None:
    """The image as 3.3 and later write it, with its CRC32 beside it."""
    image = home / "meta/image/v2/image.1300"
    image.parent.mkdir()
    image.write_bytes(b"{}" * 500)
    if checksum is not None:
        image.with_name("checksum.1300").write_text(checksum)


@pytest.mark.parametrize(
    ("checksum", "words"),
    [
        (str(zlib.crc32(b"{}" * 500)), ""),
        ("1", "image/v2/image.1300 does not match its own checksum.1300"),
        (None, "image/v2/image.1300 has no checksum.1300 beside it"),
    ],
)
def test_the_images_own_checksum(rig: Rig, checksum: str | None, words: str) -> None:
    of_3_3(with_meta(rig).fe, checksum)
    job = rig.do(COPY)
    assert job.state is (JobState.FAILED if words else JobState.DONE), rig.log(job.id)
    assert (words or "(image/v2/image.1300)") in job.said
    assert sorted(path.name for path in copies(rig).iterdir()) == [".sr-lock", *([] if words else ["before-3.3.9"])]


def test_shared_data_has_a_second_image(rig: Rig) -> None:
    image = with_meta(rig).fe / "meta/image"
    (image / "VERSION").write_text("clusterId=1\ntoken=t\nrunMode=shared_data\n")
    job = rig.do(COPY)
    assert job.state is JobState.FAILED and "image/starmgr has no image" in job.said
    (image / "starmgr").mkdir()
    (image / "starmgr" / "image.9000").write_text("s")
    job = rig.do(COPY)
    assert job.state is JobState.DONE and "(image/image.1201)" in job.said, "the newest of the frontend, not of StarMgr"
    assert "starmgr_image=image/starmgr/image.9000" in (copies(rig) / "before-3.3.9" / "MANIFEST").read_text()


def test_meta_dir_of_the_conf(rig: Rig) -> None:
    with_meta(rig)
    (rig.fe / "meta").rename(rig.server.root / "fe-meta")
    conf = rig.fe / "conf" / "fe.conf"
    conf.write_text(f"meta_dir = {rig.server.root}/fe-meta\n")
    assert rig.do(COPY).state is JobState.DONE
    conf.write_text("meta_dir = ${META_HOME}/meta\n")
    with pytest.raises(HostRefused, match=r"meta_dir of fe.conf is"):
        rig.driver().begin("x", COPY)
    conf.write_text("meta_dir = /x$(reboot)\n")
    with pytest.raises(HostRefused, match=r"meta_dir of fe.conf is"):
        rig.driver().begin("x", COPY)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda home: (home / "meta/image/ROLE").unlink(), "meta/image/ROLE is missing or empty"),
        (lambda home: os.truncate(home / "meta/image/image.1201", 0), "no image with anything in it"),
        (lambda home: (home / "meta/bdb").rename(home / "bdb"), "is meta_dir of fe.conf right?"),
    ],
)  # fmt: skip
def test_what_is_no_metadata(rig: Rig, harm: object, words: str) -> None:
    with_meta(rig)
    harm(rig.fe)  # type: ignore[operator]
    job = rig.do(COPY)
    assert job.state is JobState.FAILED and words in job.said
    assert not list(copies(rig).glob("*/SHA256SUMS"))


def test_no_room(rig: Rig) -> None:
    with_meta(rig).server.stub("df", "echo 'Filesystem 1024-blocks Used Available Capacity Mounted'; echo '/dev/x 9 9 12 99% /'")
    job = rig.do(COPY)
    assert job.state is JobState.FAILED and "has 0 MiB left and needs 2 MiB: nothing was changed" in job.said


def test_a_journal_file_that_goes_away_while_copied(rig: Rig) -> None:
    """The cleaner removes old journal files: the copy is made again from a new list."""
    with_meta(rig).server.stub("cp", f'case $2 in *00000000.jdb) rm -f "$2" ;; esac; exec /bin/cp "$@" 2>> {rig.server.root}/err')
    job = rig.do(COPY)
    assert job.state is JobState.DONE, rig.log(job.id)
    assert [path.name for path in (copies(rig) / "before-3.3.9" / "bdb").iterdir()] == ["00000001.jdb"]


def test_an_image_that_is_written_meanwhile(rig: Rig) -> None:
    """What the journal held before the new image is gone then: with the image of before the copy could not be read."""
    with_meta(rig)
    late = f"[ -e {rig.fe}/meta/image/image.1300 ] || {{ echo new > {rig.fe}/meta/image/image.1300; rm {rig.fe}/meta/bdb/00000000.jdb; }}"
    rig.server.stub("cp", f'case $2 in *00000001.jdb) {late} ;; esac; exec /bin/cp "$@"')
    job = rig.do(COPY)
    assert job.state is JobState.DONE and "(image/image.1300)" in job.said, rig.log(job.id)
    copy = copies(rig) / "before-3.3.9"
    assert (copy / "image" / "image.1300").exists() and [path.name for path in (copy / "bdb").iterdir()] == ["00000001.jdb"]


def test_a_disk_that_fails_in_the_middle(rig: Rig) -> None:
    with_meta(rig).server.stub("cp", 'case $2 in *jdb) echo "No space left on device"; exit 1 ;; esac; exec /bin/cp "$@"')
    job = rig.do(COPY)
    assert job.state is JobState.FAILED and "three times: try again later" in job.said
    assert [path.name for path in copies(rig).iterdir()] == [".sr-lock"]


def test_a_label_is_one_word(rig: Rig) -> None:
    for label in ("../x", "a b", "", "x;reboot", ".."):
        with pytest.raises(HostRefused):
            rig.driver().begin("x", COPY.with_(label=label))
