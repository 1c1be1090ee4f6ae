"""Every word that people read goes through gettext: pages and mails in a made-up language, in which the rest shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.db import models
from django.test import Client
from django.urls import reverse

from clusters.choices import MEETING_ZONES, State
from community import digests, mails
from community.account_mails import CHANGES, NOTICES
from community.events import record
from community.models import Message
from community.models.fields import LineField, ProseField
from community.person_mails import REQUESTS
from tests import pseudo
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW
from tests.matrix.answers import Row
from tests.matrix.places import make_condition
from tests.matrix.table import AREAS
from tests.test_matrix import undone

pytestmark = [pytest.mark.django_db]

#: What is no word of a language: names of things, formats, units, addresses, keys on a keyboard.
NAMES = frozenset(
    {
        "Pseudo",
        "Interreg Euro-MED",
        "Euro-MED",
        "Mission for Natural Heritage",
        "CSV",
        "XLSX",
        "JSON",
        "PDF",
        "HTML",
        "SHA-256",
        "WCAG 2.2",
        "EUPL-1.2",
        "NUTS",
        "kB",
        "MB",
        "Linux",
        "macOS",
        "English",
        "EUR",
        "QR",
        *MEETING_ZONES,
    }
)
#: Names of cookies, and of hidden fields, whose names show only to a program that leaves them out.
EXACTLY = frozenset(
    {
        "id",
        "sessionid",
        "csrftoken",
        "appearance",
        "django_language",
        "Way:",
        "Version:",
        "Seen version:",
        "Seen order:",
        "Direction:",
        "Seen:",
        "Member:",
        "draft-",
        "en-xa",
    }
)
DATA = (models.CharField, models.TextField, models.SlugField, models.EmailField, LineField, ProseField)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def data() -> set[str]:
    """Return all texts of the database that people wrote: no choices, which are words of ours."""
    # Languages are named as they name themselves.
    languages = {str(info[name]) for info in LANG_INFO.values() for name in info if name == "name_local"}
    texts: set[str] = languages | {name.capitalize() for name in languages}
    texts |= {settings.PROGRAMME_NAME, settings.TP_LABEL, settings.SITE_URL} - {""} | NAMES
    for model in apps.get_models():
        names = [field.name for field in model._meta.fields if isinstance(field, DATA) and not field.choices]
        for row in model._default_manager.values_list(*names) if names else ():
            texts |= {part for value in row if value for part in (str(value), *str(value).split("\n"))}
        if any(field.name == "labels" for field in model._meta.fields):
            for labels in model._default_manager.values_list("labels", flat=True):
                texts |= set(labels.values())
    initials = {"".join(word[0] for word in text.split()[:2]).upper() for text in texts if text.split()}
    return {
        text for text in texts | {f" {name} " for name in initials} if re.search(r"[^\W\d_]", text) and len(text) > 3
    }


def bare_words(html: str, known: set[str]) -> list[str]:
    """Return the words of a page that no translation could reach."""
    found = pseudo.untranslated(html, known=known)
    return [text for text in found if text not in EXACTLY and not is_data(text)]


def is_data(text: str) -> bool:
    """Tell whether a text is a code, an address or initials rather than a word."""
    parts = re.findall(r"[^\s·,;:()/–|]+", text)
    return all(
        re.fullmatch(r"[A-ZÀ-Ý]{1,3}\d*|v\d+|M4N-CL\S*|draft-\S*|\S*@\S*|https?:\S*|[\d.]+|[0-9a-f]{8,}|[^\w]+", part)
        for part in parts
    )


def rows() -> list[Row]:
    """Return the table's rows that show something."""
    return [row for area in AREAS.values() for row in area if 200 in row.get.values() or 404 in row.get.values()]


def is_page(answer: Any) -> bool:
    return str(answer.headers.get("Content-Type", "")).startswith("text/html")


@pytest.mark.parametrize(
    "role",
    [
        pytest.param("visitor", marks=pytest.mark.slow),
        pytest.param("member", marks=pytest.mark.slow),
        pytest.param("lead", marks=pytest.mark.slow),
        "coordinator",
    ],
)
def test_every_page_of_the_matrix_holds_no_word_without_translation(
    role: str, cast: Cast, pseudo_locale: str, thorough: bool
) -> None:
    client = Client(headers={"accept-language": pseudo_locale})
    if (user := cast.user(role)) is not None:
        client.force_login(user)
    wrong: dict[str, list[str]] = {}
    for row in list(rows())[:: 1 if thorough else 3]:  # every third page a day, always the same
        if row.name.endswith("_pdf") or row.name in ("healthz", "readyz"):
            continue
        with undone():
            url = reverse(row.name, kwargs=row.place(cast))
            answers = [client.get(url)] + ([client.post(url)] if 422 in row.post.values() else [])
            known = data()
            words = [word for answer in answers if is_page(answer) for word in bare_words(shown(answer), known)]
            for answer in answers:
                answer.close()  # a file that is handed out goes with its answer
        if words:
            wrong[row.title] = words
    assert wrong == {}, wrong


def shown(answer: Any) -> str:
    """Return a page without our addresses, and without the document that it shows, which is in its own language."""
    text = re.sub(rf'{re.escape(settings.SITE_URL)}[^\s"<]*', "", answer.content.decode())
    return re.sub(r'<div class="fs-sheet">.*?(?=<section aria-labelledby|</main>)', "", text, flags=re.S)


def test_sign_in_and_the_account_hold_no_word_without_translation(cast: Cast, pseudo_locale: str) -> None:
    wrong = {}
    for name in (
        "account_login",
        "account_signup",
        "account_reset_password",
        "account_email",
        "account_change_password",
        "mfa_index",
        "usersessions_list",
        "account_logout",
        "account_reauthenticate",
    ):
        client = Client(headers={"accept-language": pseudo_locale})
        if name not in ("account_login", "account_signup", "account_reset_password"):
            client.force_login(cast.accounts["member"])
        words = bare_words(client.get(reverse(name), follow=True).content.decode(), data())
        if words:
            wrong[name] = words
    assert wrong == {}, wrong


TEMPLATES = sorted(
    str(path.relative_to(Path(settings.BASE_DIR, "templates/emails")))[: -len("_subject.txt")]
    for path in Path(settings.BASE_DIR, "templates/emails").rglob("*_subject.txt")
)
AUDIENCES = (
    "proposer",
    "lead",
    "lead_to_ask",
    "coordinators",
    "participants",
    "named_participants",
    "need_raiser",
    "newcomer",
)


def mails_about(cast: Cast, template: str) -> Iterator[Message]:
    """Yield the outbox row of a mail for each audience, with all that its template may show."""
    code = template.rpartition("/")[2]
    user = cast.accounts["member"]
    if template in REQUESTS:
        days = {"asked": "2026-05-12", "due": "2026-06-11"}
        for by_letter in (False, True):
            about = {"template": template, "to": user, "kind": "member", "subject_id": user.member.pk, "due_at": NOW}
            yield Message.objects.create(**about, params={**days, "by_letter": by_letter})
        return
    if template == "account/administrators":
        about = {"template": template, "to": user, "kind": "user", "subject_id": user.pk, "due_at": NOW}
        told = record(verb="note", subject=user, by=cast.accounts["admin"], at=NOW)
        for verb in CHANGES:
            yield Message.objects.create(**about, event=told, params={"verb": verb})
        yield Message.objects.create(**about, params={"verb": "erase_member"})
        return
    if not template.startswith("clusters/"):
        line = digests.Line("Sea grass", "/", NOW, times=2)
        groups = [digests.Group("Sea grass", [line])]
        more = {
            "notice": next(iter(NOTICES)),
            "purpose": "public",
            "signed": "2026-05-12",
            "code": "ABCD-EFGH",
            "first": "Sea grass",
            "more": 1,
            "count": 2,
            "group": "Sea grass",
        }
        message = Message.objects.create(
            template=template, to=user, kind="user", subject_id=user.pk, params=more, due_at=NOW
        )
        message.params["groups"] = groups
        yield message
        return
    cluster = make_cluster(cast, State.RUNNING)
    make_condition(cast, cluster)
    event = record(
        verb=code,
        subject=cluster,
        by=cast.accounts["coordinator"],
        role="coordinator",
        at=NOW,
        detail={"reason": "Sharpen the question.", "title": "Sea grass"},
    )
    params = {"title": cluster.title, "name": cluster.name, "rule": "end", "day": "2026-05-12"}
    about = {"template": template, "to": user, "kind": "cluster", "subject_id": cluster.pk, "event": event}
    for audience in AUDIENCES:
        yield Message.objects.create(**about, params={**params, "audience": audience}, due_at=NOW)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_mail_holds_no_word_without_translation(template: str, cast: Cast, pseudo_locale: str) -> None:
    wrong = set()
    rows = list(mails_about(cast, template))
    known = data() | {"Sharpen the question.", "Sea grass", settings.SITE_URL}
    for message in rows:
        message.to.language = pseudo_locale
        mail = mails.render(message)
        for text in (mail.subject, mail.body, mail.alternatives[0][0]):
            text = re.sub(r"https?://\S+", " ", str(text))
            wrong |= set(bare_words(text, known))
    assert wrong == set()
