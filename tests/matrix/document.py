"""The matrix as a page of the documentation.

.venv/bin/python -m tests.matrix.document      writes docs/access.md anew
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "access.md"
HEAD = """# Who may do what at which address

Made from the table that the tests ask for every role (`tests/matrix/`, `python -m tests.matrix.document`); a test fails
when this page, the table or the site differ. Opening is GET, sending is POST.

200 is the page, 302 leads on (a visitor: to signing in), 403 is refused with the reason (a visitor who sends a form:
what was typed is kept), 404 is not there for this person, 405 is a page that takes no form, 409 was overtaken, 410 was
withdrawn, 422 comes back with what is missing, so the person may. A deactivated account counts as a visitor. Addresses
of the admin and of accounts follow one rule each: administrators alone, and everybody for themselves.
"""


def text() -> str:
    """Return the whole page."""
    from tests.matrix.addresses import addresses
    from tests.matrix.answers import asked_to_sign_in
    from tests.matrix.table import AREAS

    routes = {address.name: "/" + _plain(address.route) for address in addresses()}
    blocks = [HEAD]
    for area, rows in AREAS.items():
        lines = ["| address | case | opening | sending |", "|---|---|---|---|"]
        for row in rows:
            cells = (
                f"`{routes.get(row.name, row.name)}`",
                row.case or "–",
                said(row.get),
                said(asked_to_sign_in(row.post)),
            )
            lines.append("| " + " | ".join(cells) + " |")
        blocks.append(f"## {area.replace('_', ' ').capitalize()}\n\n" + "\n".join(lines) + "\n")
    return "\n".join(blocks)


def said(answers: dict[str, int]) -> str:
    """Return the answers to all roles, the rarest first: "302 visitor; else 200"."""
    roles: dict[int, list[str]] = defaultdict(list)
    for role, status in answers.items():
        roles[status].append(role.replace("_", " "))
    rarest = sorted(roles, key=lambda status: (len(roles[status]), status))
    *some, rest = rarest
    if not some:
        return f"{rest} all"
    return "; ".join([*(f"{status} {', '.join(roles[status])}" for status in some), f"else {rest}"])


def _plain(route: str) -> str:
    """Return a route with its placeholders as a reader knows them: "clusters/<name>/"."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", route)


def main() -> None:
    """Write the page."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    PAGE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
