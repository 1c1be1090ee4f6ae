"""The words of documents: the statement of co-funding, labels of codes, lines put together from facts.

Everything is said in the language that is active, which is the document's while one is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Final

from django.conf import settings
from django.db.models import TextChoices
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clusters.choices import Capacity, Focus, JoinPolicy, Level, OutcomeKind, ParticipationRole, StageStatus, State
from clusters.snapshot_shape import Coded, Snapshot
from community.dates import written
from factsheets.choices import Face

#: Regulation (EU) 2021/1060, Annex IX: the statement as the institutions word it; not left to translators.
CO_FUNDED: Final[Mapping[str, str]] = {
    "bg": "Съфинансирано от Европейския съюз",
    "el": "Με τη συγχρηματοδότηση της Ευρωπαϊκής Ένωσης",
    "en": "Co-funded by the European Union",
    "es": "Cofinanciado por la Unión Europea",
    "fr": "Cofinancé par l’Union européenne",
    "hr": "Sufinancira Europska unija",
    "it": "Cofinanziato dall’Unione europea",
    "pt": "Cofinanciado pela União Europeia",
    "sl": "Sofinancira Evropska unija",
}

LICENCE: Final = "CC BY 4.0"
#: How web addresses begin; what does not is written as words.
WEB: Final = ("https://", "http://")
#: A text that is nothing but an address.
BARE: Final = re.compile(r"(https?://|mailto:|www\.)\S+|[\w-]+(\.[\w-]+)+(/\S*)?")

STEPS: Final = {
    "aware": _("knows of it"),
    "interested": _("interested"),
    "mentoring": _("being mentored"),
    "committed": _("committed"),
    "in_use": _("in use"),
    "stopped": _("stopped"),
}
HOW: Final = {
    "as_is": _("as is"),
    "adapted": _("adapted"),
    "scaled_up": _("scaled up"),
    "in_policy": _("in policy"),
}
CONDITIONS: Final = {
    "open": _("Open"),
    "met": _("Met, says the lead"),
    "confirmed": _("Confirmed"),
    "waived": _("Waived"),
}
VERDICTS: Final = {
    "fit": _("Fit for use by others"),
    "fit_with_changes": _("Fit for use once it is changed"),
    "not_yet": _("Not ready for others yet"),
}
AMENDED: Final = {
    "title": _("title"),
    "question": _("question"),
    "objectives": _("objectives"),
    "out_of_scope": _("out of scope"),
    "expected_outcomes": _("expected outcomes"),
    "starts_on": _("start"),
    "ends_on": _("end"),
    "working_group": _("working group"),
    "lead": _("lead"),
    "lead_organisation": _("lead organisation"),
}
_NUMBER: Final = re.compile(r"\d+")
_CHOICES: Final[Mapping[str, type[TextChoices]]] = {
    "state": State,
    "focus": Focus,
    "level": Level,
    "join": JoinPolicy,
    "outcome": OutcomeKind,
    "role": ParticipationRole,
    "stage": StageStatus,
    "capacity": Capacity,
}
_WORDS: Final[Mapping[str, Mapping[str, str | Promise]]] = {
    "step": STEPS,
    "verdict": VERDICTS,
    "how": HOW,
    "condition": CONDITIONS,
    "amended": AMENDED,
}


@contextmanager
def own_words(language: str) -> Iterator[None]:
    """Speak as the documents of a language do: in it where they have words of their own, else in English.

    A document in Albanian says its own words in English, with English dates: not a mix of what Django happens to have.
    """
    with translation.override(own_language(language)):
        yield


def own_language(language: str) -> str:
    """Return the language in which a document of `language` says its own words: that one, or English."""
    return language if language.split("-")[0] in settings.DOCUMENT_LANGUAGES else "en"


def co_funded(language: str) -> str:
    """Return the statement of co-funding in full, in `language` or else in English."""
    return CO_FUNDED.get(language.split("-")[0], CO_FUNDED["en"])


def co_funded_language(language: str) -> str:
    """Return the language in which the statement of co-funding stands in a document of `language`."""
    return language if language.split("-")[0] in CO_FUNDED else "en"


def label(vocabulary: str, code: str) -> str:
    """Return the words of a code; a code that this version does not know stands for itself.

    Raises:
        KeyError: there is no such vocabulary.
    """
    if vocabulary in _WORDS:
        return str(_WORDS[vocabulary].get(code, code))
    choices = _CHOICES[vocabulary]
    return str(choices(code).label) if code in choices.values else code


def term(coded: Coded) -> str:
    """Return the words of a term in the active language, else in English, else in any, else its code."""
    labels = coded["labels"]
    language = (get_language() or "en").split("-")[0]
    return labels.get(language) or labels.get("en") or next(iter(labels.values()), "") or coded["code"]


def aims(snapshot: Snapshot) -> str:
    """Return specific objectives and SDGs in one short line: "RSO2.4; SDG 13, 15"."""
    goals = [_NUMBER.search(line["code"]) for line in snapshot["sdgs"]]
    numbers = ", ".join(found.group() for found in goals if found)
    goals_named = gettext("SDG %(numbers)s") % {"numbers": numbers} if numbers else ""
    parts = [", ".join(line["code"] for line in snapshot["specific_objectives"]), goals_named]
    return "; ".join(part for part in parts if part)


def long_day(day: str | None) -> str:
    """Write a day of a snapshot in full: "12 May 2026"; "" for none."""
    return written(date.fromisoformat(day)) if day else ""


def face_line(snapshot: Snapshot, face: str) -> str:
    """Return the line over the title: which face this is, and how the cluster stood."""
    since = long_day(snapshot["state_since"])
    stood = label("state", snapshot["state"])
    by_state = {
        State.APPROVED: gettext("approved on %(day)s"),
        State.RUNNING: gettext("running since %(day)s"),
        State.PAUSED: gettext("paused since %(day)s"),
        State.CONCLUDED: gettext("concluded on %(day)s"),
        State.DISCONTINUED: gettext("discontinued on %(day)s"),
    }
    pattern = by_state.get(State(snapshot["state"])) if snapshot["state"] in State.values else None
    how = pattern % {"day": since} if pattern and since else stood
    if snapshot["state"] == State.APPROVED and (count := len(snapshot["conditions"])):
        with_them = ngettext("%(how)s with %(count)d condition", "%(how)s with %(count)d conditions", count)
        how = with_them % {"how": how, "count": count}
    return f"{Face(face).label} · {how}"


def issuer(role: str, working_group: str) -> str:
    """Return who issued a document, by role: "the coordinator of WG4", "the lead", "the registry"."""
    if not role or role == Capacity.CLOCK:
        return gettext("the registry")
    if role == Capacity.COORDINATOR and working_group:
        return gettext("the coordinator of %(group)s") % {"group": working_group}
    return gettext("the %(role)s") % {"role": label("capacity", role)}
