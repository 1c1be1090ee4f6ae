"""Whether a file is one of ours: every file and snapshot that was ever issued is known by its checksum."""

from __future__ import annotations

import re
from typing import Any, Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from factsheets.checksums import looked_up

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_AMONG_WORDS: Final = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
#: So many checksums of a pasted list are looked up at once.
MOST: Final = 20
#: What was typed stays in the form: a list of `MOST` lines with the names of the files fits.
MOST_TYPED: Final = 3000
#: Files of more megabytes are not computed in the browser, which holds them whole.
MOST_MEGABYTES: Final = 100
#: The one line that computes a checksum, by system.
COMMANDS: Final[tuple[tuple[str | Promise, str], ...]] = (
    ("Linux", "sha256sum FILE"),
    ("macOS", "shasum -a 256 FILE"),
    (gettext_lazy("Windows, command prompt"), "certutil -hashfile FILE SHA256"),
    (gettext_lazy("Windows, PowerShell"), "Get-FileHash FILE -Algorithm SHA256"),
)


@login_not_required
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """`/factsheets/verify/?sha256=<hex>`: say which document a checksum belongs to, how it stands, what came after.

    What `sha256sum` and its like print is taken as it is, a list of several lines too.
    """
    typed = request.GET.get("sha256", "")
    digests = _digests(typed.lower())
    context: dict[str, Any] = {
        "typed": typed[:MOST_TYPED],
        "most_typed": MOST_TYPED,
        "is_asked": bool(digests),
        "commands": COMMANDS,
        "most_megabytes": MOST_MEGABYTES,
    }
    if typed.strip() and not digests:
        context["error"] = _("A SHA-256 checksum has 64 signs, 0 to 9 and a to f. This one has %(count)d.") % {
            "count": len(re.sub(r"\s+", "", typed))
        }
        return render(request, "factsheets/verify/verify.html", context, status=422)
    if digests:
        found = looked_up(digests[:MOST])
        context |= {
            "found": found.editions,
            "behind": found.snapshots,
            "booklets": found.booklets,
            "unknown": found.unknown,
            "is_list": len(digests) > 1,
        }
        context["left"], context["most"] = max(0, len(digests) - MOST), MOST
    return render(request, "factsheets/verify/verify.html", context)


def _digests(typed: str) -> list[str]:
    """Return the checksums in what was typed: one, with spaces in it too, or those of a pasted list."""
    alone = re.sub(r"\s+", "", typed)
    if _SHA256.fullmatch(alone):
        return [alone]
    return list(dict.fromkeys(_AMONG_WORDS.findall(typed)))
