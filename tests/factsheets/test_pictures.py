"""Every page of an ordinary and of a hard factsheet looks as in `pictures/`, in English and in Greek.

After a change that is meant: look at what the test names, then run it with `UPDATE_PICTURES=1`, which draws the
reference pictures anew, and commit them with the change.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from PIL import Image, ImageChops

from clusters.snapshot_shape import Snapshot
from factsheets.choices import Face
from factsheets.rendering.factsheet import set_factsheet
from tests.factsheets import gallery, samples
from tests.factsheets.gallery import Dress
from tests.factsheets.ordinary import ordinary_backward, ordinary_forward, ordinary_in_greek
from tests.factsheets.reading import pictures_of

PICTURES: Final = Path(__file__).parent / "pictures"
#: Dots an inch: enough for a line that moves by half a millimetre, and small.
SHARPNESS: Final = 60
#: Versions of the drawing library smooth edges differently: by so many levels of 255 a dot may differ ...
LEVELS: Final = 48
#: ... and so large a part of a page may differ more: seven dots, fewer than a changed digit has.
PART: Final = 0.00002
DOCUMENTS: Final[dict[str, tuple[Callable[[], Snapshot], str, str]]] = {
    "ordinary-en": (ordinary_backward, Face.BACKWARD, "en"),
    "ordinary-forward-en": (ordinary_forward, Face.FORWARD, "en"),
    "ordinary-el": (ordinary_in_greek, Face.BACKWARD, "el"),
    "hard-en": (samples.hard, Face.BACKWARD, "en"),
    "hard-el": (samples.hard, Face.BACKWARD, "el"),
}

#: Looked at every day; the others in the long run.
DAILY: Final = ("ordinary-en", "hard-el")


def drawn(snapshot: Snapshot, dress: Dress) -> list[Image.Image]:
    """Draw each page, with checksums that stay the same when a data file gets another key."""
    imprint = replace(gallery.imprint_of(snapshot, dress), data_sha256="0" * 64, table_sha256="1" * 64)
    _document, pdf = set_factsheet(snapshot, imprint, names=gallery.NAMES, created_at=gallery.AT)
    return pictures_of(pdf, dots_an_inch=SHARPNESS)


def part_that_differs(one: Image.Image, other: Image.Image) -> float:
    """Return how much of a page differs, from 0 to 1; all of it where the sizes do."""
    if one.size != other.size:
        return 1.0
    bands = ImageChops.difference(one, other).split()
    most = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    return sum(most.histogram()[LEVELS:]) / (one.width * one.height)


@pytest.mark.parametrize(
    "name", [name if name in DAILY else pytest.param(name, marks=pytest.mark.slow) for name in DOCUMENTS]
)
def test_every_page_looks_as_it_did(name: str, tmp_path: Path) -> None:
    sample, face, language = DOCUMENTS[name]
    pages = drawn(sample(), Dress("issued", face, "", language))
    if os.environ.get("UPDATE_PICTURES"):
        keep(name, pages)
    kept = sorted(PICTURES.glob(f"{name}-[0-9][0-9].png"))
    assert len(pages) == len(kept), f"{name} has {len(pages)} pages now, and {len(kept)} reference pictures"
    different = {}
    for page, reference in zip(pages, kept, strict=True):
        if (part := part_that_differs(page, Image.open(reference).convert("RGB"))) > PART:
            page.save(tmp_path / reference.name)
            different[str(tmp_path / reference.name)] = (
                f"{part:.2%} differs from {reference.relative_to(PICTURES.parent)}"
            )
    assert different == {}


def keep(name: str, pages: list[Image.Image]) -> None:
    """Write the reference pictures of a document anew."""
    PICTURES.mkdir(exist_ok=True)
    for old in PICTURES.glob(f"{name}-[0-9][0-9].png"):
        old.unlink()
    for number, page in enumerate(pages, start=1):
        page.save(PICTURES / f"{name}-{number:02}.png", optimize=True)


def changed(change: Callable[[Any], None]) -> Snapshot:
    snapshot = ordinary_backward()
    change(snapshot)
    return snapshot


@pytest.mark.parametrize(
    "change",
    [
        lambda snapshot: snapshot["outcomes"][0].update(on="2025-12-05"),
        pytest.param(lambda snapshot: snapshot["objectives"][0].update(reached=False), marks=pytest.mark.slow),
    ],
    ids=["a digit", "a mark"],
)
def test_a_small_change_is_seen(change: Callable[[Any], None]) -> None:
    """The control: the tolerance hides no digit."""
    dress = Dress("issued", Face.BACKWARD, "", "en")
    before, after = (drawn(sample, dress) for sample in (ordinary_backward(), changed(change)))
    parts = [part_that_differs(one, other) for one, other in zip(before, after, strict=True)]
    assert max(parts) > PART
