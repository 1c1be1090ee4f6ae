"""Entering and wording solutions, what their verbs do, and their files.

What every action checks: who, the version that was seen, what the fields may hold. Each writes one event into the
community's chain; a change of something that was published before raises the number of its published version.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import platform_mails, search, solution_mails
from community.actions.file import hide_file, store_file
from community.actions.transition import effect, tells
from community.choices import FileVisibility, SolutionStatus
from community.events import record
from community.lifecycle import Attempt
from community.models import File, Project, Solution, SolutionLanguage, SolutionLink, User
from community.permissions import Refusal
from community.rules import solution as rules

STALE = _("Somebody saved this solution while you were writing. Your text is still here: compare, then save again.")
NOT_YOURS = _("Partners of a project enter its results; you work for none of the partners of this one.")
#: Columns that a form sets, and what is kept beside a solution.
FIELDS: Final = (
    "title",
    "type",
    "maturity",
    "summary",
    "description",
    "where_tested",
    "what_taker_needs",
    "licence",
    "contact",
    "website",
)
SETS: Final = ("challenges", "tested_in", "languages", "links")


@transaction.atomic
def enter_solution(*, project: Project, by: User, values: Mapping[str, Any]) -> Solution:
    """Enter a result of a project as a draft; one event.

    Args:
        values: what is set of `FIELDS` (rows for keys) and `SETS`: terms, territories, codes of languages, and
            (label, address, rights holder, licence) of each link.

    Raises:
        Refusal: the person may not enter results of that project.
        ValidationError: the project has a solution of that title, or a value may not stand there.
    """
    if not rules.projects_to_write_for(by).filter(pk=project.pk).exists():
        raise Refusal(NOT_YOURS, "forbidden")
    solution = Solution(project=project, written_by=by)
    _set(solution, values)
    solution.full_clean()
    solution.save(force_insert=True)
    _set_beside(solution, values)
    search.index(solution)
    record(verb="add_solution", subject=solution, by=by, role=_role(by, solution), detail={"title": solution.title})
    return solution


def _role(by: User, solution: Solution) -> str:
    """Return as what somebody acts, as the event notes it."""
    held = rules.solution_capacities(by, solution, timezone.localdate())
    return next((code.value for code in rules.WRITERS if code in held), "")


@transaction.atomic
def change_solution(*, solution: Solution, by: User, seen_version: int, values: Mapping[str, Any]) -> Solution:
    """Change what a solution says; one event with what was and what is. A no-op for the same values.

    Raises:
        Refusal: not allowed, or somebody saved another version meanwhile (code "stale").
        ValidationError: the project has a solution of that title, or a value may not stand there.
    """
    row = _locked(solution, by)
    if row.version != seen_version:
        raise Refusal(STALE, "stale")
    before = plain_values(row)
    _set(row, values)
    row.full_clean()
    row.save()
    _set_beside(row, values)
    after = plain_values(row)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if not changes:
        return row
    _note_change(row, by)
    search.index(row)
    data = {"fields": sorted(changes), "version": row.published_version}
    record(verb="change_solution", subject=row, by=by, role=_role(by, row), data=data, detail={"changes": changes})
    return row


def _locked(solution: Solution, by: User) -> Solution:
    """Return the row under its lock, for somebody who may word it.

    Raises:
        Refusal: the person may not.
    """
    row = Solution.objects.select_for_update(of=("self",)).get(pk=solution.pk)
    if not (verdict := rules.can_write_solution(by, row)):
        raise Refusal.of(verdict)
    return row


def _note_change(row: Solution, by: User) -> None:
    """Raise the versions, and note who wrote the present words: somebody else publishes them."""
    row.version += 1
    row.written_by = by
    if row.published_at is not None:
        row.published_version += 1
    row.save(update_fields=["version", "written_by", "published_version", "updated_at"])


def _set(row: Solution, values: Mapping[str, Any]) -> None:
    for name in FIELDS:
        if name in values:
            setattr(row, name, values[name])


def _set_beside(row: Solution, values: Mapping[str, Any]) -> None:
    """Set challenges, places, languages and links; what is not given stays."""
    for name in ("challenges", "tested_in"):
        if name in values:
            getattr(row, name).set(values[name])
    if "languages" in values:
        set_languages(row, values["languages"])
    if "links" in values:
        set_links(row, values["links"])
    row._prefetched_objects_cache = {}  # type: ignore[attr-defined]


def set_languages(row: Solution, codes: Any) -> None:
    """Let a solution be had in exactly these languages (codes)."""
    wanted = set(codes)
    had = {one.code: one for one in row.languages.all()}
    row.languages.exclude(code__in=wanted).delete()
    SolutionLanguage.objects.bulk_create(SolutionLanguage(solution=row, code=c) for c in sorted(wanted - set(had)))


def set_links(row: Solution, links: Any) -> None:
    """Give a solution exactly these links, as (label, address, rights holder, licence) in their order.

    The last two may be missing of what comes from a file; the form asks for them.

    Raises:
        ValidationError: a label or an address may not stand there.
    """
    names = ("label", "address", "rights_holder", "licence")
    found = [
        SolutionLink(solution=row, position=number, **dict(zip(names, words, strict=False)))
        for number, words in enumerate(links, 1)
    ]
    for link in found:
        link.full_clean(validate_constraints=False)
    row.links.all().delete()
    SolutionLink.objects.bulk_create(found)


def plain_values(row: Solution) -> dict[str, Any]:
    """Return what a solution says as JSON values: words, ids of the contact, codes of terms, places and languages."""
    return {
        **{name: getattr(row, name) for name in FIELDS if name not in ("type", "maturity", "contact")},
        "type": row.type.code if row.type else "",
        "maturity": row.maturity.code if row.maturity else "",
        "contact": row.contact_id,
        "challenges": sorted(row.challenges.values_list("code", flat=True)),
        "tested_in": sorted(row.tested_in.values_list("code", flat=True)),
        "languages": sorted(row.languages.values_list("code", flat=True)),
        "links": [list(link.words) for link in row.links.all()],
    }


@transaction.atomic
def add_solution_file(*, solution: Solution, by: User, **given: Any) -> File:
    """Keep a file with a solution; one event. The same file sent twice is kept once. `given`: see `store_file`.

    Raises:
        Refusal: not allowed, one too many, or the file can't be kept.
        ValidationError: a text holds signs that are not allowed.
    """
    row = _locked(solution, by)
    present = list(File.objects.present().about(row))
    if given.get("visibility", FileVisibility.COP) not in rules.FILE_CLASSES:
        raise Refusal(_("Choose who may fetch the file."))
    file = store_file(subject=row, by=by, among=present, **given)
    if file.pk in {one.pk for one in present}:
        return file
    if len(present) >= rules.MAX_FILES:
        raise Refusal(_("A solution holds %(most)d files at most. Remove one first.") % {"most": rules.MAX_FILES})
    _note_change(row, by)
    data = {"file": file.pk, "sha256": file.sha256, "version": row.published_version}
    record(verb="add_file", subject=row, by=by, role=_role(by, row), data=data, detail={"title": file.title})
    return file


@transaction.atomic
def remove_solution_file(*, solution: Solution, file: File, by: User) -> File:
    """Take a file off a solution; its bytes stay until their day. One event; a no-op when that was done already.

    Raises:
        Refusal: not allowed.
    """
    row = _locked(solution, by)
    hidden = hide_file(file, at=timezone.now())
    if hidden is None:
        return file
    _note_change(row, by)
    data = {"file": hidden.pk, "version": row.published_version}
    record(verb="remove_file", subject=row, by=by, role=_role(by, row), data=data, detail={"title": hidden.title})
    return hidden


@effect("note_submission")
def _note_submission(attempt: Attempt) -> None:
    """Note who asked for publication: somebody else publishes."""
    attempt.set(submitted_by=attempt.by, status_note="")


@effect("note_publication")
def _note_publication(attempt: Attempt) -> None:
    """Note the first publication; the number of the version is told with the event."""
    if attempt.subject.published_at is None:
        attempt.set(published_at=attempt.at)
    attempt.facts["version"] = attempt.subject.published_version


@effect("note_reason")
def _note_reason(attempt: Attempt) -> None:
    """Show the reason on the page of a retired solution; no longer once it is opened again."""
    is_retired = attempt.subject.status == SolutionStatus.RETIRED
    attempt.set(status_note=attempt.reason[:300] if is_retired else "")


@effect("note_recall")
def _note_recall(attempt: Attempt) -> None:
    """Leave no sign that it was returned: who took it back themselves is not asked to change it."""
    attempt.set(state_before="")


@tells("solution")
def _tell(attempt: Attempt) -> None:
    """Write the mails of a verb."""
    solution_mails.tell(attempt)
    if attempt.verb.code == "publish_solution" and attempt.subject.published_at == attempt.at:
        platform_mails.tell_followers(attempt.subject, attempt.event, attempt.subject.challenges.all(), by=attempt.by)
