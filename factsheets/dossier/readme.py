"""`README.txt`: what a dossier holds, folder by folder, and how anybody checks it; in plain words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from community.chain import head_of
from factsheets.dossier.parts import in_order
from factsheets.dossier.reader import Reader

_WIDTH: Final = 100
#: What recomputes a chain, as the README prints it; the test runs these very lines.
RECOMPUTE: Final = """\
import csv, hashlib, sys
previous = ""
for row in csv.DictReader(open(sys.argv[1], encoding="utf-8-sig", newline="")):
    assert row["previous"] == previous, "row %s does not follow from the one before" % row["number"]
    if row["hashed_text"]:
        computed = hashlib.sha256(row["hashed_text"].encode("utf-8")).hexdigest()
        assert computed == row["hash"], "row %s was changed" % row["number"]
    previous = row["hash"]
print("complete, newest hash", previous)
"""


def readme(reader: Reader, lacking: Sequence[str]) -> str:
    """Return the text; `lacking` are sentences about what is not there."""
    return "\n".join(_lines(reader, lacking)) + "\n"


def _lines(reader: Reader, lacking: Sequence[str]) -> Iterator[str]:
    cluster = reader.cluster
    yield from _head(_("Dossier of %(reference)s") % {"reference": cluster.name}, "=")
    yield from _filled(cluster.title)
    number, newest = head_of(f"cluster:{cluster.pk}")
    words = _(
        "State on %(day)s: %(state)s. Working group: %(group)s. The record has %(count)d entries; the newest hash is"
    )
    yield from _filled(
        words
        % {
            "day": date_format(reader.on, "j F Y"),
            "state": cluster.get_state_display(),
            "group": cluster.working_group.code if cluster.working_group else "–",
            "count": number,
        }
    )
    yield from (newest, "")
    if reader.merged:
        names = ", ".join(one.name for one in reader.merged)
        yield from _filled(_("Merged into it: %(names)s. See merged/ below.") % {"names": names})
    yield from _filled(settings.PROGRAMME_NAME)
    yield from _head(_("How to check that nothing was changed"))
    yield from _checking(cluster.name)
    yield from _head(_("What is in which folder"))
    for part in in_order():
        yield part.folder
        yield from _filled(str(part.words), indent="    ")
    yield from _filled(_of_tables())
    yield from _head(_("Persons"))
    yield from _filled(_persons(reader))
    yield from _head(_("What is not here"))
    for sentence in lacking or [_("Nothing is missing: every file that is listed as “here” is here.")]:
        yield from _filled(f"- {sentence}")


def _checking(name: str) -> Iterator[str]:
    """Yield how the files, the issued editions and the chain are checked."""
    yield from _filled(
        _(
            "Files: SHA256SUMS holds the checksum of every file in this folder. Unpack the ZIP, go into its folder and "
            "run one of these; each says “OK” behind every file that is as it was written:"
        )
    )
    yield from ("    Linux:    sha256sum -c SHA256SUMS", "    macOS:    shasum -a 256 -c SHA256SUMS")
    yield "    Windows:  certutil -hashfile README.txt SHA256"
    yield from _filled(_("(in Windows file by file; compare with the line of SHA256SUMS)"), indent="    ")
    yield from _filled(
        _(
            "Editions: the registry knows every file that it issued by its checksum. Look one of "
            "factsheets/editions.csv up at %(address)s."
        )
        % {"address": f"{settings.SITE_URL.rstrip('/')}/factsheets/verify/"}
    )
    yield from _filled(
        _(
            "Record: in events/ each row has the hash of the row before it (previous), its own (hash), and the text "
            "that its own is taken over (hashed_text: the facts of the entry as JSON with sorted keys and without "
            "spaces; it contains previous). hash is the SHA-256 of hashed_text in UTF-8. So no row can be changed, "
            "left out or moved without all hashes after it becoming others, and the newest hash was printed on the "
            "factsheets (chain_hash in factsheets/editions.csv) and sealed each day (events/seals.csv). These lines "
            "of Python compute the chain again; save them as chain.py and run"
        )
    )
    yield from (f"    python3 chain.py events/{name}.csv", "")
    yield from (f"    {line}".rstrip() for line in RECOMPUTE.splitlines())
    yield ""
    yield from _filled(
        _(
            "The words behind an entry (reasons, old and new values) are no part of hashed_text: only their digest is "
            "(detail_digest). So words that had to be erased by law can be emptied, and the chain still holds; such a "
            "row says “redacted” and by which erasure. A row that says “withheld” has no hashed_text; its place in the "
            "chain is checked all the same."
        )
    )


def _of_tables() -> str:
    return _(
        "Tables are CSV in UTF-8: a comma between cells, moments in UTC, several values of a cell with semicolons. A "
        "text that a spreadsheet would take for a formula has an apostrophe in front. Columns and codes are in English."
    )


def _persons(reader: Reader) -> str:
    if reader.names_all:
        return _(
            "This dossier names everybody who stands in the record, for auditors. It holds personal data of people who "
            "did not agree to be named in public: keep it closed, and delete it when the audit is over."
        )
    return _(
        "A person is named only where a consent to be named on documents stands on the day of the dossier. Everybody "
        "else stands in it by role and organisation. Evidence that holds names is listed with its checksum and left "
        "out. Texts that people wrote stand as they wrote them. Keys in hashed_text are numbers of the registry, no "
        "names."
    )


def _head(title: str, line: str = "-") -> Iterable[str]:
    return ("", title, line * len(title), "")


def _filled(text: str, indent: str = "") -> Iterable[str]:
    lines = textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False)
    return (*lines, "")
