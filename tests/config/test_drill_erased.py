"""The drill with people who were erased and files that are gone: what went stays away, and nothing hangs on it."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.config.drill import HOME, Site, check_restored, site

#: The sites are copies of the tests' tables, which are made where a test asks for the database.
pytestmark = pytest.mark.django_db

#: Asks a site as the web server does.
ASKS = """
import django; django.setup()
from django.test import Client
client = Client(headers={"host": "localhost"})
codes = [client.get(path).status_code for path in ("/readyz", "/", "/healthz")]
print(client.get("/readyz").json().get("restore"), *codes)
"""


def test_with_erasures_that_cannot_be_replayed_the_site_stays_closed(
    source: Site, archive: Path, tmp_path: Path
) -> None:
    with site(tmp_path / "target", "sqlite") as target:
        target.ledger.unlink()
        code, words = target.manage("restore", archive)
        assert code == 1
        assert str(target.ledger) in words
        assert "the site stays closed" in words
        assert target.do("-c", ASKS).splitlines()[0] == "not finished 503 503 200"
        assert "A restore is not finished" in target.manage("send_outbox")[1]
        assert target.manage("run_scheduler", "--once") == (0, "")
        assert "A restore is not finished" in target.manage("backup", tmp_path / "never.zip")[1]
        code, words = target.manage("restore", archive)
        assert (code, f"{target.ledger} is not there" in words, "--without-ledger" in words) == (1, True, True)
        assert target.do("-c", ASKS).splitlines()[0] == "not finished 503 503 200"
        target.do("manage.py", "restore", str(archive), "--without-ledger")
        assert target.do("-c", ASKS).splitlines()[0] == "None 200 200 200"
        check_restored(source, target, archive)


#: Deletes evidence for good whose time is over.
LETS_GO = """
import django; django.setup()
from datetime import date
from clusters.models import Cluster
from community.actions.retention import let_go
from community.models import File, User
from tests import factories as make
cluster, file = Cluster.objects.get(), File.objects.order_by("pk").first()
cluster.stages.first().evidence.add(file)
Cluster.objects.update(owning_project=make.make_project("LONG PAID", last_payment_on=date(2015, 3, 1)))
File.objects.filter(pk=file.pk).update(retain_until=date(2020, 12, 31))
let_go(file=file, by=User.objects.administrators().first())
print(file.content.name)
"""


@pytest.mark.wide
@pytest.mark.slow
def test_a_backup_goes_on_after_a_file_was_deleted_for_good(source: Site, archive: Path, tmp_path: Path) -> None:
    with site(tmp_path / "first", HOME) as first:
        first.do("manage.py", "restore", str(archive))
        name = first.do("-c", LETS_GO).splitlines()[0]
        assert not (first.folder / "files" / name).exists()
        assert name not in first.do("manage.py", "backup", str(tmp_path / "later.zip"))
    manifest = json.loads(ZipFile(tmp_path / "later.zip").read("manifest.json"))
    assert (manifest["missing"], name in manifest["files"]) == ([], False)
    with site(tmp_path / "second", HOME) as second:
        assert name not in second.do("manage.py", "restore", str(tmp_path / "later.zip"))
        assert second.looks()["faults"] == []
        second.do("manage.py", "backup", str(tmp_path / "again.zip"))


#: Erases the lead's person, of whom everything is known; and says where the name still stands.
ERASES = """
import django; django.setup()
from clusters.models import Cluster
from community.actions.erasure import erase_member
from community.models import Member
member = Member.objects.get(pk=Cluster.objects.get().lead_id)
print(member.name)
erase_member(member=member, by=None, waits=False)
"""
FINDS = """
import sys
import django; django.setup()
from django.core.files.storage import default_storage
from config.backup import files
from tests import database
name = sys.argv[1]
print(sum(name in row for rows in database.contents().values() for row in rows))
print(sum(name.encode() in b"".join(files.chunks(one.name)) for one in files.named("default")))
"""


@pytest.mark.both
def test_an_erased_person_stays_erased(source: Site, archive: Path, tmp_path: Path) -> None:
    with site(tmp_path / "first", HOME) as first:
        first.do("manage.py", "restore", str(archive))
        name = first.do("-c", ERASES).splitlines()[0]
        assert first.do("-c", FINDS, name).splitlines()[0] == "0"
        kept = first.ledger.read_text()
        first.do("manage.py", "backup", str(tmp_path / "later.zip"))
    with site(tmp_path / "third", HOME) as third:
        code, words = third.manage("restore", tmp_path / "later.zip")
        assert (code, "lacks 1 who are erased in the backup already" in words) == (1, True), words
        assert third.do("-c", ASKS).splitlines()[0] == "not finished 503 503 200"
        third.ledger.write_text(kept)
        third.do("manage.py", "restore", str(tmp_path / "later.zip"))
    with site(tmp_path / "second", HOME) as second:
        second.ledger.write_text(kept)
        assert "1 erasures replayed" in second.do("manage.py", "restore", str(archive))
        assert second.do("-c", FINDS, name).splitlines()[0] == "0"
        assert second.looks()["faults"] == []
