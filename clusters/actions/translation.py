"""Translating the texts of a cluster: what can be saved is saved, what somebody else changed meanwhile comes back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.actions.parts import locked_cluster, record_change
from clusters.choices import TEXT_LANGUAGES, State
from clusters.models import Cluster, Translation
from clusters.rules.translation import can_translate, tongue
from clusters.translatable import Side, Text, side_by_side, texts_of
from community.models import User
from community.permissions import Refusal
from community.validators import plain_line, plain_text

Slot = tuple[str, int, str]


@dataclass(frozen=True)
class Typed:
    """What was typed for one text: `seen` stood in the field before, `source` is the hash of the text beside it.

    `still_right` says of a stale translation that it holds for the text as it is now.
    """

    slot: Slot
    text: str
    seen: str
    source: str
    still_right: bool = False


@dataclass
class Saved:
    """How many texts were written, and why others were not, as a sentence by their slots."""

    written: int = 0
    problems: dict[Slot, str] = field(default_factory=dict)


def hash_of(text: str) -> str:
    """Return what a page carries to know whether a text is still the one that it showed."""
    return sha256(text.encode()).hexdigest()[:16]


@transaction.atomic
def save_translations(
    *, cluster: Cluster, language: str, by: User, typed: Iterable[Typed], at: datetime | None = None
) -> Saved:
    """Write the translations that were typed into one language; each text for itself.

    Order of effects: lock the cluster's row; compare each text with what the page showed; write what is new, take off
    what was emptied; append one event for all of them, but none for a draft. A text is not written, and told why, when
    it or its translation was changed meanwhile, or when it is too long. A no-op for what stands there already.

    Raises:
        Refusal: the person may not, or the cluster is not translated into this language.
    """
    at = at or timezone.now()
    locked = locked_cluster(cluster.pk, by=by, may=can_translate)
    if language not in TEXT_LANGUAGES or language == locked.language:
        raise Refusal(_("The texts of this cluster are not translated into that language."), "state")
    rows = list(Translation.objects.of_cluster(locked).in_language(language).with_writer())
    sides = {side.text.slot: side for side in side_by_side(texts_of(locked), rows)}
    saved = Saved()
    for one in typed:
        side = sides.get(one.slot)
        if side is None:
            saved.problems[one.slot] = _("This text is not there any more.")
        elif _is_nothing_new(one, side):
            continue
        elif not one.text and side.is_borrowed:
            saved.problems[one.slot] = _("This translation stands at a text of the same words: empty it there.")
        elif problem := _why_not(one, side, at):
            saved.problems[one.slot] = problem
        else:
            _write(locked, language, side, one.text, by=by, at=at)
            saved.written += 1
    if saved.written and locked.state != State.DRAFT:
        data, detail = {"language": language, "texts": saved.written}, {"title": tongue(language).own}
        record_change(locked, "translation.saved", locked, by=by, at=at, data=data, detail=detail)
    return saved


def _is_nothing_new(one: Typed, side: Side) -> bool:
    """Tell whether what was typed stands there already, made from the text as it is now or not said to be."""
    there = side.row.text if side.row else ""
    if one.text != there:
        return one.text == one.seen and not one.still_right
    return not (one.still_right and side.is_stale)


def _why_not(one: Typed, side: Side, at: datetime) -> str:
    """Return why a text cannot be written, as a sentence; "" when it can."""
    if one.source != hash_of(side.text.text):
        return _("The text beside it was changed while you were translating. Yours is still here: compare, save again.")
    if side.row is not None and side.row.text not in (one.seen, one.text):
        who = side.row.by.get_full_name() if side.row.by else _("Somebody")
        facts = {"who": who, "day": date_format(timezone.localtime(side.row.at), "j F Y, H:i"), "text": side.row.text}
        return (
            _("%(who)s saved another translation on %(day)s: “%(text)s”. Yours is still here: compare, save again.")
            % facts
        )
    return wrong_with(side.text, one.text)


def wrong_with(text: Text, typed: str) -> str:
    """Return what is wrong with a translation of a text by itself: it obeys the limits of its source."""
    try:
        (plain_text if text.kind.is_prose else plain_line)(typed)
        MaxLengthValidator(text.kind.longest)(typed)
    except ValidationError as error:
        if error.code != "max_length":
            return str(error.messages[0])
        over = len(typed) - text.kind.longest
        words = ngettext(
            "%(count)d sign too many: it may have %(most)d, as the text itself.",
            "%(count)d signs too many: it may have %(most)d, as the text itself.",
            over,
        )
        return words % {"count": over, "most": text.kind.longest}
    return ""


def _write(cluster: Cluster, language: str, side: Side, words: str, *, by: User, at: datetime) -> None:
    """Write or take off the translation of one text."""
    part, part_id, name = side.text.slot
    where: dict[str, Any] = {"language": language, "part": part, "part_id": part_id, "field": name}
    if not words:
        cluster.translations.filter(**where).delete()
        return
    values = {"source": side.text.text, "text": words, "by": by, "at": at}
    cluster.translations.update_or_create(**where, defaults=values)
