"""Projects of the mission and the consortia that carry them."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.choices import PartnerRole, ProjectFamily, ProjectType
from community.models.fields import CodeKeyField, CountriesField, FoldedKeyField, FoldedKeys, LineField, ProseField
from community.models.organisation import Organisation
from community.models.term import Term
from community.querysets.project import PartnershipQuerySet, ProjectQuerySet


class Project(FoldedKeys, models.Model):
    """A governance project (C4N, D4N) or a thematic one.

    `code` is the stable folded key of the acronym and names the project's page.
    `uncertain` lists the fields whose public sources disagree; these stay blank.
    `partner_count` and `associated_count` hold the published numbers, which the
    known partnerships may fall short of. An unknown end is open.
    """

    code = models.SlugField(_("code"), max_length=60, unique=True)
    code_key = CodeKeyField(_("folded code"), max_length=60)
    acronym = LineField(_("acronym"), max_length=60)
    acronym_key = FoldedKeyField(_("folded acronym"), source="acronym", max_length=60, unique=True)
    title = LineField(_("title"), max_length=300, blank=True)
    family = models.CharField(_("family"), max_length=12, choices=ProjectFamily, default=ProjectFamily.TRANSFER)
    type = models.CharField(_("type"), max_length=12, choices=ProjectType, blank=True)
    specific_objective = models.ForeignKey(
        Term,
        verbose_name=_("specific objective"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="projects",
        limit_choices_to={"vocabulary": "objective"},
    )
    theme = LineField(_("theme"), max_length=200, blank=True)
    summary = ProseField(_("summary"), max_length=3000, blank=True)
    countries = CountriesField(_("countries"), default=list, blank=True)
    countries_note = LineField(_("note on the countries"), max_length=200, blank=True)
    budget_eur = models.DecimalField(_("budget in euro"), max_digits=14, decimal_places=2, null=True, blank=True)
    partner_count = models.PositiveSmallIntegerField(_("project partners"), null=True, blank=True)
    associated_count = models.PositiveSmallIntegerField(_("associated partners"), null=True, blank=True)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    completed_on = models.DateField(_("completed on"), null=True, blank=True)
    last_payment_on = models.DateField(_("last payment on"), null=True, blank=True)
    website = models.URLField(_("website"), max_length=300, blank=True)
    source = LineField(_("source"), max_length=300, blank=True)
    uncertain = models.JSONField(_("uncertain fields"), default=list, blank=True)
    search_text = models.TextField(_("folded text"), blank=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["family", "acronym_key", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["code_key"], name="project_code_key_unique"),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="project_end_on_or_after_start",
                violation_error_message=_("The end lies before the start."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(completed_on__isnull=True)
                | Q(completed_on__gte=F("starts_on")),
                name="project_completed_on_or_after_start",
                violation_error_message=_("The completion lies before the start."),
            ),
        ]

    def __str__(self) -> str:
        return self.acronym

    @property
    def end_on(self) -> date | None:
        """The day that counts as the end: of completion, else as planned; None when unknown."""
        return self.completed_on or self.ends_on


class Partnership(models.Model):
    """An organisation in a consortium: lead, project or associated partner.

    `from_on` empty means since the project's start; `until_on` is set when the
    organisation left before the project's end.
    """

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="partnerships"
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="partnerships"
    )
    role = models.CharField(_("role"), max_length=2, choices=PartnerRole)
    from_on = models.DateField(_("from"), null=True, blank=True)
    until_on = models.DateField(_("until"), null=True, blank=True)

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("partnership")
        verbose_name_plural = _("partnerships")
        ordering = ["project", "role", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_on__isnull=True) | Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="partnership_until_on_or_after_from",
                violation_error_message=_("The last day lies before the first."),
            ),
            models.UniqueConstraint(
                fields=["project", "organisation"],
                condition=Q(until_on__isnull=True),
                name="partnership_one_open_per_organisation",
                violation_error_message=_("This organisation is a partner of that project already."),
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(role=PartnerRole.LP, until_on__isnull=True),
                name="partnership_one_lead_partner",
                violation_error_message=_("The project has a lead partner already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.role}, {self.project}"
