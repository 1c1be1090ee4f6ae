"""The five steps of the guided proposal, in order, and where each field of a proposal stands."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clusters.forms.proposal_dates import DatesForm
from clusters.forms.proposal_fields import StepForm
from clusters.forms.proposal_people import PeopleForm
from clusters.forms.proposal_question import QuestionForm
from clusters.forms.proposal_results import ResultsForm
from clusters.forms.proposal_scope import ScopeForm

Words = str | Promise


@dataclass(frozen=True)
class Step:
    """One step: its number in the address, its words, its form."""

    number: int
    label: Words
    lead: Words
    form: type[StepForm]


STEPS: tuple[Step, ...] = (
    Step(
        1,
        _("Question and need"),
        _("A cluster answers one question that somebody really has. Everything else follows from it."),
        QuestionForm,
    ),
    Step(
        2,
        _("Objectives and scope"),
        _(
            "What will be different when the cluster ends? One to five objectives, each with a sign by which "
            "anybody can see that it is reached."
        ),
        ScopeForm,
    ),
    Step(
        3,
        _("Dates and roadmap"),
        _("As short as one day, as long as the projects run. The stages become the baseline when the work starts."),
        DatesForm,
    ),
    Step(
        4,
        _("People"),
        _("Who decides on it, who leads it, who takes part. Nobody is asked before it is approved, but the lead."),
        PeopleForm,
    ),
    Step(
        5,
        _("Results and check"),
        _("Which results of projects it brings over, who would use them, and the whole proposal once more."),
        ResultsForm,
    ),
)

#: Where the link from a check-list leads: step and the id on its page.
PLACES: dict[str, tuple[int, str]] = {
    "title": (1, "id_title"),
    "question": (1, "id_question"),
    "need_text": (1, "id_need_text"),
    "objectives": (2, "objectives"),
    "expected_outcomes": (2, "expected_outcomes"),
    "outcomes": (2, "expected_outcomes"),
    "out_of_scope": (2, "id_out_of_scope"),
    "starts_on": (3, "id_starts_on"),
    "end": (3, "id_ends_on"),
    "deadline_reason": (3, "id_deadline_reason"),
    "stages": (3, "stages"),
    "roadmap": (3, "stages"),
    "working_group": (4, "id_working_group_group"),
    "lead": (4, "lead"),
    "result": (5, "solutions"),
    "adoption_plan": (5, "id_adoption_plan"),
    "adoption": (5, "id_adoption_plan"),
}


def step_of(number: int) -> Step:
    """Return the step of that number; the first for a number that there is not."""
    return STEPS[number - 1] if 1 <= number <= len(STEPS) else STEPS[0]
