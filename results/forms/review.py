"""Forms of peer reviews: which solution and who reviews, the review itself, a verb, and the owner's answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Self, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.choices import OutcomeKind
from clusters.forms.proposal_fields import Prose
from clusters.forms.solution import OneSolutionField
from clusters.models import Cluster, Participation
from community.forms.merging import MergingForm, Picked
from community.lifecycle import Reason, Verb
from community.models import User
from results.choices import RecommendationAnswer, ReviewMark, ReviewState, ReviewVerdict
from results.models import PeerReview
from results.rules.review import MOST_RECOMMENDATIONS, can_review, newer_twin, possible_reviewers

VERDICT_HINTS = {
    ReviewVerdict.FIT: _("Another place can take it up as it is."),
    ReviewVerdict.FIT_WITH_CHANGES: _("It holds, and what you recommend has to be done first."),
    ReviewVerdict.NOT_YET: _("Something that others need is missing: say what."),
}


class BeginForm(forms.Form):
    """Which solution is reviewed."""

    solution = OneSolutionField(
        label=_("Solution"),
        help_text=_(
            "Its title, or the number in its address. Its present version is reviewed. Nobody reviews solutions of "
            "their own organisation's projects."
        ),
        error_messages={"required": _("Choose the solution that is reviewed.")},
    )

    def __init__(self, *args: Any, cluster: Cluster, user: User, **kwargs: Any) -> None:
        """Suggest the cluster's solutions first; refuse those of one's own organisation with the reason."""
        super().__init__(*args, **kwargs)
        rows = cluster.solutions.visible_to(user).select_related("project")
        own = [row for row in rows if can_review(user, cluster, row)]
        field = cast("OneSolutionField", self.fields["solution"])
        field.offer(user, first=own, refuse=lambda row: str(can_review(user, cluster, row).reason))
        self.initial["solution"] = field.name_of(str(self.initial.get("solution", "")))


class ReviewForm(MergingForm):
    """The whole review: who reviewed, each criterion, the verdict, what is recommended; a correction says why.

    `twin` is the other review of the version that is published now, which is therefore not offered as read here.
    """

    reviewers = forms.MultipleChoiceField(
        label=_("Who reviews"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Whoever takes part for an organisation outside the consortium of the owner. Everybody reads the "
            "organisations; names are shown only with consent."
        ),
    )
    verdict = forms.ChoiceField(
        label=_("Verdict"), choices=ReviewVerdict.choices, required=False, widget=forms.RadioSelect
    )
    summary = Prose(
        label=_("What you found, in short"),
        limit=2000,
        rows=6,
        required=False,
        help_text=_("Who reads nothing else knows from here what holds, what does not, and for whom it is."),
    )
    outcome = forms.TypedChoiceField(
        label=_("Outcome under which it counts"),
        required=False,
        empty_value=None,
        help_text=_("One of kind “peer revision” that is there already, or a new one at the publication."),
    )
    reads_present = forms.BooleanField(label=_("The version of today was read"), required=False)
    reason = Prose(label=_("Why it is corrected"), limit=600, rows=3, error_messages={"required": _("Say why.")})

    def __init__(self, *args: Any, review: PeerReview, boxes: int = 3, **kwargs: Any) -> None:
        """Start from what the review says; a draft is asked for no reason. At least `boxes` recommendations stand."""
        self.review = review
        kwargs["initial"] = {**self._initial(), **kwargs.get("initial", {})}
        super().__init__(*args, ident="review", **{"auto_id": "id_%s", **kwargs})
        self.fields["reviewers"].widget.attrs.pop("data-focus", None)
        self.twin = newer_twin(review) if review.is_outdated else None
        if review.state == ReviewState.DRAFT:
            del self.fields["reason"]
        if self.twin or not review.is_outdated:
            del self.fields["reads_present"]
        else:
            words = gettext("Version %(now)d was read, which is published now (this review is of version %(read)d)")
            given = {"now": review.solution.published_version, "read": review.solution_version}
            self.fields["reads_present"].label = words % given
        self.fields["verdict"].option_hints = VERDICT_HINTS  # type: ignore[attr-defined]
        self._offer_reviewers()
        self._offer_outcomes()
        self._ask_criteria()
        for name in (
            "reviewers",
            "verdict",
            "summary",
            *(name for name in self.fields if name[:5] in ("mark_", "said_")),
        ):
            self.fields[name].is_wanted_later = True  # type: ignore[attr-defined]
        self._ask_recommendations(boxes)
        self.carry()

    def _initial(self) -> dict[str, Any]:
        review = self.review
        members = {row.member_id for row in review.reviewers.all()}
        self.parts = possible_reviewers(review.cluster, review.solution, members - {None})
        return {
            "seen_version": review.version,
            "verdict": review.verdict,
            "summary": review.summary,
            "outcome": str(review.outcome_id or ""),
            "reviewers": [str(part.pk) for part, _verdict in self.parts if part.member_id in members],
        }

    def _offer_reviewers(self) -> None:
        """Offer who takes part, peer reviewers first; those of the owner stand disabled beneath (`barred`)."""
        able = [part for part, verdict in self.parts if verdict]
        field = cast("forms.MultipleChoiceField", self.fields["reviewers"])
        field.choices = [(str(part.pk), _who(part)) for part in able]
        self.able = {str(part.pk): part for part in able}
        self.barred = [(_who(part), str(verdict.reason)) for part, verdict in self.parts if not verdict]

    def _offer_outcomes(self) -> None:
        """Offer the cluster's outcomes of kind “peer revision”; one that this review recorded stays."""
        rows = {str(row.pk): row for row in self.review.cluster.outcomes.filter(kind=OutcomeKind.PEER_REVISION)}
        if self.review.is_outcome_own or not rows:
            del self.fields["outcome"]
            return
        field = cast("forms.TypedChoiceField", self.fields["outcome"])
        none = gettext("Record a new one when it is published")
        field.choices = [("", none), *((key, str(row)) for key, row in rows.items())]
        field.coerce = Picked(rows)

    def _ask_criteria(self) -> None:
        """Ask a mark and a sentence for each criterion."""
        self.criteria = list(self.review.criteria.select_related("term"))
        for row in self.criteria:
            mark, said = f"mark_{row.pk}", f"said_{row.pk}"
            choices = [("", gettext("Choose a mark")), *ReviewMark.choices]
            self.fields[mark] = forms.ChoiceField(label=row.term.label, choices=choices, required=False)
            self.fields[said] = Prose(label=gettext("Why, in a sentence or two"), limit=500, rows=2, required=False)
            self.initial[mark], self.initial[said] = row.mark, row.said

    def _ask_recommendations(self, least: int) -> None:
        """Ask for each recommendation that is there, and two more."""
        texts = [row.text for row in self.review.recommendations.all()]
        numbers = range(MOST_RECOMMENDATIONS, 0, -1) if self.is_bound else ()
        sent = next((number for number in numbers if f"recommendation_{number}" in self.data), 0)
        self.boxes = min(MOST_RECOMMENDATIONS, max(least, len(texts) + 2, sent))
        for number in range(1, self.boxes + 1):
            name = f"recommendation_{number}"
            label = gettext("Recommendation %(number)d") % {"number": number}
            self.fields[name] = Prose(label=label, limit=600, rows=2, required=False)
            self.initial[name] = texts[number - 1] if number <= len(texts) else ""

    def merged(self, **kwargs: Any) -> Self:
        """Return the form on what is saved now, with as many boxes as were typed in."""
        return super().merged(**{"boxes": self.boxes, **kwargs})

    def rows(self) -> Iterable[dict[str, Any]]:
        """Yield what the page draws of each criterion."""
        for row in self.criteria:
            yield {"term": row.term, "mark": self[f"mark_{row.pk}"], "said": self[f"said_{row.pk}"]}

    def recommended(self) -> Iterable[Any]:
        """Yield the boxes of the recommendations."""
        return [self[f"recommendation_{number}"] for number in range(1, self.boxes + 1)]

    def values(self) -> dict[str, Any]:
        """Return what the actions write."""
        given = self.cleaned_data
        values: dict[str, Any] = {name: given[name] for name in ("verdict", "summary")}
        values["reviewers"] = [self.able[key] for key in given["reviewers"]]
        values["criteria"] = {row.pk: (given[f"mark_{row.pk}"], given[f"said_{row.pk}"]) for row in self.criteria}
        values["recommendations"] = [given[f"recommendation_{number}"] for number in range(1, self.boxes + 1)]
        values |= {name: given[name] for name in ("outcome", "reads_present") if name in self.fields}
        return values


def _who(part: Participation) -> str:
    """Return a person who takes part, with organisation and role."""
    name, place = (part.member.name if part.member else ""), (part.organisation.name if part.organisation else "")
    return f"{name}, {place} ({part.get_role_display()})"


class ReviewVerbForm(forms.Form):
    """What a verb asks: the version that was shown, and a reason."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    reason = Prose(label=_("Reason"), limit=600, rows=3, error_messages={"required": _("Say why.")})

    def __init__(self, *args: Any, verb: Verb, seen: str, **kwargs: Any) -> None:
        """Keep the fields that the verb's row asks for."""
        kwargs["initial"] = {"seen": seen}
        super().__init__(*args, **kwargs)
        if verb.reason is Reason.NONE:
            del self.fields["reason"]

    def details(self) -> dict[str, Any]:
        """Return what the action takes."""
        return {**self.cleaned_data, "seen": self.cleaned_data.get("seen") or ""}


@dataclass(frozen=True)
class Left:
    """What the owner typed to a recommendation that went meanwhile; `name` is what its box was called."""

    name: str
    text_name: str
    text: str
    note: str


class AnswerForm(forms.Form):
    """The owner's answer: words, and whether each recommendation is accepted.

    `left` is what was typed to recommendations that a correction took out meanwhile.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    answer = Prose(
        label=_("Your answer"),
        limit=2000,
        rows=6,
        help_text=_("What you make of the review. Everybody reads it beside the verdict."),
        error_messages={"required": _("Write your answer first.")},
    )

    def __init__(self, *args: Any, review: PeerReview, **kwargs: Any) -> None:
        """Ask about each recommendation; start from an earlier answer."""
        kwargs["initial"] = {"seen": str(review.version), "answer": review.answer}
        super().__init__(*args, **kwargs)
        self.asked = list(review.recommendations.all())
        for row in self.asked:
            answer, note = f"answer_{row.pk}", f"note_{row.pk}"
            self.fields[answer] = forms.ChoiceField(
                label=gettext("Do you accept recommendation %(number)d?") % {"number": row.position},
                choices=RecommendationAnswer.choices,
                widget=forms.RadioSelect,
                error_messages={"required": gettext("Say whether you accept it.")},
            )
            label = gettext("What you do, or why not (recommendation %(number)d)") % {"number": row.position}
            self.fields[note] = Prose(label=label, limit=600, rows=2, required=False)
            self.initial[answer], self.initial[note] = row.answer, row.answer_note
        self.left = list(self._left())

    @property
    def is_overtaken(self) -> bool:
        """Whether the review that was answered is not the one that stands now."""
        return bool(self.data.get("seen", "") != self.initial["seen"])

    def _left(self) -> Iterator[Left]:
        asked = {f"note_{row.pk}" for row in self.asked}
        names = [name for name in self.data if re.fullmatch(r"note_\d{1,18}", name) and name not in asked]
        for name in names[:MOST_RECOMMENDATIONS]:
            text_name = name.replace("note", "text")
            if note := str(self.data[name]).strip():
                yield Left(name, text_name, str(self.data.get(text_name, "")), note)

    def rows(self) -> Iterable[dict[str, Any]]:
        """Yield what the page draws of each recommendation."""
        for row in self.asked:
            yield {"row": row, "answer": self[f"answer_{row.pk}"], "note": self[f"note_{row.pk}"]}

    def details(self) -> dict[str, Any]:
        """Return what the action takes."""
        given = self.cleaned_data
        said = {row.pk: (given[f"answer_{row.pk}"], given[f"note_{row.pk}"]) for row in self.asked}
        return {"answer": given["answer"], "recommendations": said, "seen": given.get("seen") or ""}
