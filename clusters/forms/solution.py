"""One solution that is typed: by its title, by its title with the project, or by the number in its address."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Final, cast

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clusters.forms.proposal_fields import Line
from community.choices import SolutionStatus
from community.folding import fold, fold_key
from community.models import Solution, User

#: The list of names from which the browser suggests; a page with the field draws it with `OneSolutionField.names`.
NAMES: Final = "names-solution"
#: So many solutions are named where what was typed fits none, or more than one.
NAMED: Final = 5
#: A title, a space and the acronym in brackets have no more signs.
LONGEST: Final = 250
_KEY: Final = re.compile(r"[0-9]{1,12}")
_PROJECT_BEHIND: Final = re.compile(r"(.+\S)\s*\(([^()]+)\)")


def full_name(solution: Solution) -> str:
    """Return the title with the project's acronym, by which a solution is told from others of its title."""
    return f"{solution.title} ({solution.project.acronym})"


def called(text: str) -> Q:
    """Return the condition that a solution is called just that: the title, alone or with the project's acronym."""
    condition = Q(title_key=fold_key(text))
    if both := _PROJECT_BEHIND.fullmatch(text):
        condition |= Q(title_key=fold_key(both[1]), project__acronym_key=fold_key(both[2]))
    return condition


def told_apart(solutions: Sequence[Solution]) -> list[str]:
    """Return the titles; where several bear one title, each with the project's acronym."""
    often = Counter(row.title_key for row in solutions)
    return [row.title if often[row.title_key] == 1 else full_name(row) for row in solutions]


class OneSolutionField(Line):
    """One solution of the catalogue, typed with suggestions; cleans to the solution.

    Works without scripts: the browser suggests `names`, and a title or number may be typed.
    """

    default_error_messages: ClassVar[dict[str, Any]] = {
        "unknown": _("No solution is called “%(value)s”. Write its whole title, or the number in its address."),
        "near": _("No solution is called just “%(value)s”. Write the whole title, such as: %(names)s."),
        "several": _("Several solutions are called “%(value)s”. Write which one you mean: %(names)s."),
        "absent": _("“%(value)s” is not in the catalogue now. Choose a solution that is published."),
    }

    def __init__(self, **kwargs: Any) -> None:
        """Let nobody choose anything yet: `offer` says from what."""
        super().__init__(limit=LONGEST, **kwargs)
        self.user: User | None = None
        self.kept: frozenset[int] = frozenset()
        self.names: list[str] = []
        self.refuse: Callable[[Solution], str] = lambda _solution: ""

    def offer(
        self,
        user: User,
        *,
        first: Iterable[Solution] = (),
        kept: Iterable[Solution] = (),
        refuse: Callable[[Solution], str] | None = None,
    ) -> None:
        """Let `user` choose from what they see and the catalogue shows, with suggestions from the register's list.

        Args:
            user: whose view of the catalogue counts.
            first: suggested before anything is typed.
            kept: may be chosen although the catalogue does not show it (any more).
            refuse: returns the words in which a solution is refused, "" for one that may be chosen.
        """
        self.user, self.kept = user, frozenset(row.pk for row in kept)
        self.names = [full_name(row) for row in first]
        self.refuse = refuse or self.refuse
        self.widget.attrs |= {
            "list": NAMES,
            "autocomplete": "off",
            "data-hx-get": reverse("clusters:names", args=["solution"]),
            "data-hx-trigger": "input changed delay:250ms",
            "data-hx-target": f"#{NAMES}",
            "data-hx-params": "solution",
        }

    def name_of(self, key: str) -> str:
        """Return the name of the solution with that number, "" where the person may not choose it."""
        try:
            return full_name(self.meant(key)) if _KEY.fullmatch(key) else ""
        except ValidationError:
            return ""

    def clean(self, value: Any) -> Any:
        """Return the solution that was typed, None for nothing.

        Raises:
            ValidationError: none is called so, several are, or it can't be chosen.
        """
        text = super().clean(value).strip()
        return self.meant(text) if text else None

    def meant(self, text: str) -> Solution:
        """Return the one solution of that name or number; one query, one more where there is none.

        Raises:
            ValidationError: as `clean`.
        """
        exactly = called(text) | Q(pk=int(text)) if _KEY.fullmatch(text) else called(text)
        found = list(self.rows().filter(exactly).select_related("project").order_by("pk")[: NAMED + 1])
        listed = [row for row in found if row.pk in self.kept or row.status == SolutionStatus.PUBLISHED]
        just = [row for row in listed if fold_key(full_name(row)) == fold_key(text)]
        meant = just or listed
        if len(meant) > 1:
            raise self.refusal("several", text, meant)
        if not meant:
            raise self.refusal("absent", text) if found else self.unknown(text)
        if words := self.refuse(meant[0]):
            raise ValidationError(words, code="refused")
        return cast(Solution, meant[0])

    def rows(self) -> Any:
        """Return the solutions that the person sees, and those that are kept."""
        return Solution.objects.visible_to(self.user) | Solution.objects.filter(pk__in=self.kept)

    def unknown(self, text: str) -> ValidationError:
        """Return the error for a name that none bears, with a few that hold its words."""
        near = self.rows().published().matching(text).select_related("project") if fold(text) else ()
        found = list(near[:NAMED])
        return self.refusal("near", text, found) if found else self.refusal("unknown", text)

    def refusal(self, code: str, text: str, solutions: Sequence[Solution] = ()) -> ValidationError:
        """Return the error of that code, quoting the beginning of what was typed and naming solutions."""
        names = "; ".join(full_name(row) for row in solutions[:NAMED])
        return ValidationError(self.error_messages[code], code=code, params={"value": text[:60], "names": names})
