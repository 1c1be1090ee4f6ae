"""Peer reviews: a cluster reads a solution by criteria, says what it comes to, and the owner answers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster, Outcome
from community.choices import Vocabulary
from community.models import Member, Organisation, Solution, Term
from community.models.fields import ProseField
from results.choices import RecommendationAnswer, ReviewMark, ReviewState, ReviewVerdict
from results.querysets.review import PeerReviewQuerySet


class PeerReview(models.Model):
    """A solution in one of its published versions, reviewed by people of one cluster (DOMAIN section 1).

    `state` changes only through `community.actions.transition`. `solution_version` is the published version that was
    read: one that the solution has left behind is flagged, never changed. `outcome` is the outcome of kind “peer
    revision” under which the cluster counts it; `is_outcome_own` says that the publication recorded it. `answered_for`
    is the organisation for which the owner's answer was given. `saved_by` worded the draft last, which leaves no event.
    """

    cluster = models.ForeignKey(Cluster, verbose_name=_("cluster"), on_delete=models.PROTECT, related_name="reviews")
    solution = models.ForeignKey(Solution, verbose_name=_("solution"), on_delete=models.PROTECT, related_name="reviews")
    solution_version = models.PositiveIntegerField(_("version that was read"))
    state = models.CharField(_("state"), max_length=10, choices=ReviewState, default=ReviewState.DRAFT)
    state_before = models.CharField(max_length=10, choices=ReviewState, blank=True, default="", editable=False)
    state_since = models.DateTimeField(_("in this state since"), null=True, editable=False)
    verdict = models.CharField(_("verdict"), max_length=16, choices=ReviewVerdict, blank=True)
    summary = ProseField(_("what the reviewers found"), max_length=2000, blank=True)
    outcome = models.ForeignKey(
        Outcome,
        verbose_name=_("outcome"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reviews",
    )
    is_outcome_own = models.BooleanField(default=False, editable=False)
    begun_by = models.ForeignKey(
        Member, verbose_name=_("begun by"), on_delete=models.PROTECT, null=True, related_name="reviews_begun"
    )
    saved_by = models.ForeignKey(
        Member,
        verbose_name=_("saved by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reviews_saved",
        editable=False,
    )
    saved_at = models.DateTimeField(_("saved at"), null=True, blank=True, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    corrected_at = models.DateTimeField(_("corrected at"), null=True, blank=True)
    withdrawn_why = ProseField(_("why it was withdrawn"), max_length=600, blank=True)
    answer = ProseField(_("answer of the owner"), max_length=2000, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        Member,
        verbose_name=_("answered by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reviews_answered",
    )
    answered_for = models.ForeignKey(
        Organisation,
        verbose_name=_("answered for"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reviews_answered",
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("begun at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = PeerReviewQuerySet.as_manager()

    class Meta:
        """A version of a solution is reviewed once in a cluster, unless the review was withdrawn."""

        verbose_name = _("peer review")
        verbose_name_plural = _("peer reviews")
        ordering = ("-created_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "solution", "solution_version"],
                condition=~Q(state=ReviewState.WITHDRAWN),
                name="review_once_of_a_version",
            ),
            models.CheckConstraint(name="review_known_state", condition=Q(state__in=ReviewState.values)),
            models.CheckConstraint(name="review_known_verdict", condition=Q(verdict__in=["", *ReviewVerdict.values])),
            models.CheckConstraint(
                name="review_published_says_what",
                condition=Q(state=ReviewState.DRAFT) | (Q(published_at__isnull=False) & ~Q(verdict="")),
            ),
            models.CheckConstraint(
                name="review_answered_has_answer",
                condition=~Q(state=ReviewState.ANSWERED) | (Q(answered_at__isnull=False) & ~Q(answer="")),
            ),
        ]
        indexes = [models.Index(fields=["solution", "state"], name="review_of_solution")]

    def __str__(self) -> str:
        """Return state and number: its nouns would take queries."""
        return f"{self.get_state_display()}, {self.pk}"

    @property
    def is_outdated(self) -> bool:
        """Whether the solution has a newer published version than the one that was read."""
        return self.solution.published_version > self.solution_version

    @property
    def is_answer_older(self) -> bool:
        """Whether the review was corrected after the owner had answered it."""
        return bool(self.answered_at and self.corrected_at and self.corrected_at > self.answered_at)


class PeerReviewCriterion(models.Model):
    """How a solution stands by one criterion of the vocabulary: a mark in words, and a sentence."""

    review = models.ForeignKey(PeerReview, on_delete=models.CASCADE, related_name="criteria")
    term = models.ForeignKey(
        Term,
        verbose_name=_("criterion"),
        on_delete=models.PROTECT,
        related_name="review_criteria",
        limit_choices_to={"vocabulary": Vocabulary.REVIEW_CRITERION},
    )
    mark = models.CharField(_("mark"), max_length=6, choices=ReviewMark, blank=True)
    said = ProseField(_("in a sentence"), max_length=500, blank=True)

    class Meta:
        """Each criterion once in a review, in the order of the vocabulary."""

        verbose_name = _("criterion of a peer review")
        verbose_name_plural = _("criteria of peer reviews")
        ordering = ("review_id", "term__order", "pk")
        constraints = [
            models.UniqueConstraint(fields=["review", "term"], name="review_criterion_once"),
            models.CheckConstraint(name="review_known_mark", condition=Q(mark__in=["", *ReviewMark.values])),
        ]

    def __str__(self) -> str:
        """Return the mark."""
        return self.get_mark_display() or "–"


class PeerReviewRecommendation(models.Model):
    """One thing that the reviewers recommend, and what the owner says to it."""

    review = models.ForeignKey(PeerReview, on_delete=models.CASCADE, related_name="recommendations")
    position = models.PositiveSmallIntegerField(_("position"))
    text = ProseField(_("recommendation"), max_length=600)
    answer = models.CharField(_("answer"), max_length=8, choices=RecommendationAnswer, blank=True)
    answer_note = ProseField(_("what the owner says"), max_length=600, blank=True)

    class Meta:
        """In their order."""

        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        ordering = ("review_id", "position", "pk")
        constraints = [
            models.UniqueConstraint(fields=["review", "position"], name="recommendation_one_position"),
            models.CheckConstraint(
                name="recommendation_known_answer", condition=Q(answer__in=["", *RecommendationAnswer.values])
            ),
        ]

    def __str__(self) -> str:
        """Return its beginning."""
        return self.text[:80]


class PeerReviewer(models.Model):
    """A person who reviewed, for the organisation for which they take part in the cluster."""

    review = models.ForeignKey(PeerReview, on_delete=models.CASCADE, related_name="reviewers")
    member = models.ForeignKey(
        Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="reviews_of_peers"
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="reviewers"
    )

    class Meta:
        """Each person once in a review."""

        verbose_name = _("peer reviewer")
        verbose_name_plural = _("peer reviewers")
        ordering = ("review_id", "organisation__name_key", "pk")
        constraints = [models.UniqueConstraint(fields=["review", "member"], name="reviewer_once")]

    def __str__(self) -> str:
        """Return the organisation: names are for those who may read them."""
        return str(self.organisation)
