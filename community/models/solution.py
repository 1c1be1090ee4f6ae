"""Solutions: transferable results of projects, with their languages and links."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import contributions
from community.choices import Language, SolutionStatus
from community.models.fields import FoldedKeyField, FoldedKeys, LineField, ProseField
from community.models.member import Member
from community.models.project import Project
from community.models.term import Term
from community.models.territory import Territory
from community.models.user import User
from community.querysets.solution import SolutionQuerySet


class Solution(FoldedKeys, models.Model):
    """An entry of the catalogue: edited by partners of its project, published by a coordinator who did not write it.

    `version` rises with every change and guards against lost edits; `published_version` numbers what readers are
    shown: 1 up to and at the first publication, one more with each change of its words after that.
    `state_before`, `state_since` and `updated_at` are kept by `transition`, to which `status` is the state.
    """

    title = LineField(_("title"), max_length=160)
    title_key = FoldedKeyField(_("folded title"), source="title", max_length=160)
    project = models.ForeignKey(Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="solutions")
    challenges = models.ManyToManyField(
        Term,
        verbose_name=_("challenges"),
        related_name="solutions_by_challenge",
        limit_choices_to={"vocabulary": "challenge"},
        blank=True,
    )
    type = models.ForeignKey(
        Term,
        verbose_name=_("type"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="solutions_by_type",
        limit_choices_to={"vocabulary": "solution_type"},
    )
    maturity = models.ForeignKey(
        Term,
        verbose_name=_("maturity"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="solutions_by_maturity",
        limit_choices_to={"vocabulary": "maturity"},
    )
    summary = LineField(_("in one sentence"), max_length=300, blank=True)
    description = ProseField(_("description"), max_length=4000, blank=True)
    where_tested = ProseField(_("where it was tested"), max_length=1000, blank=True)
    tested_in = models.ManyToManyField(Territory, verbose_name=_("tested in"), related_name="solutions", blank=True)
    what_taker_needs = ProseField(_("what a taker needs"), max_length=1500, blank=True)
    licence = LineField(_("licence"), max_length=120, blank=True)
    contact = models.ForeignKey(
        Member, verbose_name=_("contact"), null=True, blank=True, on_delete=models.PROTECT, related_name="solutions"
    )
    website = models.URLField(_("website"), max_length=300, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=SolutionStatus, default=SolutionStatus.DRAFT)
    status_note = LineField(_("note on the status"), max_length=300, blank=True, editable=False)
    state_before = models.CharField(max_length=10, blank=True, editable=False)
    state_since = models.DateTimeField(null=True, blank=True, editable=False)
    written_by = models.ForeignKey(
        User, verbose_name=_("written by"), null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    submitted_by = models.ForeignKey(
        User, verbose_name=_("submitted by"), null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)
    published_version = models.PositiveIntegerField(_("published version"), default=1, editable=False)
    search_text = models.TextField(_("folded text"), blank=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("entered at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True, editable=False)

    objects = SolutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("solution")
        verbose_name_plural = _("solutions")
        ordering = ["title_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "title_key"],
                name="solution_title_unique_in_project",
                violation_error_message=_("The project has a solution of that title already."),
            ),
            models.CheckConstraint(condition=Q(status__in=SolutionStatus.values), name="solution_known_status"),
            models.CheckConstraint(
                condition=~Q(status__in=[SolutionStatus.PUBLISHED, SolutionStatus.RETIRED])
                | Q(published_at__isnull=False),
                name="solution_published_has_date",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def state(self) -> str:
        """The status, under the name by which life cycles ask for it."""
        return self.status

    @property
    def marks(self) -> list[Any]:
        """The words of the marks that it bears, where they were asked for (`with_marks`)."""
        return [
            contributions.solution_marks.get(code).label
            for code in contributions.solution_marks.codes()
            if getattr(self, f"mark_{code}", False)
        ]

    @property
    def language_labels(self) -> list[str]:
        """The languages in words, in the order of their names."""
        return sorted(str(Language(row.code).label) for row in self.languages.all())


class SolutionLanguage(models.Model):
    """A language in which a solution can be had."""

    solution = models.ForeignKey(
        Solution, verbose_name=_("solution"), on_delete=models.CASCADE, related_name="languages"
    )
    code = models.CharField(_("language"), max_length=3, choices=Language)

    class Meta:
        verbose_name = _("language")
        verbose_name_plural = _("languages")
        ordering = ["code", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["solution", "code"], name="solutionlanguage_once"),
            models.CheckConstraint(condition=Q(code__in=Language.values), name="solutionlanguage_known"),
        ]

    def __str__(self) -> str:
        return str(Language(self.code).label)


def link_line(label: str, address: str, rights_holder: str = "", licence: str = "") -> str:
    """Return a link as forms and files write it: what it is, its address, who holds the rights, the licence."""
    rights = (rights_holder, licence) if rights_holder or licence else ()
    return " | ".join((f"{label} {address}", *rights)).strip()


class SolutionLink(models.Model):
    """A page about a solution: what it is, its address, who holds the rights to what stands there, and its licence.

    The last two are asked for by every form and before publication; links that were there before, or came from a file
    that does not say it, lack them until somebody edits the solution.
    """

    solution = models.ForeignKey(Solution, verbose_name=_("solution"), on_delete=models.CASCADE, related_name="links")
    position = models.PositiveSmallIntegerField(_("position"))
    label = LineField(_("what it is"), max_length=120)
    address = models.URLField(_("address"), max_length=500)
    rights_holder = LineField(_("rights holder"), max_length=160, blank=True)
    licence = LineField(_("licence"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ["solution", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["solution", "position"], name="solutionlink_one_position"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def words(self) -> tuple[str, str, str, str]:
        """What it says, as forms and files give it."""
        return self.label, self.address, self.rights_holder, self.licence
