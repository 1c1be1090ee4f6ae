"""Which texts of a cluster are written by people and may be translated, in the cluster itself and in a snapshot.

One table (`TEXTS`) says both: where a text stands in the database, and where in a snapshot. So what was translated in
the cluster is found again in each snapshot that still holds the same text. Names of things (solutions, files,
organisations, places) are no texts: they stay as they are called.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Model, TextField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clusters.models import (
    Amendment,
    Cluster,
    Condition,
    ExpectedOutcome,
    Objective,
    Outcome,
    PanelQuestion,
    Stage,
    Translation,
)
from clusters.panel_summary import told_questions
from clusters.snapshot_shape import Snapshot
from clusters.summary import told_amendments


@dataclass(frozen=True)
class Kind:
    """A kind of text: column `field` of `model`, and `key` of the line in the list `lines` of a snapshot.

    Without `lines` it is one text of the cluster, and `key` its path ("need.text"). `label` has %(number)s in a list.
    """

    part: str
    field: str
    lines: str
    key: str
    label: str | Promise
    model: type[Model]

    @property
    def longest(self) -> int:
        """How many characters the source may have, and so its translation."""
        return int(getattr(self.model._meta.get_field(self.field), "max_length", 0) or 0)

    @property
    def is_prose(self) -> bool:
        """Whether it may have paragraphs and lists."""
        return isinstance(self.model._meta.get_field(self.field), TextField)


#: In the order in which they are translated: the head and the head's texts first.
TEXTS: Final = (
    Kind("cluster", "title", "", "title", _("Title"), Cluster),
    Kind("cluster", "question", "", "question", _("Question"), Cluster),
    Kind("need", "need_text", "", "need.text", _("The need"), Cluster),
    Kind("cluster", "practitioners_summary", "", "practitioners_summary", _("For practitioners"), Cluster),
    Kind("objective", "text", "objectives", "text", _("Objective %(number)s"), Objective),
    Kind("objective", "criterion", "objectives", "criterion", _("Objective %(number)s, reached when"), Objective),
    Kind("objective", "measured", "objectives", "measured", _("Objective %(number)s, measured"), Objective),
    Kind("stage", "title", "stages", "title", _("Stage %(number)s"), Stage),
    Kind("stage", "deliverable", "stages", "deliverable", _("Stage %(number)s, deliverable"), Stage),
    Kind("stage", "waits_why", "stages", "waits_why", _("Stage %(number)s, why it waits"), Stage),
    Kind("stage", "note", "stages", "note", _("Stage %(number)s, progress note"), Stage),
    Kind("expected", "note", "expected_outcomes", "how", _("Expected outcome %(number)s"), ExpectedOutcome),
    Kind("outcome", "title", "outcomes", "text", _("Outcome %(number)s"), Outcome),
    Kind("outcome", "description", "outcomes", "detail", _("Outcome %(number)s, what came of it"), Outcome),
    Kind("cluster", "adoption_plan", "", "adoption_plan", _("How it will be taken up"), Cluster),
    Kind("cluster", "out_of_scope", "", "out_of_scope", _("Out of scope"), Cluster),
    Kind("cluster", "deadline_reason", "", "deadline.reason", _("Why that deadline"), Cluster),
    Kind("advice", "text", "advice", "question", _("Question %(number)s to an advice panel"), PanelQuestion),
    Kind("advice", "what_came", "advice", "what_came", _("Question %(number)s, what was made of it"), PanelQuestion),
    Kind("cluster", "lessons", "", "lessons", _("What we learnt"), Cluster),
    Kind("cluster", "next_steps", "", "next_steps", _("What comes next"), Cluster),
    Kind("condition", "text", "conditions", "text", _("Condition %(number)s"), Condition),
    Kind("amendment", "reason", "amendments", "reason", _("Amendment %(number)s, reason"), Amendment),
)
#: The rows of each list of a snapshot, in its order, of a cluster that came with `for_snapshot`.
_ROWS: Final[Mapping[str, Callable[[Cluster], Sequence[Any]]]] = {
    "objectives": lambda cluster: list(cluster.objectives.all()),
    "stages": lambda cluster: list(cluster.stages.all()),
    "expected_outcomes": lambda cluster: list(cluster.expected_outcomes.all()),
    "outcomes": lambda cluster: list(cluster.outcomes.all()),
    "conditions": lambda cluster: list(cluster.conditions.all()),
    "amendments": told_amendments,
    "advice": told_questions,
}


@dataclass(frozen=True)
class Text:
    """A text where it stands: `path` in a snapshot ("stages.0.title"); `part_id` is its row's, 0 without one."""

    kind: Kind
    path: str
    number: int
    part_id: int
    text: str

    @property
    def slot(self) -> tuple[str, int, str]:
        """What a translation of it is kept under."""
        return self.kind.part, self.part_id, self.kind.field

    @property
    def label(self) -> str:
        """What it is called: “Stage 2, deliverable”."""
        return str(self.kind.label) % {"number": self.number}


def texts_of(cluster: Cluster) -> list[Text]:
    """Return the texts of a cluster as it stands, empty ones left out, in the order of `TEXTS`, line by line.

    About as many queries as a snapshot, whatever its size.
    """
    full = Cluster.objects.for_snapshot().get(pk=cluster.pk)
    rows = {name: read(full) for name, read in _ROWS.items()}
    found = []
    for kind, number, path in _places({name: len(lines) for name, lines in rows.items()}):
        row = rows[kind.lines][number - 1] if kind.lines else full
        text = _own(full, kind) if row is full else getattr(row, kind.field)
        if text:
            found.append(Text(kind, path, number, row.pk if kind.lines else 0, text))
    return found


def _own(cluster: Cluster, kind: Kind) -> str:
    """Return a text of the cluster itself, as a snapshot holds it."""
    if kind.part == "need":
        return cluster.need_text or (cluster.need.question if cluster.need else "")
    if kind.field == "deadline_reason" and not cluster.deadline_on:
        return ""
    text: str = getattr(cluster, kind.field)
    return text


def texts_in(snapshot: Snapshot) -> list[Text]:
    """Return the texts of a snapshot in the same order; its rows are not known any more."""
    whole: Any = snapshot
    counts = {name: len(whole.get(name, ())) for name in _ROWS}
    found = ((kind, number, path, _at(whole, path)) for kind, number, path in _places(counts))
    return [Text(kind, path, number, 0, text) for kind, number, path, text in found if text]


def _places(counts: Mapping[str, int]) -> Iterator[tuple[Kind, int, str]]:
    """Yield kind, number and path of every place for a text; lines of one list stay together."""
    done: set[str] = set()
    for kind in TEXTS:
        if not kind.lines:
            yield kind, 0, kind.key
        elif kind.lines not in done:
            done.add(kind.lines)
            same = [one for one in TEXTS if one.lines == kind.lines]
            for at in range(counts[kind.lines]):
                yield from ((one, at + 1, f"{one.lines}.{at}.{one.key}") for one in same)


def _at(whole: Any, path: str) -> str:
    """Return the text at a path; "" where the snapshot, or a part of it, does not have it."""
    for step in path.split("."):
        whole = whole[int(step)] if isinstance(whole, list) else (whole or {}).get(step)
    return whole or ""


def fitting(snapshot: Snapshot, rows: Iterable[Translation]) -> dict[str, str]:
    """Return by path the translations of those texts of a snapshot that were translated as they stand there.

    `rows` are of one language. A text that was changed before or after it was translated has none. Where one text
    stands in several places, the translation of its own kind that was written first counts.
    """
    known: dict[tuple[str, str, str], str] = {}
    for row in sorted(rows, key=lambda row: row.pk):
        known.setdefault((row.part, row.field, row.source), row.text)
    asked = ((text.path, (text.kind.part, text.kind.field, text.text)) for text in texts_in(snapshot))
    return {path: known[key] for path, key in asked if key in known}


def with_texts(
    snapshot: Snapshot, texts: Mapping[str, str], others: Callable[[str], str] = lambda text: text
) -> Snapshot:
    """Return a copy of a snapshot with `texts` at their paths; `others` makes what stands where there is none."""
    made = copy.deepcopy(snapshot)
    for text in texts_in(snapshot):
        *steps, last = text.path.split(".")
        line: Any = made
        for step in steps:
            line = line[int(step)] if isinstance(line, list) else line[step]
        line[last] = texts[text.path] if text.path in texts else others(text.text)
    return made


@dataclass(frozen=True)
class Side:
    """A text beside its translation: `row` None where there is none; `is_stale` once the text changed since."""

    text: Text
    row: Translation | None

    @property
    def is_stale(self) -> bool:
        """Whether it was made from what does not stand there any more."""
        return self.row is not None and self.row.source != self.text.text

    @property
    def is_borrowed(self) -> bool:
        """Whether it was written for another text of the same words."""
        return self.row is not None and (self.row.part, self.row.part_id, self.row.field) != self.text.slot


def side_by_side(texts: Iterable[Text], rows: Iterable[Translation]) -> list[Side]:
    """Return each text with its translation: its own, else one of the same words in another place of its kind."""
    own: dict[tuple[str, int, str], Translation] = {}
    same: dict[tuple[str, str, str], Translation] = {}
    for row in sorted(rows, key=lambda row: -row.pk):
        own[row.part, row.part_id, row.field] = row
        same[row.part, row.field, row.source] = row
    found = []
    for text in texts:
        mine = own.get(text.slot)
        fits = mine is not None and mine.source == text.text
        found.append(Side(text, mine if fits else same.get((text.kind.part, text.kind.field, text.text), mine)))
    return found
