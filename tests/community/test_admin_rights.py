"""Every page of the admin, of real rows too, asked and sent to by every role; derived from what is registered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import models
from django.test import Client
from django.urls import reverse

from clusters.models import Decision
from community.events import record
from community.models import DataRequest, ScheduledJob, Text
from factsheets.models import Delivery
from results.models import Contribution, Indicator, Target
from tests import factories as make
from tests.cast import ROLES, Cast
from tests.factories import NOW
from tests.matrix.addresses import addresses
from tests.query_world import World

pytestmark = [pytest.mark.django_db]

#: May enter the administration; all others are sent away, whatever they ask for.
STAFF = ("admin",)
STRANGERS = tuple(role for role in ROLES if role not in STAFF)
#: Asked at every page every day; all in the long run.
EVERYDAY = ("visitor", "member")
#: Each asked every day at every fourth page, another one at the next.
IN_TURN = ("external", "mission_coordinator", "superuser", "coordinator")
#: Where who may not enter is sent.
AWAY = ("/admin/login/?next=", "/accounts/login/?next=")
#: What the placeholders of addresses that are not about a row stand for.
GENERAL = {"app_label": "community", "content_type_id": "1", "object_id": "1", "url": "nothing/there/"}


def placed() -> list[str]:
    """Return all addresses of the admin, each placeholder filled by a real row, code or form."""
    found = list[str]()
    for one in addresses():
        if not one.route.startswith("admin/") or re.search(r"[(^]", one.route):
            continue
        found += filled(one.route, one.name)
    return found


def filled(route: str, name: str) -> Iterator[str]:
    """Yield an address for each way to fill its placeholders."""
    page = next((page for model, page in admin.site._registry.items() if route.startswith(base_of(model))), None)
    names = re.findall(r"<(?:[a-z]+:)?([a-z_]+)>", route)
    values: dict[str, list[str]] = {key: [GENERAL[key]] for key in names if key in GENERAL}
    if page is not None and "object_id" in names:
        row = row_of(page.model)
        values["object_id"] = [str(row.pk)]
    if page is not None and "code" in names:
        values["code"] = list(page.sheets())  # type: ignore[attr-defined]
    if "form" in names:
        values["form"] = ["csv", "xlsx"]
    if "kept" in names or "merged" in names or "pk" in names:
        row = row_of(page.model)  # type: ignore[union-attr]
        values |= {key: [str(row.pk)] for key in ("kept", "merged", "pk") if key in names}
    assert set(names) <= set(values), f"say what stands for the placeholders of {name}: {route}"
    ways = [dict[str, str]()]
    for key, choices in values.items():
        ways = [{**way, key: choice} for way in ways for choice in choices]
    for way in ways:
        yield "/" + re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", lambda match, way=way: way[match[1]], route)


def base_of(model: type[models.Model]) -> str:
    """Return where the pages of a model begin."""
    return f"admin/{model._meta.app_label}/{model._meta.model_name}/"


def row_of(model: type[models.Model]) -> Any:
    """Return a real row of a model."""
    return model._base_manager.order_by("pk")[0]


def make_world() -> World:
    """Return a world with at least one row of every model that the admin keeps."""
    world = World()
    Delivery.objects.create(report=world.report, member=world.member)
    event = record(verb="approve", subject=world.running, by=None)
    said = {"verb": "approve", "decided_at": NOW, "working_group": world.group, "capacity": "group"}
    Decision.objects.create(cluster=world.running, proposer=world.member, event=event, **said)
    DataRequest.objects.create(member=world.member, kind="correction", text="Please")
    Text.objects.create(code="home.intro", language="en", title="Hello", body="Hello")
    ScheduledJob.objects.get_or_create(code="one", defaults={"every_minutes": 5})
    indicator = Indicator.objects.all()[0]
    Target.objects.create(indicator=indicator, project=world.project, value=1, due_on=NOW.date())
    owned = {"indicator": indicator, "project": world.project, "kind": "uptake", "subject_id": world.uptake.pk}
    Contribution.objects.create(**owned, counts_on=NOW.date(), rule_version=1)
    make.make_consent(world.cast.member("member"))
    missing = [model.__name__ for model in admin.site._registry if not model._base_manager.exists()]
    assert missing == [], "make one of each here, so that its pages are asked for"
    return world


def state() -> dict[str, int]:
    """Return how many rows every model has, and how far every version is: what a refused press must not change."""
    found = {}
    for model in admin.site._registry:
        columns = {column.name for column in model._meta.concrete_fields}
        rows = model._base_manager.all()
        found[model.__name__] = rows.count()
        if "version" in columns:
            found[f"{model.__name__}.version"] = rows.aggregate(models.Sum("version"))["version__sum"] or 0
    return found


def client_of(cast: Cast, role: str) -> Client:
    """Return a browser of a role."""
    client = Client(raise_request_exception=False)
    if (user := cast.user(role)) is not None:
        client.force_login(user)
    return client


def sent() -> dict[str, str]:
    """Return what a press on a list, a form or an import would send."""
    return {"name": "Changed", "post": "yes", "confirm": "1", "seen_version": "1", "action": "invite_members"}


def test_nobody_but_administrators_opens_or_sends_to_any_page_of_the_admin(thorough: bool) -> None:
    with time_machine.travel(NOW, tick=False):
        world = make_world()
        before, wrong, pages = state(), [], placed()
        for role in STRANGERS if thorough else (*EVERYDAY, *IN_TURN):
            client = client_of(world.cast, role)
            turn = None if thorough or role in EVERYDAY else IN_TURN.index(role)
            for url in pages if turn is None else pages[turn :: len(IN_TURN)]:
                for method in ("GET", "POST"):
                    answer = client.get(url) if method == "GET" else client.post(url, sent())
                    is_sent = answer.status_code == 302 and answer["location"].startswith(AWAY)
                    is_away = is_sent or answer.status_code in (403, 404)
                    if not is_away and not url.startswith(("/admin/login/", "/admin/logout/", "/admin/jsi18n/")):
                        wrong.append((role, method, url, answer.status_code))
        assert wrong == []
        assert state() == before
        assert len(pages) > 5 * len(admin.site._registry)


def test_administrators_open_the_pages_of_every_row_and_delete_none() -> None:
    with time_machine.travel(NOW, tick=False):
        world = make_world()
        client, wrong = client_of(world.cast, "admin"), []
        for model in admin.site._registry:
            base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            key = row_of(model).pk
            for page, expected in (("change", 200), ("history", 200), ("delete", 403)):
                answer = client.get(reverse(f"{base}_{page}", args=[key]))
                if answer.status_code != expected:
                    wrong.append((model.__name__, page, answer.status_code))
            answer = client.post(reverse(f"{base}_delete", args=[key]), {"post": "yes"})
            if answer.status_code != 403 or not model._base_manager.filter(pk=key).exists():
                wrong.append((model.__name__, "delete by POST", answer.status_code))
            data = {"action": "delete_selected", ACTION_CHECKBOX_NAME: [key], "post": "yes"}
            client.post(reverse(f"{base}_changelist"), data)
            if not model._base_manager.filter(pk=key).exists():
                wrong.append((model.__name__, "delete_selected", 0))
        assert wrong == []


def test_what_is_only_looked_at_is_not_changed_by_an_administrator_either() -> None:
    with time_machine.travel(NOW, tick=False):
        world = make_world()
        client, wrong = client_of(world.cast, "admin"), []
        request = client.get("/admin/").wsgi_request
        for model, page in admin.site._registry.items():
            row = row_of(model)
            if page.has_change_permission(request, row):
                continue
            url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
            before = model._base_manager.filter(pk=row.pk).values().get()
            answer = client.post(url, sent())
            if answer.status_code != 403 or model._base_manager.filter(pk=row.pk).values().get() != before:
                wrong.append((model.__name__, answer.status_code))
        assert wrong == []
