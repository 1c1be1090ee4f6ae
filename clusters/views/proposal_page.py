"""What the pages of a proposal show: the steps, the check-list beside them, what comes close, when it was saved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.actions.proposal import Saved, is_quiet
from clusters.actions.proposal_values import digest, stored
from clusters.choices import State
from clusters.forms.proposal import PLACES, STEPS, Step
from clusters.forms.proposal_fields import StepForm
from clusters.models import Cluster
from clusters.overlap import overlap_of
from clusters.rules.checklist import NOT_ACCEPTED, Point, Result, checklist
from clusters.rules.proposal import Sentence, examples_left, missing_for_submit, replace_example
from clusters.sentences import why_returned
from clusters.views.proposal_review import review_of
from community.models import User
from community.permissions import ALLOWED, Refusal, Verdict, refused
from community.templatetags.fields import plain_errors

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django_htmx.middleware import HtmxDetails

    class SignedInRequest(HttpRequest):
        """A request behind `LoginRequiredMixin` and the htmx middleware, as type checkers shall see it."""

        user: User
        htmx: HtmxDetails


#: What the check-list reads on every step.
_ALWAYS = ("objectives", "stages", "solutions", "expected_outcomes")
#: What a step reads besides, by its number.
PREFETCH: dict[int, tuple[str, ...]] = {
    1: (*_ALWAYS, "levels", "themes", "sdgs", "further_needs"),
    2: (*_ALWAYS, "territories"),
    3: _ALWAYS,
    4: (*_ALWAYS, "further_working_groups"),
    5: (*_ALWAYS, "levels", "themes", "territories", "further_needs"),
}
#: The field that answers a point of the check-list, where an example's text would pass it.
_ANSWERED_BY = {"question": "question", "adoption": "adoption_plan", "roadmap": "stages"}
#: On these steps it is said what comes close.
OVERLAP_STEPS = (1, 2, 5)


@dataclass(frozen=True)
class CheckRow:
    """A point or a missing thing, with where it is put right."""

    label: Sentence
    url: str
    step: int
    result: str = "fail"
    evidence: str = ""


@dataclass(frozen=True)
class StepLink:
    """One step in the stepper."""

    label: Sentence
    url: str
    done: bool
    current: bool


def step_url(cluster: Cluster, number: int) -> str:
    """Return the address of one step."""
    return reverse("clusters:update_step", kwargs={"reference": cluster.name, "step": number})


def place_url(cluster: Cluster, field: str) -> str:
    """Return the address of one field of the proposal."""
    number, ident = PLACES[field]
    return f"{step_url(cluster, number)}#{ident}"


def seen_of(cluster: Cluster, names: Iterable[str]) -> str:
    """Return the digest that a step's form carries: of what its page was made from."""
    return digest(stored(cluster, names))


def page_context(
    cluster: Cluster, user: User, step: Step, form: StepForm | None, *, seen: str = "", saved: bool = True
) -> dict[str, Any]:
    """Return what a step's page and its parts show.

    Args:
        seen: the digest that a typed form came with; of what is stored now when empty.
        saved: whether what the form shows is stored.
    """
    return {
        "cluster": cluster,
        "step": step,
        "form": form,
        "seen": seen or (seen_of(cluster, form.names) if form else ""),
        "is_saved": saved,
        "saves_itself": is_quiet(cluster),
        "next_step": step.number + 1 if step.number < len(STEPS) else 0,
        "step_url": step_url(cluster, step.number),
        "may_be_proposed": cluster.state in (State.DRAFT, State.RETURNED),
        "returned": why_returned([cluster]).get(cluster.pk),
        "review": review_of(cluster) if step.number == len(STEPS) else [],
        **check_context(cluster, user, step),
    }


def check_context(cluster: Cluster, user: User, step: Step) -> dict[str, Any]:
    """Return what changes beside the form with each save: check-list, what is missing, what comes close."""
    on = timezone.localdate()
    points = checklist(cluster, on)
    missing = missing_for_submit(cluster, on)
    examples = examples_left(cluster)
    open_fields = [field for field, _words in (*missing, *examples)]
    point_rows = point_rows_of(cluster, points, examples)
    missing_rows = _missing_rows(cluster, missing, examples)
    return {
        "points": point_rows,
        "fulfilled": sum(row.result != "todo" for row in point_rows),
        "missing": missing_rows,
        "verdict": submit_verdict(missing_rows, points),
        "steps": _step_links(cluster, step, open_fields, points),
        "overlap": overlap_of(cluster, user) if step.number in OVERLAP_STEPS else None,
    }


def submit_verdict(missing: Sequence[CheckRow], points: Sequence[Point]) -> Verdict:
    """Tell whether the proposal may be submitted as it stands: nothing is missing and the lead is eligible.

    The life cycle judges again at the press; this is what the button says before.
    """
    if missing:
        count = len(missing)
        words = ngettext("%(count)d thing is still missing.", "%(count)d things are still missing.", count)
        return refused(words % {"count": count})
    lead = next(point for point in points if point.code == "lead")
    if not lead.is_fulfilled and lead.evidence != str(NOT_ACCEPTED):
        return refused(lead.evidence)
    return ALLOWED


def point_rows_of(
    cluster: Cluster, points: Sequence[Point], examples: Sequence[tuple[str, str]] | None = None
) -> list[CheckRow]:
    """Return the check-list as the writer sees it; `examples` are the `examples_left`, looked for where not given."""
    fields = [field for field, _place in (examples_left(cluster) if examples is None else examples)]
    return [_point_row(cluster, point, fields) for point in points]


def _point_row(cluster: Cluster, point: Point, examples: Sequence[str]) -> CheckRow:
    """Return a point as the writer sees it: what fails is still to come, and an example is no answer."""
    result = "todo" if point.result is Result.FAIL else str(point.result)
    evidence = point.evidence
    if evidence == str(NOT_ACCEPTED):
        evidence = _("eligible; asked to accept once it is proposed")
    elif _ANSWERED_BY.get(point.code) in examples:
        result, evidence = "todo", _("still the text of the example")
    return CheckRow(point.label, place_url(cluster, point.code), PLACES[point.code][0], result, evidence)


def _missing_rows(
    cluster: Cluster, missing: Sequence[tuple[str, Sentence]], examples: Sequence[tuple[str, str]]
) -> list[CheckRow]:
    """Return what is missing, one row each; the texts of an example make one row a step, which names each place."""
    rows = [CheckRow(sentence, place_url(cluster, field), PLACES[field][0]) for field, sentence in missing]
    by_step: dict[int, list[tuple[str, str]]] = {}
    for field, place in examples:
        by_step.setdefault(PLACES[field][0], []).append((field, place))
    for number, found in by_step.items():
        words = replace_example([place for _field, place in found])
        rows.append(CheckRow(words, place_url(cluster, found[0][0]), number))
    return sorted(rows, key=lambda row: row.step)


def _step_links(cluster: Cluster, current: Step, open_fields: Sequence[str], points: Sequence[Point]) -> list[StepLink]:
    """Return the steps; one is done when a submit misses nothing in it, the last when its points pass."""
    open_ = {PLACES[field][0] for field in open_fields}
    if any(not point.is_fulfilled for point in points if point.code in ("result", "adoption")):
        open_.add(len(STEPS))
    return [
        StepLink(step.label, step_url(cluster, step.number), step.number not in open_, step is current)
        for step in STEPS
    ]


def saved_sentence(saved: Saved, step: Step) -> str:
    """Return what is said after a save: what was saved and when; when nothing was new, since when it stands."""
    moment = date_format(timezone.localtime(saved.at), "H:i")
    if not saved.changed:
        day = date_format(timezone.localtime(saved.at), "j F Y")
        return _("Nothing new in step %(number)d. It is saved since %(day)s, %(moment)s.") % {
            "number": step.number,
            "day": day,
            "moment": moment,
        }
    return _("Step %(number)d saved at %(moment)s.") % {"number": step.number, "moment": moment}


def errors_in_words(form: StepForm) -> list[tuple[str, str, str]]:
    """Return the refusals of a step as (id of the field, label, sentence), in the order of the page."""
    found = []
    for part in (form, *form.row_forms):
        if not part.is_bound or getattr(part, "is_blank", False):
            continue
        seen = part.visible_fields()
        found += [(field.auto_id, str(field.label), str(error)) for field in seen for error in field.errors]
        found += [("", "", error) for error in plain_errors(part)]
    return found


def conflict_context(refusal: Refusal, typed: StepForm, now: StepForm) -> dict[str, Any]:
    """Return both texts of every field that differs: as it is stored now, and as it is typed."""
    stored_words = dict(now.shown())
    pairs = [(label, stored_words.get(label, ""), words) for label, words in typed.shown()]
    return {"refusal": str(refusal), "differences": [pair for pair in pairs if pair[1] != pair[2]]}
