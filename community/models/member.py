"""Persons, where they work, and what they consented to."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.db.models.fields.related_descriptors import ReverseOneToOneDescriptor
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from community.choices import ConsentExtent, ConsentPurpose, ConsentWay, Language, Standing
from community.models.fields import LineField, ProseField
from community.models.term import Term
from community.models.user import User
from community.querysets.person import AffiliationQuerySet, ConsentQuerySet, MemberQuerySet

if TYPE_CHECKING:
    from community.models.organisation import Organisation


def opaque_key() -> str:
    """Return twelve random letters and digits: the public name of a person in addresses and snapshots."""
    return get_random_string(12, "abcdefghijkmnpqrstuvwxyz23456789")


class _MemberOrNone(ReverseOneToOneDescriptor):  # type: ignore[type-arg]
    """`user.member` is None for an account without a person, instead of an error."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        try:
            return super().__get__(instance, cls)
        except self.RelatedObjectDoesNotExist:
            return None


class _AccountField(models.OneToOneField):  # type: ignore[type-arg]
    """The link from a person to their account."""

    related_accessor_class = _MemberOrNone


class Member(models.Model):
    """A person: CoP member, external partner or former member, with or without an account.

    `key` is random and stands for the person in addresses and in snapshots that
    must not hold names. `merged_into` is set when two rows turned out to be the
    same person; where both had an account, the merged row keeps its own, closed,
    so that what it did is still told to be the person's. Erasure replaces `name` by a pseudonym and sets `erased_at`.
    """

    key = models.CharField(_("key"), max_length=12, unique=True, default=opaque_key, editable=False)
    user = _AccountField(
        User, verbose_name=_("account"), null=True, blank=True, on_delete=models.PROTECT, related_name="member"
    )
    name = LineField(_("name"), max_length=120)
    sort_name = LineField(_("name to sort by"), max_length=120, blank=True)
    standing = models.CharField(_("standing"), max_length=10, choices=Standing, default=Standing.MEMBER)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    expertise = models.ManyToManyField(
        Term,
        verbose_name=_("expertise"),
        related_name="experts",
        limit_choices_to={"vocabulary": "expertise"},
        blank=True,
    )
    about = ProseField(_("about"), max_length=600, blank=True)
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged_from",
    )
    is_demo = models.BooleanField(_("made up for the demonstration"), default=False)
    search_text = models.TextField(_("folded text"), blank=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("entered at"), default=timezone.now, editable=False)
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True, editable=False)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["sort_name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="member_not_merged_into_itself"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def language_names(self) -> list[str]:
        """The languages that the person speaks, in words; a code that nobody knows stands for itself."""
        known = dict(Language.choices)
        return [str(known.get(code, code)) for code in self.languages]

    def affiliation_on(self, on: date) -> Affiliation | None:
        """Return the affiliation that holds on the day `on`; of several the main one, then the newest."""
        current = Affiliation.objects.for_member(self).current(on).select_related("organisation")
        return current.order_by("-is_main", F("from_on").desc(nulls_last=True), "-pk").first()

    def organisation_on(self, on: date) -> Organisation | None:
        """Return the organisation the person works for on the day `on`, or None."""
        affiliation = self.affiliation_on(on)
        return affiliation.organisation if affiliation else None

    def has_consented(self, purpose: str) -> bool:
        """Tell whether the person's consent to `purpose` stands now."""
        return self.consents.standing().for_purpose(purpose).exists()


class Affiliation(models.Model):
    """A person works for an organisation, from one day to another; an empty end is open."""

    member = models.ForeignKey(Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="affiliations")
    organisation = models.ForeignKey(
        "community.Organisation", verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="affiliations"
    )
    function = LineField(_("function"), max_length=120, blank=True)
    is_main = models.BooleanField(_("main affiliation"), default=False)
    from_on = models.DateField(_("from"), null=True, blank=True)
    until_on = models.DateField(_("until"), null=True, blank=True)

    objects = AffiliationQuerySet.as_manager()

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        ordering = ["member", "from_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_on__isnull=True) | Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="affiliation_until_on_or_after_from",
                violation_error_message=_("The last day lies before the first."),
            ),
            models.UniqueConstraint(
                fields=["member", "organisation"],
                condition=Q(until_on__isnull=True),
                name="affiliation_one_open_per_organisation",
                violation_error_message=_("This person has an open affiliation with that organisation already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}, {self.organisation}"


class ConsentWording(models.Model):
    """The words that a person agrees to, kept per purpose, version and language; never edited once used.

    `extent` says what of a person they name. It counts for the directory: what an earlier wording did not name is not
    shown before the person agrees anew (decision 0165).
    """

    purpose = models.CharField(_("purpose"), max_length=20, choices=ConsentPurpose)
    version = models.PositiveIntegerField(_("version"), default=1)
    language = models.CharField(_("language"), max_length=10, default="en")
    text = ProseField(_("wording"), max_length=2000)
    extent = models.PositiveSmallIntegerField(
        _("what the words name"),
        choices=ConsentExtent,
        default=ConsentExtent.FIRST,
        help_text=_("Counts for the directory. What the words do not name is not shown of those who agreed to them."),
    )
    created_at = models.DateTimeField(_("written at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("wording of a consent")
        verbose_name_plural = _("wordings of consents")
        ordering = ["purpose", "-version", "language", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["purpose", "version", "language"], name="consentwording_version_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}, {self.version} ({self.language})"


class Consent(models.Model):
    """A person's agreement to one purpose: who, when, which wording, how, and until when."""

    member = models.ForeignKey(Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=20, choices=ConsentPurpose)
    wording = models.ForeignKey(
        ConsentWording, verbose_name=_("wording"), on_delete=models.PROTECT, related_name="consents"
    )
    given_at = models.DateTimeField(_("given at"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    how = models.CharField(_("how"), max_length=10, choices=ConsentWay, default=ConsentWay.FORM)
    recorded_by = models.ForeignKey(
        User, verbose_name=_("recorded by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["member", "purpose", "-given_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "purpose"],
                condition=Q(withdrawn_at__isnull=True),
                name="consent_one_standing_per_purpose",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("given_at")),
                name="consent_withdrawn_after_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}, {self.get_purpose_display()}"
