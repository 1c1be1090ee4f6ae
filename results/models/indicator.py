"""Indicators of the programme: names, targets and rule versions as data; which project each record counts for."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from community.models import Project
from community.models.fields import LineField
from results.querysets.indicator import ContributionQuerySet, IndicatorQuerySet, TargetQuerySet


class Indicator(models.Model):
    """One indicator; its rule is code (`results.rules.indicators.table`), found by code and version.

    `labels` maps a language to the programme's name; English is always there. `left_out_types` are codes of the
    vocabulary "solution type" that do not count.
    """

    code = models.CharField(_("code"), max_length=12, unique=True)
    labels = models.JSONField(_("names"), default=dict)
    rule_version = models.PositiveSmallIntegerField(_("version of the rule"), default=1)
    left_out_types = models.JSONField(_("types of solution that do not count"), default=list, blank=True)
    is_shown = models.BooleanField(_("shown"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        """In the order that an administrator gives."""

        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ("order", "pk")

    def __str__(self) -> str:
        """Return code and name."""
        return f"{self.code} {self.name}"

    @property
    def name(self) -> str:
        """The name in the language of the page, else in English, else the code."""
        language = get_language() or "en"
        labels: dict[str, str] = self.labels
        return labels.get(language) or labels.get(language.split("-")[0]) or labels.get("en") or self.code


class Target(models.Model):
    """A number that a project, or the whole mission where it names none, wants to reach by a day."""

    indicator = models.ForeignKey(
        Indicator, verbose_name=_("indicator"), on_delete=models.PROTECT, related_name="targets"
    )
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="targets",
        help_text=_("Empty: the whole mission."),
    )
    value = models.PositiveIntegerField(_("target"))
    due_on = models.DateField(_("by"))
    note = LineField(_("note"), max_length=200, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = TargetQuerySet.as_manager()

    class Meta:
        """One target for an indicator, project and day."""

        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ("indicator", "due_on", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "project", "due_on"],
                name="target_once",
                violation_error_message=_("There is a target of this indicator, project and day already."),
            ),
            models.UniqueConstraint(
                fields=["indicator", "due_on"],
                condition=models.Q(project__isnull=True),
                name="target_once_for_the_mission",
                violation_error_message=_("There is a target of the whole mission for that indicator and day already."),
            ),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return str(self.value)


class Contribution(models.Model):
    """That a record counts for an indicator, and which project's figure holds it: for no other one from then on.

    It is recorded by the registry when the record first counts; an administrator may give it to another project, with
    a note. `counts_on` is the day from which the record counts. A record that counts no longer keeps its row: figures
    are made from the records themselves, and the row only says whose they are.
    """

    indicator = models.ForeignKey(
        Indicator, verbose_name=_("indicator"), on_delete=models.PROTECT, related_name="contributions"
    )
    project = models.ForeignKey(
        Project, verbose_name=_("owning project"), on_delete=models.PROTECT, related_name="contributions"
    )
    kind = models.CharField(_("kind"), max_length=40)
    subject_id = models.PositiveBigIntegerField(_("record"))
    counts_on = models.DateField(_("counts from"), null=True, blank=True)
    rule_version = models.PositiveSmallIntegerField(_("version of the rule"), default=1)
    counted_at = models.DateTimeField(_("counted at"), default=timezone.now)
    note = LineField(_("note"), max_length=200, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = ContributionQuerySet.as_manager()

    class Meta:
        """A record counts once for an indicator."""

        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        ordering = ("indicator", "project", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "kind", "subject_id"],
                name="contribution_once",
                violation_error_message=_("This record counts for the indicator already."),
            ),
        ]
        indexes = [models.Index(fields=["kind", "subject_id"], name="contribution_record")]

    def __str__(self) -> str:
        """Return kind and key."""
        return f"{self.kind} {self.subject_id}"
