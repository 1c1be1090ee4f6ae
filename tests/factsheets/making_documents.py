"""Documents of the samples, composed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from clusters.snapshot_shape import Snapshot
from factsheets.choices import Face
from factsheets.imprint import Imprint
from factsheets.pdf import Pdf
from factsheets.rendering.document import Composed, compose
from factsheets.rendering.factsheet import FACTSHEET
from tests.factsheets import sample_lines, samples
from tests.factsheets.ordinary import ordinary_backward, ordinary_forward

AT = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)
NAMES = {"member000021": "Vesna Demo", "member000012": "Nikos Demo", "member000003": "Eleni Demo"}
ORDINARY = {
    "forward": (ordinary_forward, Face.FORWARD),
    "backward": (ordinary_backward, Face.BACKWARD),
}
EVERY: dict[str, tuple[Callable[[], Snapshot], Face]] = {
    **ORDINARY,
    "empty": (sample_lines.empty, Face.FORWARD),
    "empty, backward": (sample_lines.empty, Face.BACKWARD),
    "hard": (samples.hard, Face.BACKWARD),
    "hard, forward": (samples.hard, Face.FORWARD),
    "scripts": (samples.every_script, Face.FORWARD),
}


def imprint(snapshot: Snapshot, face: str, **more: object) -> Imprint:
    """Return what an issued document says of itself."""
    defaults: dict[str, object] = {
        "version": 3,
        "language": "en",
        "issued_at": AT,
        "issuer": "the coordinator of WG4",
        "replaces": (2, date(2026, 1, 12)),
        "history": (14, "41be07a9" * 8),
        "address": f"https://registry.example/factsheets/{snapshot['reference']}/v3/en/",
    }
    return Imprint(face=face, **{**defaults, **more})  # type: ignore[arg-type]


def made(name: str, **more: object) -> Composed:
    """Compose a document of the samples."""
    sample, face = EVERY[name]
    snapshot = sample()
    return compose(FACTSHEET, snapshot, imprint(snapshot, face, **more), names=NAMES, created_at=AT, file_stem="data")


def pdf_of(composed: Composed) -> Pdf:
    """Return the PDF, which is there."""
    assert composed.pdf is not None, composed.problem
    return composed.pdf
