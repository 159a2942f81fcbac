"""What people have put into bin and lib goes with them from version to version; what a package brought does not."""

import os

import pytest

from policies.hosts import JobState
from tests.hosts.fake_starrocks import package
from tests.hosts.rig import Rig
from tests.hosts.test_swaps import BACK, STAGE, SWAP, staged, version


def test_jars_of_users_are_kept(rig: Rig) -> None:
    staged(rig.with_backend())
    for name in ("mysql-connector-j-8.3.0.jar", "starrocks-old.jar", "udf/mine.jar", "udf-runtime/cache.jar"):
        (rig.be / "lib" / name).parent.mkdir(exist_ok=True)
        (rig.be / "lib" / name).write_text("mine")
    job = rig.do(SWAP)
    kept = {str(p.relative_to(rig.be / "lib")) for p in (rig.be / "lib").rglob("*.jar")}
    assert kept == {"mysql-connector-j-8.3.0.jar", "udf/mine.jar", "jni-packages/hadoop-3.3.9.jar"}
    assert "left there, may be yours: lib/starrocks-old.jar;" in job.said
    assert "sr: keeps lib/mysql-connector-j-8.3.0.jar" in rig.log(job.id) and "sr: keeps lib/udf" in rig.log(job.id)
    assert rig.survey().listed and rig.survey().extra_jars == ("lib/mysql-connector-j-8.3.0.jar", "lib/udf/mine.jar")


def test_without_a_list_what_the_old_package_may_have_brought_stays_behind(rig: Rig) -> None:
    """Two of a kind on one class path may keep it from starting; what was copied in later is surely a user's."""
    staged(rig.with_backend())
    lib = rig.be / "lib"
    (lib / "hadoop" / "common").mkdir(parents=True)
    dropped, preserved, added = lib / "log4j-slf4j-impl-2.17.jar", lib / "hadoop" / "common" / "old-lzo.jar", lib / "hadoop" / "common" / "lzo.jar"
    for jar in (dropped, preserved, added):
        jar.write_text("jar")
    for jar in (dropped, preserved):
        os.utime(jar, (1_600_000_000, 1_600_000_000))
    job = rig.do(SWAP)
    assert job.state is JobState.DONE, rig.log(job.id)
    assert added.exists() and not dropped.exists() and not preserved.exists()
    told = job.said.partition("; left there, may be yours: ")[2].partition(";")[0]
    assert sorted(told.split()) == ["lib/hadoop/common/old-lzo.jar", "lib/log4j-slf4j-impl-2.17.jar"]
    assert (rig.be / ".sr-backup" / "3.3.3" / "lib" / "log4j-slf4j-impl-2.17.jar").exists()


@pytest.mark.parametrize("listed", [False, True])
def test_scripts_of_users_are_kept(rig: Rig, listed: bool) -> None:
    staged(rig.with_backend())
    swap = SWAP
    if listed:
        (rig.stage / "3.3.9" / ".sr-manifest-be").open("a").write("bin/dropped.sh\n")
        rig.do(SWAP)
        package(rig.packages, "3.4.2")
        rig.do(STAGE.with_(version="3.4.2"))
        swap = SWAP.with_(version="3.4.2", old="3.3.9")
    for name in ("own.sh", "dropped.sh", "hs_err_pid1.log", "be.pid", "core.77", "heap.hprof"):
        (rig.be / "bin" / name).write_text("#!/bin/sh\n")
    (rig.be / "bin" / "link.sh").symlink_to("own.sh")
    assert rig.do(swap).state is JobState.DONE
    brought = {"start_be.sh", "start_cn.sh", "stop_be.sh", "show_be_version.sh", "be.pid"}
    assert {each.name for each in (rig.be / "bin").iterdir()} - brought == {"own.sh", "link.sh"} | (set() if listed else {"dropped.sh"})
    assert (rig.be / "bin" / "link.sh").is_symlink()


def test_lib_and_what_lies_in_it_may_be_links(rig: Rig) -> None:
    staged(rig.with_backend())
    elsewhere = rig.server.root / "data"
    elsewhere.mkdir()
    (rig.be / "lib").rename(elsewhere / "lib")
    (rig.be / "lib").symlink_to(elsewhere / "lib")
    (rig.be / "lib" / "ojdbc11.jar").write_text("mine")
    (rig.be / "lib" / "hadoop-conf").symlink_to(elsewhere)
    job = rig.do(SWAP)
    assert job.state is JobState.DONE, rig.log(job.id)
    assert version(rig.be) == "3.3.9" and (rig.be / "lib" / "ojdbc11.jar").read_text() == "mine"
    assert (rig.be / "lib" / "hadoop-conf").readlink() == elsewhere
    assert (rig.be / ".sr-backup" / "3.3.3" / "lib").is_symlink() and version(elsewhere) == "3.3.3"


def test_a_users_file_that_cannot_be_copied_is_named(rig: Rig) -> None:
    before = staged(rig.with_backend().running()).pid()
    (rig.be / "lib" / "mine.jar").write_text("mine")
    rig.server.stub("cp", 'case $* in *mine.jar*) exit 1 ;; esac; exec /bin/cp "$@"')
    job = rig.do(SWAP)
    assert (job.state, job.said) == (JobState.FAILED, f"cannot copy {rig.be}/lib/mine.jar: nothing was changed")
    assert rig.pid() == before


def test_the_own_list_of_the_old_package_decides_next_time(rig: Rig) -> None:
    """After one swap the package's list of files is known: whatever is not on it belongs to a user."""
    staged(rig.with_backend())
    rig.do(SWAP)
    (rig.be / "lib" / "starrocks-mine.jar").write_text("mine")
    (rig.be / "lib" / "jni-packages" / "driver.jar").write_text("mine")
    package(rig.packages, "3.4.2")
    rig.do(STAGE.with_(version="3.4.2"))
    assert rig.do(SWAP.with_(version="3.4.2", old="3.3.9")).state is JobState.DONE
    kept = {str(p.relative_to(rig.be / "lib")) for p in (rig.be / "lib").rglob("*.jar")}
    assert kept == {"starrocks-mine.jar", "jni-packages/driver.jar", "jni-packages/hadoop-3.4.2.jar"}


def test_a_second_upgrade_takes_no_file_of_the_old_version_for_a_users(rig: Rig) -> None:
    """An installation made by hand has no list of its files; after a way back it must not have that of the other version."""
    staged(rig.with_backend().running())
    (rig.be / "lib" / "starrocks-hadoop-ext.jar").write_text("3.3.3")
    for act in (SWAP, BACK, SWAP):
        job = rig.do(act)
        assert job.state is JobState.DONE, rig.log(job.id)
    jars = {str(p.relative_to(rig.be / "lib")) for p in (rig.be / "lib").rglob("*.jar")}
    assert jars == {"jni-packages/hadoop-3.3.9.jar"}
    rig.do(BACK)
    assert rig.survey().extra_jars == ()


def test_what_users_added_meanwhile_goes_back_with_them(rig: Rig) -> None:
    staged(rig.with_backend().running())
    rig.do(SWAP)
    (rig.be / "lib" / "ojdbc11.jar").write_text("mine")
    assert rig.do(BACK).state is JobState.DONE
    assert (rig.be / "lib" / "ojdbc11.jar").read_text() == "mine" and version(rig.be) == "3.3.3"
    assert not (rig.be / "lib" / "jni-packages" / "hadoop-3.3.9.jar").exists()
