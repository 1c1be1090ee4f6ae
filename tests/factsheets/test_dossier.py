"""The dossier: one ZIP that public tools check, that recomputes, and that names nobody who may not be named."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone

from clusters.actions.amendment import suggest_amendment
from clusters.actions.merge import merge
from clusters.actions.room import start_thread
from clusters.choices import State
from clusters.models import Cluster
from clusters.rules.content import content_hash
from community.actions.transition import transition
from community.chain import hashed_text
from community.choices import ConsentPurpose, RedactionReason, RedactionTarget
from community.models import Event, EventDetail, File, Redaction
from factsheets.actions.issue import issue_factsheet
from factsheets.actions.revise import withdraw_edition
from factsheets.choices import Face
from factsheets.dossier.archive import Archive
from factsheets.dossier.build import write_dossier
from factsheets.dossier.parts import in_order
from factsheets.dossier.reader import Reader
from factsheets.dossier.readme import RECOMPUTE
from factsheets.models import Edition
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.factories import NOW
from tests.factsheets.making_dossiers import REASON, make_told_cluster, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    return make_told_cluster(cast)


def dossier(cluster: Cluster, user: Any = None, *, names_all: bool = False) -> tuple[bytes, list[str]]:
    target = io.BytesIO()
    lacking = write_dossier(Reader(cluster, user, timezone.now(), names_all), target)
    return target.getvalue(), lacking


def table(files: dict[str, bytes], path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[path].decode("utf-8-sig"))))


def everything(files: dict[str, bytes]) -> str:
    texts = [content.decode() for name, content in files.items() if not name.endswith(".pdf")]
    return "\n".join([*files, *texts])


# -- What is in it, and how it is checked ------------------------------------------------------------------------------


def test_the_command_writes_a_file_that_sha256sum_checks(cluster: Cluster, tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "record.zip"
    call_command("export_dossier", cluster.reference, output=path)
    assert str(path) in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == [path]
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "there")
    checked = subprocess.run(
        ["sha256sum", "--strict", "-c", "SHA256SUMS"],
        cwd=tmp_path / "there",
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
    names = {str(file.relative_to(tmp_path / "there")) for file in (tmp_path / "there").rglob("*") if file.is_file()}
    assert {line.rpartition(": ")[0] for line in checked.stdout.splitlines()} == names - {"SHA256SUMS"}
    changed = tmp_path / "there" / "decisions" / "decisions.csv"
    changed.write_bytes(changed.read_bytes().replace(b"approve", b"decline"))
    again = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path / "there", capture_output=True, check=False)
    assert again.returncode == 1


def test_the_lines_of_the_readme_compute_the_chain_again_and_find_a_changed_row(
    cluster: Cluster, tmp_path: Path
) -> None:
    files = opened(dossier(cluster)[0])
    readme = files["README.txt"].decode()
    lines = readme.splitlines()
    first = lines.index("    import csv, hashlib, sys")
    last = lines.index('    print("complete, newest hash", previous)')
    script = tmp_path / "chain.py"
    script.write_text("\n".join(line[4:] for line in lines[first : last + 1]) + "\n")
    assert script.read_text() == RECOMPUTE
    record = tmp_path / "events.csv"
    record.write_bytes(files[f"events/{cluster.name}.csv"])
    head = Event.objects.of_chain(f"cluster:{cluster.pk}").last()
    assert head is not None
    run = [sys.executable, str(script), str(record)]
    said = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert said == f"complete, newest hash {head.hash}\n"
    assert head.hash in readme
    assert Edition.objects.for_reference(cluster.name).get().issue.history_hash in record.read_text()
    for old, new in (('""verb"":""approve""', '""verb"":""decline""'), (head.previous, "0" * 64)):
        record.write_bytes(files[f"events/{cluster.name}.csv"].replace(old.encode(), new.encode()))
        assert subprocess.run(run, capture_output=True, check=False).returncode == 1


def test_the_columns_of_an_entry_say_what_its_hash_is_taken_over(cluster: Cluster) -> None:
    rows = table(opened(dossier(cluster)[0]), f"events/{cluster.name}.csv")
    events = Event.objects.of_chain(f"cluster:{cluster.pk}")
    assert [row["hashed_text"] for row in rows] == [hashed_text(event).decode() for event in events]
    for row in rows:
        facts = json.loads(row["hashed_text"])
        same = ("verb", "kind", "role", "detail_digest", "previous")
        assert [row[name] for name in same] == [facts[name] for name in same]
        assert (int(row["number"]), int(row["subject"])) == (facts["number"], facts["subject_id"])
    approved = next(row for row in rows if row["verb"] == "approve")
    assert approved["reason"] == REASON
    assert "approved it with 1 condition" in approved["sentence"]


def test_every_folder_is_there_and_told_in_the_readme(cluster: Cluster) -> None:
    files = opened(dossier(cluster)[0])
    folders = {name.partition("/")[0] + "/" for name in files if "/" in name}
    assert folders == {part.folder for part in in_order()}
    readme = files["README.txt"].decode()
    assert all(f"\n{folder}\n" in readme for folder in folders)
    assert max(map(len, readme.splitlines())) <= 140
    assert table(files, "decisions/decisions.csv")[0]["content_sha256"]
    assert len(table(files, "decisions/checklists.csv")) == 7
    assert table(files, "decisions/conditions.csv")[0]["condition"] == "Name a taker."
    assert json.loads(files["cluster/cluster.json"])["reference"] == cluster.reference


def test_all_editions_are_there_under_their_dated_names_and_withdrawn_ones_by_their_checksums(
    cluster: Cluster,
) -> None:
    edition = Edition.objects.for_reference(cluster.name).get()
    path = f"factsheets/v{edition.version}/revision-1/{edition.file_stem}.pdf"
    files = opened(dossier(cluster)[0])
    assert hashlib.sha256(files[path]).hexdigest() == edition.pdf_sha256
    assert {row["in_dossier"] for row in table(files, "factsheets/editions.csv")} == {"here"}
    withdraw_edition(edition=edition, reason=RedactionReason.CONSENT, by=None, at=NOW)
    content, lacking = dossier(cluster)
    rows = [row for row in table(opened(content), "factsheets/editions.csv") if row["revision"] == "1"]
    assert {row["in_dossier"] for row in rows} == {"withdrawn"}
    assert edition.pdf_sha256 in {row["sha256"] for row in rows}
    assert path not in opened(content)
    assert lacking == []


def test_a_merged_cluster_s_documents_decisions_and_amendments_have_a_folder_of_their_own(
    cast: Cast, cluster: Cluster, tmp_path: Path
) -> None:
    old = make_cluster(cast, State.SUBMITTED)
    transition(old, "approve", by=cast.user("coordinator"), seen=content_hash(old), reason="An older one.")
    old = Cluster.objects.get(pk=old.pk)
    if not Edition.objects.for_reference(old.name).exists():
        issue_factsheet(cluster=old, face=Face.FORWARD, reason="approve", by=None, at=NOW)
    wished = {"title": "Another title"}
    amendment = suggest_amendment(cluster=old, by=cast.user("lead"), wished=wished, reason="It is clearer.")
    deepest = make_cluster(cast, State.APPROVED)
    by = cast.user("mission_coordinator")
    merge(cluster=deepest, into=old, by=by, reason="The same question.")
    merge(cluster=Cluster.objects.get(pk=old.pk), into=cluster, by=by, reason="The same question.")
    for user in (None, cast.user("lead"), cast.user("coordinator")):
        content, lacking = dossier(cluster, user)
        files, folder = opened(content), f"merged/{old.name}"
        rows = table(files, "merged/clusters.csv")
        assert [(row["reference"], row["merged_into"]) for row in rows] == [
            (old.name, cluster.name),
            (deepest.name, old.name),
        ]
        editions = table(files, f"{folder}/factsheets/editions.csv")
        assert {row["in_dossier"] for row in editions} == {"here"}
        assert all(hashlib.sha256(files[row["file"]]).hexdigest() == row["sha256"] for row in editions)
        assert all(row["file"].startswith(f"{folder}/factsheets/v") for row in editions)
        (decision,) = table(files, f"{folder}/decisions/decisions.csv")
        events = {row["number"]: row["verb"] for row in table(files, f"events/{old.name}.csv")}
        assert (decision["reason"], events[decision["event"]]) == ("An older one.", "approve")
        assert len(table(files, f"{folder}/decisions/checklists.csv")) == 7
        assert [row["number"] for row in table(files, f"{folder}/amendments/amendments.csv")] == [str(amendment.number)]
        assert table(files, f"{folder}/amendments/changes.csv")[0]["now"] == "Another title"
        assert table(files, "amendments/amendments.csv") == lacking == []
        assert len(table(files, "decisions/decisions.csv")) == 1
        assert f"Merged into it: {old.name}, {deepest.name}." in " ".join(files["README.txt"].decode().split())
    with zipfile.ZipFile(io.BytesIO(dossier(cluster)[0])) as archive:
        archive.extractall(tmp_path)
    checked = subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=tmp_path, check=False)
    assert checked.returncode == 0


def test_evidence_that_is_missing_or_damaged_is_said_and_stops_nothing(cluster: Cluster) -> None:
    gone, changed = File.objects.filter(kind="stage").order_by("pk")
    gone.content.storage.delete(str(gone.content.name))
    Path(changed.content.path).write_bytes(b"another list")
    content, lacking = dossier(cluster, names_all=True)
    files = opened(content)
    found = {
        row["title"]: (row["in_dossier"], row["file"], row["sha256"]) for row in table(files, "evidence/files.csv")
    }
    assert found == {
        "Minutes": ("missing", "", gone.sha256),
        "List of those present": ("damaged", "", changed.sha256),
    }
    assert len(lacking) == 2
    assert all(" ".join(sentence.split()) in " ".join(files["README.txt"].decode().split()) for sentence in lacking)
    assert not [name for name in files if name.startswith("evidence/stages")]


def test_what_goes_while_the_dossier_is_written_is_not_told_as_lost(cluster: Cluster) -> None:
    """The rows are of one moment, the files are not: a withdrawal deletes them under its hands."""
    edition = Edition.objects.for_reference(cluster.name)[0]
    default_storage.delete(edition.pdf_file)
    upload = File.objects.filter(kind="stage").earliest("pk")
    upload.content.storage.delete(str(upload.content.name))
    _content, lacking = dossier(cluster)
    assert sorted(sentence.split(": ", 1)[1] for sentence in lacking) == [
        "the stored file is missing, or taken off while this was written.",
        "the stored file is missing, or withdrawn while this was written.",
    ]


def test_the_same_state_gives_the_same_bytes(cluster: Cluster) -> None:
    assert dossier(cluster)[0] == dossier(cluster)[0]
    with zipfile.ZipFile(io.BytesIO(dossier(cluster)[0])) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_large_file_is_copied_piece_by_piece(cluster: Cluster) -> None:
    """No piece that goes into the ZIP is larger than a quarter of a megabyte, whatever the file."""
    import tracemalloc

    row = File.objects.filter(kind="stage").earliest("pk")
    large = b"\0" * (24 * 1024 * 1024)
    Path(row.content.path).write_bytes(large)
    File.objects.filter(pk=row.pk).update(sha256=hashlib.sha256(large).hexdigest(), size=len(large))
    del large
    with tempfile.TemporaryFile() as target:
        write_dossier(Reader(cluster, None, timezone.now()), io.BytesIO())
        tracemalloc.start()
        write_dossier(Reader(cluster, None, timezone.now()), target)
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert target.tell() > 24 * 1024 * 1024
    assert peak < 12 * 1024 * 1024


def test_redacted_words_say_so_and_the_chain_still_holds(cluster: Cluster) -> None:
    event = Event.objects.of_chain(f"cluster:{cluster.pk}").get(verb="approve")
    ledger = Redaction.objects.create(
        target=RedactionTarget.EVENT_DETAIL,
        target_id=event.detail.pk,
        reason=RedactionReason.ERASURE,
        erasure="E-2026-1",
    )
    EventDetail.objects.filter(pk=event.detail.pk).update(body=None, salt="", redaction=ledger)
    files = opened(dossier(cluster)[0])
    row = next(one for one in table(files, f"events/{cluster.name}.csv") if one["verb"] == "approve")
    assert (row["detail"], row["reason"]) == ("redacted E-2026-1", "")
    assert hashlib.sha256(row["hashed_text"].encode()).hexdigest() == row["hash"]
    assert REASON not in everything(files)


def test_hostile_titles_become_plain_paths_and_no_formula(cluster: Cluster) -> None:
    title = "=cmd|'/c calc'!A1 ../../etc/passwd\u202e"
    File.objects.filter(kind="stage").update(title=title)
    files = opened(dossier(cluster)[0])
    assert all(set(name) <= set(map(chr, range(33, 127))) and ".." not in name for name in files)
    assert all(row["title"].startswith("'=") for row in table(files, "evidence/files.csv"))


# -- Persons -----------------------------------------------------------------------------------------------------------


def test_a_person_is_named_only_with_the_consent_to_be_named_on_documents(cluster: Cluster, cast: Cast) -> None:
    make.make_consent(cast.member("lead"), ConsentPurpose.NAMED)
    make.make_consent(cast.member("coordinator"), ConsentPurpose.DIRECTORY)
    names = [person.name for person in cast.people.values()]
    for user in (None, cast.user("admin"), cast.user("coordinator"), cast.user("lead")):
        text = everything(opened(dossier(cluster, user)[0]))
        assert [name for name in names if name in text] == [cast.member("lead").name]
        assert "@" not in text.replace("sha256sum", "")


def test_a_dossier_for_auditors_names_everybody_but_who_was_erased(cluster: Cluster, cast: Cast) -> None:
    type(cast.member("proposer")).objects.filter(pk=cast.member("proposer").pk).update(erased_at=NOW)
    files = opened(dossier(cluster, cast.user("admin"), names_all=True)[0])
    decision = table(files, "decisions/decisions.csv")[0]
    assert (decision["decided_by"], decision["proposer"]) == (cast.member("coordinator").name, "")
    assert cast.member("proposer").name not in everything({"people/roles.csv": files["people/roles.csv"]})
    assert cast.member("lead").name in files["people/participants.csv"].decode()
    assert "for auditors" in files["README.txt"].decode()
    listed = {row["title"]: row["in_dossier"] for row in table(files, "evidence/files.csv")}
    assert listed == {"Minutes": "here", "List of those present": "here"}


def test_evidence_that_holds_names_is_listed_and_left_out_of_every_other_dossier(cluster: Cluster, cast: Cast) -> None:
    for user in (None, cast.user("lead"), cast.user("admin")):
        content, lacking = dossier(cluster, user)
        files = opened(content)
        rows = {row["title"]: (row["in_dossier"], bool(row["file"])) for row in table(files, "evidence/files.csv")}
        assert rows == {"Minutes": ("here", True), "List of those present": ("holds names", False)}
        assert [name for name in files if "list-of-those" in name] == lacking == []
        assert b"List of those present, signed" not in b"".join(files.values())


def test_a_file_that_cannot_be_written_leaves_nothing_and_says_so(cluster: Cluster, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="can't be written"):
        call_command("export_dossier", cluster.reference, output=tmp_path / "no" / "record.zip")
    assert list(tmp_path.iterdir()) == []


def test_an_entry_that_is_not_for_the_reader_keeps_its_place_in_the_chain(cluster: Cluster, cast: Cast) -> None:
    """A reader without the room and without amendments: what the chain holds of them is withheld, and it recomputes."""
    start_thread(cluster=cluster, by=cast.user("lead"), title="To settle", text="A word among us")
    files = opened(dossier(cluster, cast.user("member"))[0])
    rows = table(files, f"events/{cluster.name}.csv")
    withheld = [row for row in rows if row["detail"] == "withheld"]
    assert withheld
    assert {tuple(row[name] for name in ("verb", "reason", "role", "hashed_text")) for row in withheld} == {("",) * 4}
    previous = ""
    for row in rows:
        assert row["previous"] == previous
        previous = row["hash"]
        assert bool(row["hashed_text"]) == (row["detail"] != "withheld")
    whole = table(opened(dossier(cluster)[0]), f"events/{cluster.name}.csv")
    assert [row["hash"] for row in whole] == [row["hash"] for row in rows]
    assert all(row["hashed_text"] for row in whole)


def test_a_full_disk_is_no_damaged_evidence() -> None:
    """The dossier fails whole: before, half a file stood in it, told as damaged and without a checksum."""

    class Full(io.BytesIO):
        def write(self, piece: Any) -> int:
            if len(piece) > 50_000:
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(piece)

    content = bytes(100_000)
    with pytest.raises(OSError, match="No space left"):
        Archive(Full()).file("evidence/a", lambda: io.BytesIO(content), hashlib.sha256(content).hexdigest())
