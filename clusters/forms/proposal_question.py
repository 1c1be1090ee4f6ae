"""Step 1: the question, the need behind it, and where it belongs."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from clusters.choices import Focus, Level
from clusters.forms.proposal_choices import (
    PROPOSAL_VOCABULARIES,
    chosen_terms,
    found_needs,
    given_needs,
    language_choices,
    term_choices,
)
from clusters.forms.proposal_fields import (
    NOT_IN_LIST,
    Line,
    Prose,
    StepForm,
    choice_field,
    folded,
    line,
    part,
    search_field,
    section,
    several_field,
)
from community.choices import Vocabulary
from community.models import Need
from community.validators import is_key

#: Fields that go to the action as the form gives them.
_AS_GIVEN = ("title", "question", "need", "further_needs", "need_text", "focus", "levels")
FOCUS_HINTS = {
    Focus.THEMATIC: _("Around a topic, wherever it is met"),
    Focus.TERRITORIAL: _("Around places that share a question"),
}


class QuestionForm(StepForm):
    """Title, question, need, focus, levels, themes, SDGs, specific objective, language."""

    writes = (
        "title",
        "question",
        "need",
        "further_needs",
        "need_text",
        "focus",
        "levels",
        "themes",
        "sdgs",
        "specific_objective",
        "language",
    )

    holds = {"find_need": ("need", "further_needs")}

    title = Line(
        label=_("Title"), limit=100, help_text=_("What one would call it in a list. No acronyms that only you know.")
    )
    question = Line(
        label=_("Question"),
        limit=200,
        rows=2,
        help_text=_("One question that can be answered, with a question mark at its end."),
    )
    need = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    further_needs = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    find_need = search_field(_("Find a need on the needs board"), _("A word of the question is enough."))
    need_text = Prose(
        label=_("The need in your own words"),
        limit=600,
        rows=4,
        required=False,
        help_text=_("Who meets the problem, where, and what they tried. The factsheet shows it."),
    )
    focus = choice_field(_("Focus"), Focus.choices, required=False)
    levels = several_field(_("Levels of transfer"), Level.choices)
    themes = several_field(_("Themes"))
    sdgs = several_field(_("Sustainable Development Goals"))
    specific_objective = choice_field(_("Specific objective of the programme"), [], required=False, widget=forms.Select)
    language = choice_field(
        _("Language of this proposal"),
        [],
        required=False,
        widget=forms.Select,
        help_text=_("The language you write in."),
    )

    def stored(self) -> dict[str, Any]:
        """Return the initial values from the cluster."""
        cluster = self.cluster
        names = ("title", "question", "need_text", "focus", "language")
        return {
            **{name: getattr(cluster, name) for name in names},
            "need": cluster.need_id,
            "further_needs": ",".join(str(pk) for pk in sorted(row.pk for row in cluster.further_needs.all())),
            "specific_objective": cluster.specific_objective_id,
            "levels": [row.level for row in cluster.levels.all()],
            "themes": [row.pk for row in cluster.themes.all()],
            "sdgs": [row.pk for row in cluster.sdgs.all()],
        }

    def prepare(self) -> None:
        """Fill the vocabularies in one query; what is chosen stays choosable."""
        before = self.stored()
        chosen = [*before["themes"], *before["sdgs"], before["specific_objective"] or 0]
        terms = term_choices(PROPOSAL_VOCABULARIES, chosen)
        self.fields["themes"].choices = terms[Vocabulary.CHALLENGE]  # type: ignore[attr-defined]
        self.fields["sdgs"].choices = terms[Vocabulary.SDG]  # type: ignore[attr-defined]
        self.fields["specific_objective"].choices = [  # type: ignore[attr-defined]
            ("", _("not chosen")),
            *terms[Vocabulary.OBJECTIVE],
        ]
        self.fields["language"].choices = language_choices(self.cluster.language)  # type: ignore[attr-defined]
        self.fields["focus"].option_hints = FOCUS_HINTS  # type: ignore[attr-defined]
        for name in ("levels", "sdgs"):
            self.fields[name].two_columns = True  # type: ignore[attr-defined]

    @cached_property
    def need_row(self) -> Need | None:
        """The need that is chosen now."""
        key = str(self.current("need") or "")
        if key == str(self.cluster.need_id or ""):
            return self.cluster.need
        return Need.objects.visible_to(self.user).filter(pk=key).first() if is_key(key) else None

    @cached_property
    def further_rows(self) -> list[Need]:
        """The needs that are chosen beside the main one, in the order in which they were."""
        keys = str(self.current("further_needs") or "").split(",")
        named = [row.pk for row in self.cluster.further_needs.all()]
        return [row for row in given_needs(self.user, keys, named) if row != self.need_row]

    @property
    def chosen_needs(self) -> list[Need]:
        """All needs that are chosen now, the main one first."""
        return [*([self.need_row] if self.need_row else []), *self.further_rows]

    @cached_property
    def needs(self) -> list[Need]:
        """The needs that the query finds."""
        return found_needs(self.user, str(self.current("find_need") or ""), self.chosen_needs)

    def clean_need(self) -> Need | None:
        """Return the need of that key; one that is not there is refused at the search box."""
        if self.cleaned_data["need"] and self.need_row is None:
            self.add_error("find_need", NOT_IN_LIST)
        return self.need_row

    def clean_further_needs(self) -> list[Need]:
        """Return the needs of these keys; one that is not there is refused at the search box."""
        keys = {key for key in self.cleaned_data["further_needs"].split(",") if key}
        if keys - {str(row.pk) for row in self.chosen_needs}:
            self.add_error("find_need", NOT_IN_LIST)
        return self.further_rows

    def values(self) -> dict[str, Any]:
        """Return what `save_step` takes; after `is_valid`."""
        given = self.cleaned_data
        terms = chosen_terms([*given["themes"], *given["sdgs"], given["specific_objective"]])
        return {
            **{name: given[name] for name in _AS_GIVEN},
            "language": given["language"] or self.cluster.language,
            "themes": [terms[key] for key in given["themes"]],
            "sdgs": [terms[key] for key in given["sdgs"]],
            "specific_objective": terms.get(given["specific_objective"]),
        }

    def shown(self) -> list[tuple[str, str]]:
        """Add the needs of the board, which stand in hidden fields."""
        return [*super().shown(), (str(_("Need")), "\n".join(row.question for row in self.chosen_needs))]

    def layout(self) -> Layout:
        """Return the question first, what sorts it after, the rest folded away."""
        more_is_used = any(self.current(name) for name in ("sdgs", "specific_objective"))
        return Layout(
            line(self, "title"),
            line(self, "question"),
            part("_overlap.html"),
            section(_("The need behind it"), part("_need.html"), line(self, "need_text"), ident="need"),
            section(_("Where it belongs"), "focus", Div("levels", "themes")),
            folded(
                _("More to sort it by: goals, specific objective, language"),
                more_is_used,
                "specific_objective",
                "sdgs",
                "language",
            ),
        )
