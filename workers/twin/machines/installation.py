"""What a StarRocks package holds, and what a host has of it, as small files with the manners of the real ones."""

import hashlib
import re
import shutil
from functools import cache
from pathlib import Path

from workers.twin.wire.server import NotStarted

FILES = Path(__file__).parent / "files"
SHELLS = ("dash", "bash")
NEWER = (3, 4, 2)
"""From here on stop_fe.sh knows -g, and the stop scripts a --timeout (bin/stop_fe.sh, bin/stop_be.sh at the tags)."""
BE_SCRIPTS = (
    *("start_backend.sh", "start_be.sh", "stop_be.sh", "start_cn.sh", "stop_cn.sh", "show_be_version.sh", "common.sh"),
)
FE_SCRIPTS = ("start_fe.sh", "stop_fe.sh", "show_fe_version.sh", "common.sh")
PARTS = {"be": "be", "cn": "be", "fe": "fe"}
"""Process -> part of the package: a compute node runs the backend's files (bin/start_backend.sh --cn)."""


def release_of(version: str) -> str:
    """`3.3.9` -> `3.3.9-<commit>`, the way that the files of a build name themselves; a full name stays."""
    return version if "-" in version else f"{version}-{hashlib.sha256(version.encode()).hexdigest()[:7]}"


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.split("-")[0]))


def least_jdk(version: str) -> int:
    """bin/start_fe.sh at the tags: up to 3.2 any, then 11, from 3.5 on 17."""
    return 17 if numbers(version) >= (3, 5) else 11 if numbers(version) >= (3, 3) else 8


@cache
def shell() -> Path:
    """A shell that is called by any name still a shell is: a copy of it plays starrocks_be and java."""
    for name in SHELLS:
        found = shutil.which(name)
        if found:
            return Path(found).resolve()
    raise NotStarted(f"hosts need one of these shells on this machine: {', '.join(SHELLS)}")


def write_part(target: Path, part: str, release: str) -> None:
    """The `be` or `fe` directory of a package, without conf/."""
    library = target / "lib"
    library.mkdir(parents=True)
    (library / "VERSION").write_text(f"{release}\n", encoding="ascii")
    body = (FILES / "node.sh").read_text(encoding="utf-8")
    if part == "be":
        shutil.copyfile(shell(), library / "starrocks_be")
        (library / "starrocks_be").chmod(0o755)
        (library / "starrocks_be.body").write_text(body, encoding="utf-8")
        _marker(library / "jni-packages" / "starrocks-jdbc-bridge.jar", release)
        _marker(target / "www" / "error_log.mustache", release)
    else:
        (library / "starrocks-fe.jar").write_text(body, encoding="utf-8")
        (library / "alone.sh").write_text((FILES / "alone.sh").read_text(encoding="utf-8"), encoding="utf-8")
        _marker(library / "mysql-connector-java-8.0.29.jar", release)
        for name in ("spark-dpp/spark-dpp-1.0.0.jar", "webroot/index.html", "hive-udf/hive-udf-1.0.0.jar"):
            _marker(target / name, release)
    scripts = target / "bin"
    scripts.mkdir()
    for name in BE_SCRIPTS if part == "be" else FE_SCRIPTS:
        write_script(scripts / name, (FILES / name).read_text(encoding="utf-8"), release)


def write_script(path: Path, text: str, release: str) -> None:
    newer = "1" if numbers(release) >= NEWER else ""
    path.write_text(text.replace("@NEWER@", newer).replace("@MIN_JDK@", str(least_jdk(release))), encoding="utf-8")
    path.chmod(0o755)


def write_conf(target: Path, name: str, *, home: Path, java_home: Path) -> None:
    target.mkdir(exist_ok=True)
    text = (FILES / name).read_text(encoding="utf-8").replace("@HOME@", str(home)).replace("@JAVA_HOME@", str(java_home))
    (target / name).write_text(text, encoding="utf-8")


def write_meta(meta: Path, *, cluster_id: int, token: str, name: str, role: str, journal: int) -> None:
    """fe/meta as bdb and image leave it (fe: persist/Storage.java): who it is, the last image, the journal since."""
    (meta / "bdb").mkdir(parents=True)
    (meta / "image").mkdir()
    (meta / "image" / "VERSION").write_text(f"clusterId={cluster_id}\ntoken={token}\nrunMode=shared_nothing\n", encoding="ascii")
    (meta / "image" / "ROLE").write_text(f"role={role}\nname={name}\nhostType=IP\n", encoding="ascii")
    (meta / "image" / f"image.{journal}").write_bytes(b"image" * 400)
    for number in range(3):
        (meta / "bdb" / f"{number:08x}.jdb").write_bytes(bytes([number]) * 1000)
    (meta / "bdb" / "je.lck").touch()


def write_java(java_home: Path, version: str) -> None:
    (java_home / "bin").mkdir(parents=True)
    (java_home / "jre" / "bin").mkdir(parents=True)
    shutil.copyfile(FILES / "java", java_home / "bin" / "java")
    shutil.copyfile(shell(), java_home / "jre" / "bin" / "java")
    for program in (java_home / "bin" / "java", java_home / "jre" / "bin" / "java"):
        program.chmod(0o755)
    set_java(java_home, version)


def set_java(java_home: Path, version: str) -> None:
    change(java_home / "release", f'JAVA_VERSION="{version}"\n')


def change(path: Path, text: str) -> None:
    """Write a file whole or not at all, and only if it says something else: commands on the host may read it right now."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.chmod(0o755)
    fresh.replace(path)


def _marker(path: Path, release: str) -> None:
    """A file whose content differs from version to version, so that a swap can be seen."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{path.name} of {release}\n", encoding="utf-8")
