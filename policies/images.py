"""Images of the metadata: what each frontend tells of its newest one, and since when one can be asked for.

ALTER SYSTEM CREATE IMAGE returns at once, and no SQL tells when the image is there. Each frontend tells it over HTTP:
GET /api/show_meta_info?action=SHOW_HA names the journal id that its newest image goes up to (fe:
http/rest/ShowMetaInfoAction.java getHaInfo). So a push is proven where it arrives, and no log has to be read.
"""

from policies.record import Record

CREATE_IMAGE_SINCE = (2, 5, 3)
"""docs: deployment/upgrade, "Create image" (StarRocks 2.5.3)."""


class ImageLook(Record):
    """What one frontend tells: the journal id its newest image goes up to, and its newest (or newest replayed) journal id."""

    image: int
    journal: int
