"""A person who left traces everywhere, and the search for them in every table and every stored file."""

from __future__ import annotations

import json
import os
import unicodedata
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from clusters.actions.room import reply, start_thread
from clusters.choices import ParticipationStatus, State
from clusters.models import Invitation, Participation
from clusters.rules.content import content_hash
from community import links, notifications
from community.actions.own_data import ask_correction, correct_own_data
from community.actions.transition import transition
from community.events import record
from community.folding import fold
from community.models import (
    Affiliation,
    Enquiry,
    Job,
    Member,
    Message,
    MeToo,
    User,
)
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.factories import NOW
from tests.matrix.places_room import make_meeting

NAME, ADDRESS = "Zoraïda Quvexly", "zoraida.quvexly@canary.example"
#: Free words that the person wrote, each somewhere else.
WORDS = ("qvabout", "qvfunction", "qvcomment", "qvmetoo", "qvpurpose", "qvmessage", "qvreason", "qvdraft", "qvwish")
EARLIER_NAME, EARLIER_ADDRESS = "Zoraïda Xyloquv", "zoraida.xyloquv@canary.example"
CANARIES = (NAME, "Quvexly", ADDRESS, "Xyloquv", EARLIER_ADDRESS, *WORDS)


class World:
    """A person who left traces everywhere, in a cluster that others decide on."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.person = make.make_member(
            NAME, organisation=cast.organisation, about="qvabout", account={"email": ADDRESS}, languages=["el"]
        )
        assert self.person.user is not None
        self.user: User = self.person.user
        self.cluster = make_cluster(cast, State.SUBMITTED)
        self._decide()
        self._work()
        self._write()
        self._sign_in()
        self._leave_addresses()

    def _decide(self) -> None:
        """Let the person coordinate and decide, with a reason in their words."""
        group = self.cast.group
        make.make_appointment(self.person, group)
        seen = content_hash(self.cluster)
        self.cluster = transition(
            self.cluster, "approve", by=self.user, seen=seen, reason="qvreason says yes", at=timezone.now()
        )

    def _work(self) -> None:
        """Let them take part, be asked, be named and be mentioned."""
        self.running = make_cluster(self.cast, State.RUNNING, title=f"Dunes, after {NAME}")
        Participation.objects.create(
            cluster=self.running,
            member=self.person,
            organisation=self.cast.organisation,
            status=ParticipationStatus.ACTIVE,
            purpose="qvpurpose",
            message="qvmessage",
        )
        self.draft = make_cluster(
            self.cast, State.DRAFT, proposer=self.person, lead=None, title="qvdraft", question="qvdraft?"
        )
        meeting = make_meeting(self.cast, self.running)
        type(meeting).objects.filter(pk=meeting.pk).update(minutes=f"Present: {NAME.upper()} and others")
        Affiliation.objects.filter(member=self.person).update(function="qvfunction")
        MeToo.objects.create(need=make.make_need(f"What {NAME} asks"), member=self.person, note="qvmetoo")
        Job.objects.create(task="x.y", key="x", result={"told": [f"Dear {NAME}"], "to": {ADDRESS: 1}}, state="done")

    def _write(self) -> None:
        """Let them write, be written to and be written about."""
        thread = start_thread(cluster=self.running, by=self.user, title="A thread", text="qvcomment here")
        reply(thread=thread, by=self.cast.user("lead"), text=f"As {NAME} says, write to {ADDRESS}.")
        correct_own_data(
            by=self.user,
            seen_version=Member.objects.get(pk=self.person.pk).version,
            values={"name": NAME, "sort_name": "Quvexly", "languages": ["en"], "about": "qvabout!", "expertise": []},
        )
        ask_correction(by=self.user, text="qvwish")
        with transaction.atomic():
            record(
                verb="noted",
                subject=self.running,
                by=self.cast.user("lead"),
                at=NOW,
                detail={"reason": f"{NAME} is ill"},
            )

    def _sign_in(self) -> None:
        """Leave sessions, addresses, links and mails."""
        self.client = Client()
        self.client.force_login(self.user)
        UserSession.objects.create(
            user=self.user, ip="127.0.0.1", user_agent="x", session_key=self.client.session.session_key
        )
        EmailAddress.objects.create(user=self.user, email=ADDRESS, verified=True, primary=True)
        links.mint("invite", subject=self.user, address=ADDRESS, user=self.user, by=None)
        notifications.queue("account/notice", to_address=ADDRESS.upper(), subject=self.user, notice="email_changed")
        notifications.queue("community/invite", to=self.user, subject=self.person)
        Message.objects.create(
            template="x", to=self.cast.user("lead"), params={"who": NAME, "reply_to": ADDRESS}, frozen={"text": NAME}
        )

    def _leave_addresses(self) -> None:
        """Let them have had another name and address, and let rows know them by an address alone."""
        admin = self.cast.accounts["admin"]
        with transaction.atomic():
            names, addresses = [EARLIER_NAME, NAME], [EARLIER_ADDRESS, ADDRESS]
            record(verb="correct_own_data", subject=self.person, by=self.user, detail={"changes": {"name": names}})
            record(verb="change_address", subject=self.user, by=admin, detail={"changes": {"email": addresses}})
        last_first = ", ".join(reversed(NAME.split()))
        make.make_need(
            f"{bare(NAME)} and {bare(NAME).upper()} and {last_first} and {EARLIER_NAME} ask {EARLIER_ADDRESS}"
        )
        make.make_member("Bea Living", about=f"With {NAME}", account=False)
        for address in (ADDRESS, EARLIER_ADDRESS):
            invited = Invitation.objects.create(
                cluster=self.running,
                address=address,
                purpose="A look",
                message=f"Dear {NAME}",
                asked_by=self.cast.user("lead"),
                asked_at=NOW,
            )
            links.mint("invite", subject=invited, address=address, user=None, by=None)
            Enquiry.objects.create(solution=make.make_solution(), address=address, name=NAME, text=f"I am {NAME}")


def bare(text: str) -> str:
    """Return a text without accents."""
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


def forms(word: str) -> set[str]:
    """Return how a word may stand in a column or a file, in lower case."""
    told = {word, fold(word), json.dumps(word)[1:-1]}
    return {form.casefold() for form in told}


def every_table() -> list[str]:
    """Return all tables, those too that no model knows, such as the index of the search."""
    with connection.cursor() as cursor:
        return sorted(connection.introspection.table_names(cursor))


def found_in_tables() -> dict[str, set[str]]:
    """Return table -> canaries that stand in one of its columns, as text or within JSON."""
    wanted = {form: word for word in CANARIES for form in forms(word)}
    found: dict[str, set[str]] = {}
    for table in every_table():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                text = " ".join(told(value) for value in row).casefold()
                for form, word in wanted.items():
                    if form in text:
                        found.setdefault(table, set()).add(word)
    return found


def told(value: Any) -> str:
    """Return a column's value as text; bytes and JSON as they would be read."""
    if isinstance(value, memoryview | bytes):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def texts_of(name: str, data: bytes) -> Iterator[str]:
    """Yield what can be read in a file: its bytes, the words of a PDF, what an archive holds."""
    yield data.decode("utf-8", "replace")
    if data.startswith(b"%PDF"):
        from pypdf import PdfReader

        reader = PdfReader(BytesIO(data))
        for page in reader.pages:
            yield page.extract_text().replace("\n", " ")
        yield str(reader.metadata)
        if (xmp := reader.root_object.get("/Metadata")) is not None:
            yield xmp.get_object().get_data().decode("utf-8", "replace")
        for attached in reader.attachments.values():
            yield from (part.decode("utf-8", "replace") for part in attached)
    elif zipfile.is_zipfile(BytesIO(data)):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for inner in archive.namelist():
                yield from texts_of(inner, archive.read(inner))


def found_in_files() -> dict[str, set[str]]:
    """Return file -> canaries in it, its name included."""
    found: dict[str, set[str]] = {}
    for folder, _folders, names in os.walk(settings.STORAGE_DIR):
        for name in names:
            path = Path(folder, name)
            text = " ".join([name, *texts_of(name, path.read_bytes())]).casefold()
            for word in CANARIES:
                if any(form in text for form in forms(word)):
                    found.setdefault(str(path.relative_to(settings.STORAGE_DIR)), set()).add(word)
    return found
