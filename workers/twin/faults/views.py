"""Faults of metadata: of materialized views, and of images."""

from typing import TYPE_CHECKING

from workers.twin.model.materialized_views import MaterializedView

if TYPE_CHECKING:
    from workers.twin.twin import Twin


def _view(twin: "Twin", view: str) -> MaterializedView:
    found = next((each for each in twin.cluster.materialized_views if each.full_name == view), None)
    if found is None:
        raise LookupError(f"no materialized view {view!r}")
    return found


def view_broken(twin: "Twin", view: str, error: str) -> None:
    """Its definition cannot be analysed any more, so it cannot be activated; an active one stays so."""
    _view(twin, view).broken = error


def view_fails(twin: "Twin", view: str, error: str) -> None:
    """Its refresh fails at its end."""
    _view(twin, view).fails = error


def view_refresh(twin: "Twin", view: str, seconds: float | None) -> None:
    """Somebody starts a refresh of everything."""
    chosen = _view(twin, view)
    if seconds is not None:
        chosen.whole_s = seconds
    twin.course.refreshes.begin(chosen, force=True)


def view_dropped(twin: "Twin", view: str) -> None:
    twin.cluster.materialized_views.remove(_view(twin, view))


def image_fails(twin: "Twin", failing: bool) -> None:
    twin.course.images.failing = failing
