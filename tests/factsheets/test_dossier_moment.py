"""A dossier is of one moment, whoever writes meanwhile; to who asks for its head alone none is made."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from functools import partial
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from clusters.models import Cluster
from community import events
from factsheets.dossier import build
from factsheets.dossier.parts import Part, in_order
from factsheets.dossier.reader import Reader
from factsheets.views import dossier as dossiers
from tests.cast import make_cast
from tests.factsheets.making_dossiers import make_told_cluster, opened


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_dossier_is_of_one_moment(monkeypatch: Any) -> None:
    """While it is written somebody else writes into the record, after each folder once."""
    cluster = make_told_cluster(make_cast())
    before = cluster.title
    found: list[str] = []

    def others() -> None:
        """Write a title and an entry of the record, in a connection of one's own."""
        try:
            Cluster.objects.filter(pk=cluster.pk).update(title="Meanwhile")
            with transaction.atomic():
                events.record(verb="drill", subject=cluster, by=None, data={})
        except Exception as error:
            found.append(repr(error))
        finally:
            connection.close()

    def then(archive: Any, reader: Reader, part: Part) -> list[str]:
        lacking = part.write(archive, reader)
        thread = Thread(target=others)
        thread.start()
        thread.join()
        return lacking

    parts = [replace(part, write=partial(then, part=part)) for part in in_order()]
    monkeypatch.setattr(build, "in_order", lambda: parts)
    out = io.BytesIO()
    build.write_dossier(Reader(cluster, None, timezone.now()), out)
    assert (found, Cluster.objects.get().title) == ([], "Meanwhile"), "nobody who wrote was held up"
    files = opened(out.getvalue())
    rows = list(csv.DictReader(io.StringIO(files[f"events/{cluster.name}.csv"].decode("utf-8-sig"), newline="")))
    readme = files["README.txt"].decode()
    assert f"The record has {len(rows)} entries" in " ".join(readme.split())
    assert (rows[-1]["hash"] in readme, before in readme, "Meanwhile" in readme) == (True, True, False)


@pytest.mark.django_db
def test_who_asks_for_the_head_alone_has_nothing_written(client: Client, monkeypatch: Any) -> None:
    cast = make_cast()
    cluster = make_told_cluster(cast)
    client.force_login(cast.user("coordinator"))
    address = f"/clusters/{cluster.name}/dossier.zip"
    whole: Any = client.get(address)
    whole.close()
    written: list[Reader] = []
    monkeypatch.setattr(dossiers, "write_dossier", lambda reader, _file: written.append(reader))
    head: Any = client.head(address)
    assert (head.status_code, b"".join(head.streaming_content), written) == (200, b"", [])
    for name in ("Content-Type", "Content-Disposition", "Cache-Control", "X-Content-Type-Options"):
        assert head[name] == whole[name], name
    assert "Content-Length" not in head, "it would have to be right"
