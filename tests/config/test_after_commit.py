"""What is done after the commit: it neither undoes nor hides what was done before it."""

from __future__ import annotations

import ast
import logging
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.utils import timezone

from clusters.choices import State
from clusters.models import Cluster
from community import made_files
from community.actions.erasure import erase_member
from community.actions.stray_files import sweep
from community.choices import JobState
from community.models import Event, File, Job
from community.permissions import Refusal
from community.store_away import StoreAway, delete_after_commit
from config.object_storage import ObjectStorage
from tests import factories as make
from tests.cast import make_cast, make_cluster
from tests.community.test_stray_files import age, made
from tests.config.test_store_away import silence
from tests.matrix.places import make_file
from tests.test_architecture import APPS, ROOT, modules

LINE = "stored files could not be deleted after the commit"


def lines_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


def refuse() -> None:
    raise StoreAway("the store of files: timed out")


@pytest.mark.django_db(transaction=True)
def test_who_lets_a_file_go_reads_that_it_is_gone_though_the_store_is_silent(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Before: "Nothing was saved", with a button to send it again, of what was done for good."""
    cast = make_cast()
    cluster = make_cluster(cast, State.RUNNING)
    project = make.make_project("WETLAND", last_payment_on=date(2015, 3, 1))
    Cluster.objects.filter(pk=cluster.pk).update(owning_project=project)
    file = make_file(cast, cluster)
    name = str(file.content.name)
    File.objects.filter(pk=file.pk).update(retain_until=date(2020, 12, 31))
    client.force_login(cast.accounts["admin"])
    with monkeypatch.context() as away:
        silence(away, settings)
        answer = client.post(f"/retention/{file.pk}/let-go/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/retention/")
    assert File.objects.get(pk=file.pk).gone_at is not None
    assert Event.objects.filter(verb="let_go_file").count() == 1
    (line,) = lines_of(caplog)
    assert LINE in line
    assert "Gone: " in client.get("/retention/").content.decode()
    assert default_storage.exists(name)
    age(name)
    assert [one.name for one in sweep(timezone.now())] == [name]


@pytest.mark.django_db(transaction=True)
def test_an_erasure_goes_on_where_the_store_is_silent_and_waits_for_it_once(
    monkeypatch: pytest.MonkeyPatch, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    cast = make_cast()
    job = made(cast)
    second = default_storage.save(made_files.place_of("cd" * 16), ContentFile(b"y"))
    Job.objects.create(task=job.task, key="second", state=JobState.DONE, result={**job.result, "file": second})
    cache.set("kept-page", "Sofia", 600)
    tries: list[str] = []
    with monkeypatch.context() as away:
        silence(away, settings)
        away.setattr(ObjectStorage, "delete", lambda _store, name: (tries.append(name), refuse())[1])
        erase_member(member=cast.member("lead"), by=cast.user("admin"))
    assert cache.get("kept-page") is None
    assert not Job.objects.with_file().exists()
    assert len(tries) == 1, "each of them would hold the press for as long as the store is waited for"
    assert [LINE in line for line in lines_of(caplog)] == [True]


@pytest.mark.django_db(transaction=True)
def test_a_file_that_cannot_go_keeps_no_other_one(caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []

    def forbid() -> None:
        raise PermissionError(13, "Permission denied")

    with transaction.atomic():
        delete_after_commit(forbid)
        delete_after_commit(lambda: done.append("second"))
        transaction.on_commit(lambda: done.append("third"), robust=True)
    assert (done, len(lines_of(caplog))) == (["second", "third"], 1)


@pytest.mark.django_db(transaction=True)
def test_the_silence_of_one_commit_is_not_that_of_the_next() -> None:
    done: list[str] = []
    with transaction.atomic():
        delete_after_commit(refuse)
        delete_after_commit(lambda: done.append("first"))
    with transaction.atomic():
        with suppress(Refusal), transaction.atomic():
            delete_after_commit(lambda: done.append("undone"))
            raise Refusal("no")
        delete_after_commit(lambda: done.append("second"))
    assert done == ["second"]


def hooks() -> list[tuple[str, ast.Call]]:
    """Return every call of `on_commit` in our code, with its place."""
    paths = [path for app in (*APPS, "config") for path in modules(app)]
    return [
        (f"{path.relative_to(ROOT)}:{node.lineno}", node)
        for path in paths
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "on_commit"
    ]


def test_no_hook_of_a_commit_can_fail_the_request_or_drop_the_hooks_after_it() -> None:
    """And none is a partial function: it has no name, for which Django looks when it logs that a hook failed."""
    calm = [
        place
        for place, call in hooks()
        if any(one.arg == "robust" and getattr(one.value, "value", None) is True for one in call.keywords)
        and getattr(getattr(call.args[0], "func", None), "id", "") != "partial"
    ]
    loose = sorted({place for place, _call in hooks()} - set(calm))
    assert len(hooks()) > 3
    assert loose == [], "deletions of stored files go by community.store_away.delete_after_commit"


def test_no_hook_of_a_commit_deletes_a_stored_file_by_itself() -> None:
    """`delete_after_commit` does: it logs in one line, and asks a store that is away no second time."""
    words = ("delete", "remove", "forget_old")
    by_themselves = [
        place
        for place, call in hooks()
        if not place.startswith("community/store_away.py")
        for node in ast.walk(call.args[0])
        if any(word in str(getattr(node, "attr", getattr(node, "id", ""))) for word in words)
    ]
    assert by_themselves == []
