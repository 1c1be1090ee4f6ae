"""The page of coverage drawn for paper: map and table under the same choices, with the head of every document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from community.dates import written
from factsheets import pictures
from factsheets.choices import Face
from factsheets.imprint import Imprint
from factsheets.rendering.document import Document, frame
from results.tables.coverage import Coverage

#: What the drawing of the head is made from.
SEED = "coverage"


def draw_coverage(
    coverage: Coverage,
    *,
    said: Sequence[tuple[str, str]],
    on: date,
    address: str,
    language: str,
    sees_proposed: bool,
    is_demo: bool,
) -> Document:
    """Draw it in the active language, which is `language`.

    Args:
        said: what was chosen, as label and words.
        address: of the page that shows the same, for the QR code and the colophon.
        sees_proposed: proposals are counted, which only members of the community see; the paper says so.
    """
    imprint = Imprint(face=Face.FORWARD, language=language, address=address, is_demo=is_demo)
    context: dict[str, Any] = {
        **frame(imprint, SEED, qr_label=gettext("QR code: address of the page that shows the same figures")),
        "document_name": gettext("Coverage"),
        "coverage": coverage,
        "said": said,
        "on": on,
        "sees_proposed": sees_proposed,
    }
    article = render_to_string("factsheets/coverage/document.html", context)
    title = gettext("Coverage on %(day)s") % {"day": written(on)}
    return Document(SafeString(article), title, language, {"island.svg": pictures.island(SEED).encode()})
