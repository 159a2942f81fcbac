"""What a frontend tells of its metadata over HTTP: no SQL does (fe: http/rest/ShowMetaInfoAction.java).

Asked anonymously, as all versions before enable_http_auth allow. A password goes only where the link to the frontend is plain
text anyway: HTTP here is not encrypted.
"""

import base64
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException

from policies.address import Address
from policies.images import ImageLook
from workers.starrocks.endpoints import Cluster
from workers.starrocks.errors import Unreadable

TIMEOUT_S = 3.0
AT_ONCE = 8
"""So that frontends that hang do not keep a worker longer than one of them."""
MOST_BYTES = 65_536
PATH = "/api/show_meta_info?action=SHOW_HA"
UNAUTHORISED = frozenset({401, 403})


def images_of(cluster: Cluster, addresses: Mapping[str, Address]) -> dict[str, ImageLook | Unreadable]:
    """Host -> what the frontend tells, or why not; all are asked at once."""
    def ask(address: Address) -> ImageLook | Unreadable:
        try:
            return image_of(cluster, address)
        except Unreadable as error:
            return error

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        return dict(zip(addresses, pool.map(ask, addresses.values()), strict=True))


def image_of(cluster: Cluster, address: Address) -> ImageLook:
    """The newest image of the frontend whose HTTP port is at `address`. Raises Unreadable with the reason."""
    where = cluster.via.get(str(address))
    if where is None and cluster.via:
        raise Unreadable(f"no way to {address} is configured")
    there = Address.parse(where) if where else address
    status, body = _asked(there, {})
    if status in UNAUTHORISED and not cluster.tls:
        pair = f"{cluster.user}:{cluster.password.get_secret_value()}".encode()
        status, body = _asked(there, {"Authorization": f"Basic {base64.b64encode(pair).decode()}"})
    if status in UNAUTHORISED:
        why = "its password is not sent over plain HTTP" if cluster.tls else "the account needs OPERATE on SYSTEM"
        raise Unreadable(f"it asks for a login, and {why}")
    if status != 200:
        raise Unreadable(f"it answered with status {status}")
    return _read(body)


def _asked(there: Address, headers: dict[str, str]) -> tuple[int, bytes]:
    link = HTTPConnection(there.host, there.port, timeout=TIMEOUT_S)
    try:
        link.request("GET", PATH, headers=headers)
        answer = link.getresponse()
        return answer.status, answer.read(MOST_BYTES)
    except (OSError, HTTPException) as error:
        raise Unreadable(f"its HTTP port does not answer ({type(error).__name__})") from None
    finally:
        link.close()


def _read(body: bytes) -> ImageLook:
    try:
        told = json.loads(body)
        return ImageLook(image=int(told["last_checkpoint_version"]), journal=int(told["current_journal_id"]))
    except (ValueError, KeyError, TypeError):
        raise Unreadable("its answer names no image") from None
