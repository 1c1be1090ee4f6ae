"""Links of a solution, one a line, with who holds the rights to what stands there and its licence."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from community.forms.lines import NO_ADDRESS, WEB_ONLY
from community.models import SolutionLink
from community.models.solution import link_line

MOST_LINKS: Final = 12
#: What a link says, in the order of its line.
PARTS: Final = ("label", "address", "rights_holder", "licence")
NO_RIGHTS: Final = _(
    "Write behind the address who holds the rights and the licence, each after “ | ”, such as "
    "“%(line)s | Park of the Cape | CC BY 4.0”. “All rights reserved” is a licence, too."
)
_BAR: Final = re.compile(r"\s\|(?=\s|$)")
Words = tuple[str, str, str, str]


class LinksField(forms.CharField):
    """Links, one a line. Cleans to (label, address, rights holder, licence) of each.

    `asks_rights` is False for files, whose links may lack the last two.
    """

    widget = forms.Textarea(attrs={"rows": 4})

    def __init__(self, *args: Any, asks_rights: bool = True, **kwargs: Any) -> None:
        """Ask for the rights, or take what a file says."""
        super().__init__(*args, **kwargs)
        self.asks_rights = asks_rights

    def prepare_value(self, value: Any) -> Any:
        """Return the links as they are typed."""
        return value if isinstance(value, str) or value is None else "\n".join(link_line(*words) for words in value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare line by line, as typed."""
        before, now = (str(self.prepare_value(value) or "").split("\n") for value in (initial, data))
        return [line.strip() for line in before if line.strip()] != [line.strip() for line in now if line.strip()]

    def clean(self, value: Any) -> Any:
        """Return the links.

        Raises:
            ValidationError: one sentence a line that can't be read or lacks something, with its number.
        """
        links, errors = [], []
        for number, line in enumerate(super().clean(value).splitlines(), 1):
            if not line.strip():
                continue
            try:
                links.append(self.link(line.strip()))
            except ValidationError as error:
                words = {"number": number, "sentence": " ".join(error.messages)}
                errors.append(ValidationError(_("Line %(number)d: %(sentence)s"), params=words))
        if len(links) > MOST_LINKS:
            errors.append(ValidationError(_("Give at most %(most)d links."), params={"most": MOST_LINKS}))
        if errors:
            raise ValidationError(errors)
        return links

    def link(self, line: str) -> Words:
        """Return one link.

        Raises:
            ValidationError: the address leads to no page, the rights are missing, or a part may not stand there.
        """
        words = _parted(line)
        if words is None:
            raise ValidationError(NO_ADDRESS)
        for name, text in zip(PARTS, words, strict=True):
            SolutionLink._meta.get_field(name).run_validators(text)  # type: ignore[union-attr]
        label, address, holder, licence = words
        if self.asks_rights and not (holder and licence):
            raise ValidationError(NO_RIGHTS, params={"line": f"{label} {address}"})
        return words


def _parted(line: str) -> Words | None:
    """Return the parts of a line; a bar within the label is no end of it. None where no address is found."""
    pieces = _BAR.split(line)
    for behind in (2, 1, 0):
        if len(pieces) <= behind:
            continue
        end = len(pieces) - behind
        label, _space, address = " |".join(pieces[:end]).strip().rpartition(" ")
        if _is_address(address):
            holder, licence, *_rest = [*(piece.strip() for piece in pieces[end:]), "", ""]
            return label.strip(" :–-") or address, address, holder, licence
    return None


def _is_address(text: str) -> bool:
    try:
        WEB_ONLY(text)
    except ValidationError:
        return False
    return True
