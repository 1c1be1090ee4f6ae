"""Which documents checksums belong to, how each stands, and what came after it: all that the page that verifies says.

A fixed number of queries, however many checksums are asked for.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from clusters.choices import PUBLIC_STATES
from clusters.models import Cluster, Outcome
from clusters.rules.translation import Tongue, tongue
from factsheets import sentences
from factsheets.choices import IssueKind
from factsheets.interim import ISSUED
from factsheets.models import Edition, Issue, ReportBooklet
from factsheets.withdrawals import withdrawn_in
from results.summary import lines_of

#: The files of an edition that have a checksum.
FILES: Final = ("pdf", "data", "article", "table")
#: What an outcome says, as it is compared with what a snapshot says of it; whom it reached stands last.
_OutcomeWords = tuple[str, str, str, str, str, str]


@dataclass(frozen=True)
class After:
    """What became of a version: `later` are the editions that came after it, in its language or the next best.

    `withdrawn_at` is set where the policy statement that it documents was withdrawn; `has_other_outcomes` where the
    cluster that it tells of has other outcomes now than it says, or says them otherwise; so `has_other_uptakes`, and
    `has_other_lessons` of lessons and next steps.
    """

    later: list[Edition]
    withdrawn_at: datetime | None
    has_other_outcomes: bool
    has_other_uptakes: bool
    has_other_lessons: bool

    @property
    def has_other_results(self) -> bool:
        """Whether anything that came of the cluster is said otherwise now."""
        return self.has_other_outcomes or self.has_other_uptakes or self.has_other_lessons

    @property
    def newest(self) -> Edition | None:
        """The newest of what came after; None where nothing did."""
        return self.later[-1] if self.later else None


@dataclass(frozen=True)
class Hit:
    """An edition one of whose files has the checksum; `file` is which."""

    sha256: str
    edition: Edition
    file: str
    after: After

    @property
    def tongue(self) -> Tongue:
        """The language of the edition."""
        return tongue(self.edition.language)

    @property
    def is_interim(self) -> bool:
        """Whether it was issued between approval and end."""
        event = self.edition.issue.event
        return event is not None and event.verb == ISSUED

    @property
    def newest(self) -> Edition:
        """What stands now."""
        return self.after.newest or self.edition

    @property
    def is_superseded(self) -> bool:
        """Whether a newer version was issued, not only a revision of this one."""
        return self.newest.version > self.edition.version

    @property
    def state_now(self) -> str:
        """How its cluster stands now, in words."""
        return _state(self.edition)


@dataclass(frozen=True)
class Behind:
    """A version whose snapshot has the checksum; `is_withdrawn` while none of its editions has its content."""

    sha256: str
    issue: Issue
    after: After
    is_withdrawn: bool

    @property
    def state_now(self) -> str:
        """How its cluster stands now, in words."""
        return _state(self.issue)


@dataclass(frozen=True)
class Found:
    """What is known of some checksums, in their order; `unknown` are those that are not ours."""

    editions: list[Hit] = field(default_factory=list)
    snapshots: list[Behind] = field(default_factory=list)
    booklets: list[ReportBooklet] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def looked_up(digests: Sequence[str]) -> Found:
    """Return what these checksums belong to: one query each for editions, snapshots, booklets, and what came after."""
    rows = Edition.objects.with_checksums(digests).for_pages().with_titles().with_subject()
    editions = list(rows.select_related("issue__event", "redaction"))
    issues = list(Issue.objects.with_checksums(digests).with_subject().with_language().defer("snapshot"))
    joined = list(ReportBooklet.objects.with_checksums(digests))
    past = _Past([*(row.issue for row in editions), *issues])
    found = Found()
    for digest in digests:
        hits = [Hit(digest, row, file, past.after_edition(row)) for row in editions if (file := _file(row, digest))]
        behind = [past.behind(row) for row in issues if row.snapshot_sha256 == digest]
        booklets = [row for row in joined if row.sha256 == digest]
        found.editions.extend(hits)
        found.snapshots.extend(behind)
        found.booklets.extend(booklets)
        found.unknown.extend([] if hits or behind or booklets else [digest])
    return found


def _file(edition: Edition, digest: str) -> str:
    return next((name for name in FILES if getattr(edition, f"{name}_sha256") == digest), "")


def _state(about: Any) -> str:
    """Return in words how a factsheet's cluster stands, where everybody may know it and it was not merged."""
    return sentences.label("state", about.subject_state) if about.subject_state in PUBLIC_STATES else ""


class _Past:
    """What happened since some versions, read once for all of them."""

    def __init__(self, issues: Collection[Issue]) -> None:
        """Read the editions of their subjects, withdrawn statements and what came of clusters: one query each."""
        self.editions: dict[str, list[Edition]] = defaultdict(list)
        references = {issue.reference for issue in issues}
        for row in Edition.objects.for_references(references).for_pages() if references else ():
            self.editions[row.reference].append(row)
        self.withdrawn = withdrawn_in(issues)
        told = {issue.pk for issue in issues if issue.kind == IssueKind.CLUSTER}
        self.then = {key: _Results.told(*said) for key, *said in Issue.objects.results_told(told)} if told else {}
        self.now = _results_now({issue.subject_id for issue in issues if issue.pk in told})

    def after_edition(self, edition: Edition) -> After:
        """Return what came after an edition: revisions of its version, and newer versions."""
        return self._after(edition.issue, edition.language, (edition.version, edition.revision))

    def behind(self, issue: Issue) -> Behind:
        """Return a version found by its snapshot, which all its revisions share, with the versions after it."""
        own = [row for row in self.editions[issue.reference] if row.version == issue.version]
        newest = {row.language: row for row in sorted(own, key=lambda row: row.revision)}
        is_withdrawn = bool(newest) and not any(row.is_current for row in newest.values())
        last = max((row.revision for row in own), default=0)
        after = self._after(issue, issue.language or "", (issue.version, last))
        return Behind(issue.snapshot_sha256, issue, after, is_withdrawn)

    def _after(self, issue: Issue, language: str, place: tuple[int, int]) -> After:
        """Return what came after a place, oldest first: in its language, or in others where a version lacks it."""
        rows = self.editions[issue.reference]
        told = {one.version for one in rows if one.language == language}
        later = [
            one
            for one in reversed(rows)
            if (one.version, one.revision) > place
            and (one.language == language or (one.version > issue.version and one.version not in told))
        ]
        then, now = self.then.get(issue.pk, _UNTOLD), self.now.get(issue.subject_id, _UNTOLD)
        return After(later, self.withdrawn.get(issue.pk), *then.differ(now))


@dataclass(frozen=True)
class _Results:
    """What came of a cluster, as it is compared; None for what a snapshot says nothing of."""

    outcomes: list[_OutcomeWords] | None
    uptakes: list[str] | None
    lessons: tuple[str, str] | None

    @classmethod
    def told(cls, outcomes: Any, uptakes: Any, lessons: str | None, next_steps: str | None) -> _Results:
        """Return what a snapshot says."""
        return cls(
            None if outcomes is None else _words_of(outcomes),
            None if uptakes is None else _said_of(uptakes),
            None if lessons is None or next_steps is None else (lessons, next_steps),
        )

    def differ(self, now: _Results) -> tuple[bool, bool, bool]:
        """Say of outcomes, uptakes, and lessons with next steps whether they are others now."""
        outcomes_now = now.outcomes
        if self.outcomes and outcomes_now and not any(counts for *_words, counts in self.outcomes):
            # A snapshot from before says nothing of whom outcomes reached.
            outcomes_now = sorted((*line[:5], "") for line in outcomes_now)
        pairs = ((self.outcomes, outcomes_now), (self.uptakes, now.uptakes), (self.lessons, now.lessons))
        outcomes, uptakes, lessons = (None not in (then, today) and then != today for then, today in pairs)
        return outcomes, uptakes, lessons


_UNTOLD: Final = _Results(None, None, None)


def _results_now(clusters: Collection[int]) -> dict[int, _Results]:
    """Return by cluster what came of it as it stands today; three queries, none without clusters."""
    if not clusters:
        return {}
    outcomes: dict[int, list[_OutcomeWords]] = defaultdict(list)
    columns = ("cluster_id", "kind", "title", "description", "reached_on", "evidence_url")
    counts = ("participants_count", "organisations_count", "countries_count")
    found = Outcome.objects.filter(cluster__in=clusters).values_list(*columns, *counts)
    for cluster, kind, title, detail, on, evidence, *reached in found:
        day = on.isoformat() if on else ""
        outcomes[cluster].append((kind, title, detail, day, evidence, json.dumps(reached)))
    uptakes = lines_of(clusters)
    rows = Cluster.objects.filter(pk__in=clusters).values_list("pk", "lessons", "next_steps")
    return {
        key: _Results(sorted(outcomes[key]), _said_of(uptakes.get(key, [])), (lessons, next_steps))
        for key, lessons, next_steps in rows
    }


def _said_of(lines: Iterable[Any]) -> list[str]:
    """Return what uptakes say, in an order of its own: who moves a line changes nothing."""
    return sorted(json.dumps(line, sort_keys=True) for line in lines)


def _words_of(lines: Iterable[Any]) -> list[_OutcomeWords]:
    """Return the same of the outcomes of a snapshot."""
    return sorted(
        (line["kind"], line["text"], line.get("detail") or "", line["on"] or "", line["evidence"], _reached(line))
        for line in lines
    )


def _reached(line: Mapping[str, Any]) -> str:
    """Return whom an outcome of a snapshot reached, as it is compared; "" in snapshots that say nothing of it."""
    if "participants" not in line:
        return ""
    return json.dumps([line["participants"], line["organisations"], line["countries"]])
