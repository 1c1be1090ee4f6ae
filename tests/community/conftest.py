"""What the tests of `community` share: mails of their own, a mail server that fails as told, an administrator."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from community.models import User, WorkingGroup
from tests import factories as make
from tests.cast import Cast, make_cast

TEMPLATES = Path(__file__).parent / "templates"


@pytest.fixture
def hello_mail(settings: Any) -> str:
    """The name of a mail that only tests have."""
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"].append(TEMPLATES)
    settings.TEMPLATES = templates
    return "tests/hello"


class Postman(EmailBackend):
    """Keeps mails in memory, and fails for the addresses in `refuses` with the error given there."""

    refuses: dict[str, Exception] = {}
    opened = 0

    def open(self) -> bool:
        type(self).opened += 1
        if "*" in self.refuses:
            raise self.refuses["*"]
        return True

    def send_messages(self, messages: Any) -> int:
        for message in messages:
            for address in message.to:
                if address in self.refuses:
                    raise self.refuses[address]
        return super().send_messages(messages)


@pytest.fixture
def postman(settings: Any) -> Iterator[type[Postman]]:
    """The mail server; put errors into `refuses`, read what arrived in `mail.outbox`."""
    settings.EMAIL_BACKEND = f"{__name__}.Postman"
    mail.outbox = []
    Postman.refuses, Postman.opened = {}, 0
    yield Postman
    Postman.refuses = {}


@pytest.fixture
def administrator() -> User:
    """An administrator without any of Django's grants."""
    return make.make_admin(name="Admin Person")


@pytest.fixture
def by(administrator: User) -> User:
    """Who imports."""
    return administrator


@pytest.fixture
def admin(administrator: User) -> User:
    """Who merges."""
    return administrator


@pytest.fixture
def cast() -> Cast:
    """Everybody who may meet a cluster."""
    return make_cast()


@pytest.fixture
def site(client: Client, administrator: User) -> Client:
    """A browser in which the administrator is signed in."""
    client.force_login(administrator)
    return client


@pytest.fixture
def group() -> WorkingGroup:
    """A working group that somebody coordinates, so that another one may go."""
    group = make.make_working_group("WG1", "Connectivity")
    make.make_coordinator(group, "Present Coordinator")
    return group
