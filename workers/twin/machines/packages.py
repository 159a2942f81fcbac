"""DIR/packages/StarRocks-<version>.tar.gz with its checksum beside it, as a download has them."""

import gzip
import hashlib
import io
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from workers.twin.machines.installation import release_of, write_conf, write_part

MADE_AT = 1_735_689_600
"""The time of every file in a package, so that the same version is the same file wherever it is made."""


def make_package(directory: Path, version: str, *, reports: str = "") -> Path:
    """Write one package; `reports` is the version its files tell, if not the one it is named by."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"StarRocks-{version}.tar.gz"
    release = release_of(reports or version)
    with tempfile.TemporaryDirectory(prefix="sr-package-") as scratch:
        root = Path(scratch) / f"StarRocks-{version}"
        for part in ("be", "fe"):
            write_part(root / part, part, release)
            for name in ("be.conf", "cn.conf") if part == "be" else ("fe.conf",):
                write_conf(root / part / "conf", name, home=Path("/opt/starrocks") / part, java_home=Path("/usr/lib/jvm/java-17"))
        content = io.BytesIO()
        with (
            gzip.GzipFile(fileobj=content, mode="wb", compresslevel=1, mtime=MADE_AT) as packed,
            tarfile.open(fileobj=packed, mode="w") as archive,
        ):
            archive.add(root, root.name, filter=_plain)
    path.write_bytes(content.getvalue())
    digest = hashlib.sha256(content.getvalue()).hexdigest()
    path.with_name(f"{path.name}.sha256").write_text(f"{digest}  {path.name}\n", encoding="ascii")
    return path


def make_wrong(directory: Path, wrong: Mapping[str, str], made: dict[str, str]) -> None:
    """Make again what the fault `wrong_package` names and is not yet `made` that way."""
    for version, reports in wrong.items():
        if made.get(version) != reports:
            make_package(directory, version, reports=reports)
            made[version] = reports


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.mtime, member.uid, member.gid, member.uname, member.gname = MADE_AT, 0, 0, "", ""
    return member
