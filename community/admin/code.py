"""Codes of new entries, as against those that are there."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from community.admin.base import EntryForm
from community.folding import fold
from community.imports.entry import spellings

OTHER_SPELLING = _(
    "“%(near)s” is there already: open that one, or write a code that differs in more than case and accents."
)


class CodeForm(EntryForm):
    """An entry with a code; a new one is refused where it is there in other letters, as imports refuse it."""

    #: What the code is unique within.
    code_within: ClassVar[tuple[str, ...]] = ()

    def clean(self) -> dict[str, Any]:
        """Compare the code of a new entry; the very same one is told by the constraint.

        First of all: where the database refused it, because it was entered in just this moment, this says which.
        """
        code = self.cleaned_data.get("code")
        if self.instance.pk is None and code:
            about = [str(self.cleaned_data.get(name, "")) for name in self.code_within]
            near = spellings(self._meta.model, *self.code_within).get((*about, fold(code)))
            if near is not None and near != code:
                self.add_error("code", OTHER_SPELLING % {"near": near})
        return super().clean()
