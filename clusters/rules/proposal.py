"""What a proposal lacks before it can be submitted, and where the text of an example was left in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from datetime import date

from django.db.models import prefetch_related_objects
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster, Stage
from clusters.rules.examples import is_example_text
from clusters.rules.roadmap import stages_outside_of, too_far_back

Sentence = str | Promise
DEADLINE_WITHOUT_REASON = _("Say what sets that deadline: a call, a law, a season.")


def missing_for_submit(cluster: Cluster, on: date) -> list[tuple[str, Sentence]]:
    """Return what a proposal lacks on the day `on`, as (field, sentence) pairs in the order of the form.

    Texts of an example that were left in are found by `examples_left`.
    """
    found: list[tuple[str, Sentence]] = []
    if not cluster.title.strip():
        found.append(("title", _("Give the cluster a title.")))
    if not cluster.question.strip():
        found.append(("question", _("Ask the question that the cluster will answer.")))
    objectives = list(cluster.objectives.all())
    stages = list(cluster.stages.all())
    if not objectives:
        found.append(("objectives", _("Name at least one objective.")))
    elif not all(objective.text.strip() for objective in objectives):
        found.append(("objectives", _("Write what each objective is, or take out the empty one.")))
    if cluster.starts_on is None or cluster.ends_on is None:
        found.append(("starts_on", _("Say when it starts and ends. Both may be the same day.")))
    elif not cluster.is_one_day and not stages:
        found.append(("stages", _("Plan at least one stage.")))
    if not all(stage.title.strip() for stage in stages):
        found.append(("stages", _("Give each stage a title, or take out the empty one.")))
    found.extend(_wrong_dates(cluster, stages, on))
    if cluster.deadline_on is not None and not cluster.deadline_reason.strip():
        found.append(("deadline_reason", DEADLINE_WITHOUT_REASON))
    if cluster.working_group_id is None:
        found.append(("working_group", _("Choose the working group that decides on it.")))
    if cluster.lead_id is None or cluster.lead_organisation_id is None:
        found.append(("lead", _("Name a lead and the organisation that leads.")))
    if not cluster.expected_outcomes.all():
        found.append(("expected_outcomes", _("Choose at least one kind of outcome that you expect.")))
    return found


def _wrong_dates(cluster: Cluster, stages: Sequence[Stage], on: date) -> Iterator[tuple[str, Sentence]]:
    """Yield what is wrong with days that are there: an end too long ago, a stage wholly outside."""
    if sentence := too_far_back(cluster, on):
        yield "end", sentence
    if cluster.starts_on is None or cluster.ends_on is None:
        return
    for stage in stages_outside_of(cluster, stages):
        if stage.is_whole:
            yield "stages", stage.sentence(cluster.starts_on, cluster.ends_on)


#: The texts of a proposal in which an example may stand, in words.
_TEXTS: dict[str, Sentence] = {
    "title": _("title"),
    "question": _("question"),
    "need_text": _("need"),
    "out_of_scope": _("out of scope"),
    "adoption_plan": _("adoption plan"),
}


def examples_left(cluster: Cluster) -> list[tuple[str, str]]:
    """Return where text of an example was left in, as (field, name of the place with its row) pairs."""
    return [(field, place) for field, place, text in _places(cluster) if is_example_text(text)]


def replace_example(places: list[str]) -> str:
    """Return the sentence that says where own text is wanted."""
    return gettext("Replace the example by your own text: %(fields)s.") % {"fields": ", ".join(places)}


def held_up_by(cluster: Cluster, on: date) -> list[tuple[str, Sentence]]:
    """Return all that holds up the submit on the day `on`, as (field, sentence) pairs in the order of the form.

    Texts of an example make one, at the first of them. Three queries where nothing is read.
    """
    read = copy(cluster)  # what is read ahead here is not what the verb's effects shall read
    prefetch_related_objects([read], "objectives", "stages", "expected_outcomes")
    found = missing_for_submit(read, on)
    if left := examples_left(read):
        found.append((left[0][0], replace_example([place for _field, place in left])))
    return found


def _places(cluster: Cluster) -> Iterator[tuple[str, str, str]]:
    """Yield every text of the proposal with its field and the name of its place."""
    for name, label in _TEXTS.items():
        yield name, str(label), getattr(cluster, name)
    for number, objective in enumerate(cluster.objectives.all(), 1):
        row = {"number": number}
        yield "objectives", gettext("objective %(number)d") % row, objective.text
        yield "objectives", gettext("“reached when” of objective %(number)d") % row, objective.criterion
    for outcome in cluster.expected_outcomes.all():
        kind = {"kind": outcome.get_kind_display()}
        yield "expected_outcomes", gettext("“what exactly” of the outcome “%(kind)s”") % kind, outcome.note
    for number, stage in enumerate(cluster.stages.all(), 1):
        row = {"number": number}
        yield "stages", gettext("title of stage %(number)d") % row, stage.title
        yield "stages", gettext("deliverable of stage %(number)d") % row, stage.deliverable
