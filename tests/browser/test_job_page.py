"""The page of a job counts on by itself while it is open, and says at the end what failed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from clusters.choices import State
from community import batches, jobs
from community.choices import ItemState
from community.models import Job
from factsheets.actions.missing import missing_for
from tests.browser import axe
from tests.cast import make_cast, make_cluster

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]


def test_the_page_of_a_job_counts_on_by_itself(open_page: OpenPage) -> None:
    cast = make_cast()
    for word in ("Marshes", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunte"):
        make_cluster(cast, State.RUNNING, title=word)
    user = cast.user("coordinator")
    client = Client()
    client.force_login(user)
    page = open_page(scheme="dark", width=360, touch=True)
    page.goto("/")
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": page.url}])
    page.goto("/factsheets/missing/")
    expect(page.get_by_role("button", name="Make all 2")).to_be_visible()
    assert axe.violations(page) == []

    job = batches.enqueue_batch("tests.held", key="held", by=user, items=missing_for(user))
    Job.objects.filter(pk=job.pk).update(state="running", begun_at=timezone.now(), lease_owner="a:1:b")
    job.refresh_from_db()
    page.goto(f"/jobs/{job.pk}/")
    expect(page.get_by_text("0 of 2").first).to_be_visible()
    assert axe.violations(page) == []
    one, other = job.items.order_by("number")
    batches._note(job, one, ItemState.DONE, "version 1", timezone.now())
    expect(page.locator("#progress").get_by_text("1 of 2")).to_be_visible()
    batches._note(job, other, ItemState.FAILED, "The paper is out.", timezone.now())
    jobs._note_success(job, {}, timezone.now())
    expect(page.get_by_text("Done, but 1 failed")).to_be_visible()
    expect(page.get_by_text("The paper is out.")).to_be_visible()
    expect(page.get_by_role("button", name="Try again what failed")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert axe.violations(page) == []
