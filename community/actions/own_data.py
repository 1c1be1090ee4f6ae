"""What people do with their own data: correct it, ask for what only an administrator corrects, agree and withdraw."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from community import search
from community.actions.consent import give_consent, withdraw_consent
from community.choices import DataRequestKind, DataRequestStatus
from community.consents import wording_of
from community.events import record
from community.models import Consent, ConsentWording, DataRequest, Member, User
from community.permissions import Refusal
from community.person_mails import ANSWERED, tell_of_request
from community.visibility import is_administrator

ADMINISTRATORS_ONLY: Final = _("Only an administrator answers these requests.")
STALE: Final = _("Your entry was changed while you were writing. Your text is still here: compare, then save again.")
CHANGED: Final = _("The words have changed while you were reading. Read them again, then agree.")
CLOSED: Final = _("This request was closed already.")
#: Columns that a person corrects themselves, and the set beside them.
FIELDS: Final = ("name", "sort_name", "languages", "about")


@transaction.atomic
def correct_own_data(
    *, by: User, seen_version: int, values: Mapping[str, Any], language: str | None = None, at: datetime | None = None
) -> Member:
    """Keep what a person corrected in their own entry; one event with old and new values. A no-op for no change.

    Args:
        seen_version: the version that the form was made from.
        values: `FIELDS` and "expertise" (terms).
        language: of the mails; None leaves it.

    Raises:
        Refusal: the account belongs to no person, or another version stands by now.
        ValidationError: a value may not be so.
    """
    row = _own(by)
    if row.version != seen_version:
        raise Refusal(STALE, "stale")
    if language is not None and language != by.language:
        User.objects.filter(pk=by.pk).update(language=language)
    before = {name: getattr(row, name) for name in FIELDS} | {"expertise": sorted(_keys(row.expertise.all()))}
    after = {name: values[name] for name in FIELDS} | {"expertise": sorted(_keys(values["expertise"]))}
    changes = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    if not changes:
        return row
    for name in FIELDS:
        setattr(row, name, values[name])
    row.sort_name = row.sort_name or row.name.split()[-1]
    row.version += 1
    row.full_clean(exclude=["user"])
    row.save(update_fields=[*FIELDS, "version"])
    row.expertise.set(values["expertise"])
    search.index(row)
    data = {"fields": sorted(changes)}
    record(verb="correct_own_data", subject=row, by=by, at=at, data=data, detail={"changes": changes})
    return row


def _keys(terms: Any) -> list[int]:
    return [term.pk for term in terms]


@transaction.atomic
def ask_correction(*, by: User, text: str, at: datetime | None = None) -> DataRequest:
    """Ask the administrators to correct what a person cannot; one event. A newer request takes the open one's place.

    Raises:
        Refusal: the account belongs to no person.
        ValidationError: the text is empty or holds signs that are not allowed.
    """
    at, row = at or timezone.now(), _own(by)
    open_one = DataRequest.objects.open().of_member(row).of_kind(DataRequestKind.CORRECTION).first()
    asked = open_one or DataRequest(member=row, kind=DataRequestKind.CORRECTION, asked_at=at)
    if open_one is not None and open_one.text == text:
        return open_one
    asked.text = text
    asked.full_clean()
    asked.save()
    record(verb="ask_correction", subject=row, by=by, at=at, data={"request": asked.pk})
    return asked


@transaction.atomic
def close_correction(
    *, request: DataRequest, is_done: bool, answer: str, by: User, at: datetime | None = None
) -> DataRequest:
    """Say that a correction was made, or why not; one event, and a mail to who asked, without the words.

    A no-op when it was closed so already.

    Raises:
        Refusal: `by` is no administrator, the request was closed otherwise, or a refusal gives no reason.
        ValidationError: the answer holds signs that are not allowed.
    """
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    at, status = at or timezone.now(), DataRequestStatus.DONE if is_done else DataRequestStatus.REFUSED
    row = DataRequest.objects.select_for_update(of=("self",)).select_related("member__user").get(pk=request.pk)
    if row.status == status:
        return row
    if row.status != DataRequestStatus.OPEN or row.kind != DataRequestKind.CORRECTION:
        raise Refusal(CLOSED, "state")
    if not is_done and not answer.strip():
        raise Refusal(_("Say why not: the person reads it on their page."), "reason")
    row.status, row.answer, row.closed_at, row.closed_by = status, answer, at, by
    row.full_clean()
    row.save(update_fields=["status", "answer", "closed_at", "closed_by"])
    data = {"request": row.pk, "status": status}
    tell_of_request(ANSWERED, row, event=record(verb="close_correction", subject=row.member, by=by, at=at, data=data))
    return row


@transaction.atomic
def give_own_consent(*, by: User, purpose: str, wording: int | None, at: datetime | None = None) -> Consent:
    """Agree to one purpose in the words that the page showed; one event.

    Args:
        wording: key of the words that were shown; None where they were the first ones, which are kept now.

    Raises:
        Refusal: other words are in use by now, or the account belongs to no person.
    """
    row = _own(by)
    known = ConsentWording.objects.filter(pk=wording or 0).values_list("language", flat=True).first()
    language = known or get_language() or "en"
    shown = wording_of(purpose, language)
    if shown.pk != wording:
        raise Refusal(CHANGED, "stale")
    return give_consent(member=row, wording=kept_wording(shown), by=by, at=at)


@transaction.atomic
def withdraw_own_consent(*, by: User, purpose: str, at: datetime | None = None) -> Consent | None:
    """Withdraw one consent; one event, on which documents are issued anew. A no-op when there is none.

    Raises:
        Refusal: the account belongs to no person.
    """
    return withdraw_consent(member=_own(by), purpose=purpose, by=by, at=at)


def kept_wording(shown: ConsentWording) -> ConsentWording:
    """Return the words as they are kept: the first ones are written now, by one of those who agree at once.

    Raises:
        Refusal: somebody else wrote other words meanwhile.
    """
    if not shown._state.adding:
        return shown
    try:
        with transaction.atomic():
            shown.save(force_insert=True)
    except IntegrityError:
        kept = wording_of(shown.purpose, shown.language)
        if (kept.text, kept.language) != (shown.text, shown.language):
            raise Refusal(CHANGED, "stale") from None
        return kept
    return shown


def _own(by: User) -> Member:
    """Return the person behind an account, their row locked."""
    row = Member.objects.select_for_update(of=("self",)).filter(user=by).first()
    if row is None:
        raise Refusal(_("Your account belongs to no person. Ask an administrator."), "forbidden")
    return row
