"""What making many factsheets takes: our whole pipeline beside WeasyPrint alone, the ZIP and the booklet of all.

    DJANGO_SETTINGS_MODULE=benchmarks.settings python -m benchmarks.factsheets --number 500

`run.py bench` runs it in a database and a storage of its own, which it fills itself. WeasyPrint alone means: the HTML
that is issued, set once, style sheets kept as its documentation advises, tagged PDF/A, no data, no completion of tags
and nothing stored. Where a document runs over its second page by less than one, ours tries smaller settings, some
of them by a guess and without writing them; what WeasyPrint takes for each until one fits is told beside it.
Both are measured in turns of one process each, on samples that differ; the ratio is that of processor times, and the
best turn of each counts, for whatever else runs on the machine only makes slower.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Final, Self

ROUNDS: Final = 3
#: Documents of one turn of the comparison.
TURN: Final = 40
#: What a step returns beside its own figures.
Figures = dict[str, Any]


def main() -> int:
    """Run the step that the command line names, or all of them and print what they found as JSON."""
    found = argparse.ArgumentParser(prog="benchmarks.factsheets", description=__doc__)
    found.add_argument("--number", type=int, default=500, help="how many factsheets")
    found.add_argument("--step", choices=sorted(STEPS), help="one step, in this process (used by the others)")
    found.add_argument("--share", default="0/1", help="of the documents, for the step `render`: which of how many")
    given = found.parse_args()
    if given.step:
        sys.stdout.write(json.dumps(STEPS[given.step](given.number, given.share)) + "\n")
        return 0
    sys.stdout.write(json.dumps(measured(given.number)) + "\n")
    return 0


def measured(number: int) -> Figures:
    """Run every step in a process of its own, and return all figures by step."""
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as folder:
        env = os.environ | {
            "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
            "STORAGE_URL": f"{folder}/files",
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "DEMO": "1",
            "DEBUG": "false",
            "SITE_URL": "http://localhost:8000",
        }
        (Path(folder) / "files").mkdir()
        _step("fill", number, env)
        pairs = [(_step("alone", number, env), _step("ours", number, env)) for _round in range(ROUNDS)]
        one = _together(1, number, env)
        two = _together(2, number, env)
        return {
            "number": number,
            "alone": min(pair[0]["cpu"] for pair in pairs),
            "ours": min(pair[1]["cpu"] for pair in pairs),
            "ratio": min(pair[1]["cpu"] for pair in pairs) / min(pair[0]["cpu"] for pair in pairs),
            "tried": min(pair[0]["tried"] for pair in pairs),
            "layout": pairs[0][0]["layout"],
            "settings": pairs[0][0]["settings"],
            "ratios": [pair[1]["cpu"] / pair[0]["cpu"] for pair in pairs],
            "one": one,
            "two": two,
            "zip": _step("zip", number, env),
            "booklet": _step("booklet", number, env),
        }


def _step(name: str, number: int, env: dict[str, str], share: str = "0/1") -> Figures:
    """Run one step and return what it says.

    Raises:
        RuntimeError: it failed.
    """
    with _started(name, number, env, share) as process:
        out, error = process.communicate()
    if process.returncode:
        raise RuntimeError(f"{name}: {error[-2000:]}")
    answer: Figures = json.loads(out.splitlines()[-1])
    return answer


def _started(name: str, number: int, env: dict[str, str], share: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.factsheets", "--step", name, "--number", str(number), "--share", share]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _together(workers: int, number: int, env: dict[str, str]) -> Figures:
    """Issue all factsheets with so many workers at once; return documents a second and the largest memory of one."""
    _step("forget", number, env)
    began = time.perf_counter()
    processes = [_started("render", number, env, f"{at}/{workers}") for at in range(workers)]
    answers = []
    for process in processes:
        out, error = process.communicate()
        if process.returncode:
            raise RuntimeError(error[-2000:])
        answers.append(json.loads(out.splitlines()[-1]))
    took = time.perf_counter() - began
    return {
        "seconds": took,
        "rate": sum(one["made"] for one in answers) / took,
        "rss": max(one["rss"] for one in answers),
        "child": max(one["child"] for one in answers),
    }


def _memory() -> Figures:
    """Return the most memory in MB that this process and its largest child took."""
    own, child = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {"rss": own, "child": child}


class Together:
    """Watches how much memory this process and the child that sets documents take at the same time."""

    def __init__(self) -> None:
        """Watch nothing yet."""
        self.most = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        """Look a hundred times a second from now on."""
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Look no more."""
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        from factsheets import pdf

        while not self._done.wait(0.01):
            self.most = max(self.most, _resident("self") + _resident(pdf._press.pid))


def _resident(process: object) -> float:
    """Return the memory in MB that a process takes now; 0 when it is none."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


def _fill(number: int, share: str) -> Figures:
    """Make the tables, the demonstration, and a version of each cluster that is to be drawn."""
    from django.core.management import call_command
    from django.utils import timezone

    from clusters.choices import PUBLIC_STATES
    from clusters.models import Cluster
    from factsheets.actions.issue import take_version
    from factsheets.choices import Face
    from factsheets.models import Issue

    call_command("migrate", verbosity=0)
    call_command("demo_data", clusters=int(number * 1.5) + 60, members=1000, no_factsheets=True, verbosity=0)
    now = timezone.now()
    wanted = Cluster.objects.in_states(PUBLIC_STATES).order_by("pk")[:number]
    for cluster in wanted:
        if not Issue.objects.about(cluster).exists():
            take_version(cluster=cluster, face=Face.FORWARD, reason="missing", by=None, at=now)
    return {"made": len(wanted)}


def _issues(number: int) -> Any:
    """Return the newest version of each of the first public clusters: the demonstration has several of some."""
    from django.db.models import Max

    from clusters.choices import PUBLIC_STATES
    from clusters.models import Cluster
    from factsheets.models import Issue

    rows = Issue.objects.factsheets().filter(subject_id__in=Cluster.objects.in_states(PUBLIC_STATES).values("pk"))
    newest = (
        rows.order_by("subject_id").values("subject_id").annotate(newest=Max("pk")).values_list("newest", flat=True)
    )
    return rows.filter(pk__in=list(newest[:number])).order_by("pk")


def _forget(number: int, share: str) -> Figures:
    """Throw all editions away, past the triggers that keep them: this database is no registry."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'factsheets_edition%'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')
        for table in ("bookletpart", "booklet", "editionname", "edition"):
            cursor.execute(f"DELETE FROM factsheets_{table}")
    return {}


def _render(number: int, share: str) -> Figures:
    """Issue this share of the factsheets as the job does: snapshot, page, PDF, data, files, rows."""
    from factsheets import pdf
    from factsheets.actions.issue import draw_first

    at, of = (int(part) for part in share.split("/"))
    made = 0
    for issue in list(_issues(number))[at::of]:
        draw_first(issue=issue)
        made += 1
    pdf._press.stop()
    return {"made": made, **_memory()}


def _ours(number: int, share: str) -> Figures:
    """Compose one turn with everything: drawing, data, PDF with completed tags and enclosed files, storing."""
    from factsheets import pdf
    from factsheets.actions.issue import compose_edition, stored_edition
    from factsheets.choices import RevisionReason

    issues = list(_issues(TURN + 1))
    compose_edition(issues[-1], language="en", revision=1, at=issues[-1].issued_at)  # the child is warm
    began = _spent(pdf._press.pid)
    for one in issues[:TURN]:
        composed, _members = compose_edition(one, language="en", revision=1, at=one.issued_at)
        stored_edition(composed, language="en", revision=1, why=RevisionReason.FIRST, at=one.issued_at)
    spent = _spent(pdf._press.pid) - began
    pdf._press.stop()
    return {"cpu": spent / TURN, **_memory()}


def _spent(child: int | None) -> float:
    """Return the processor seconds of this process and of the child that sets documents."""
    fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _alone(number: int, share: str) -> Figures:
    """Set one turn of the HTML that is issued by WeasyPrint alone, and beside it every setting that is tried."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    from factsheets.actions.issue import imprint_of
    from factsheets.choices import Density
    from factsheets.pdf import STYLESHEETS, assets
    from factsheets.rendering.factsheet import USUAL_PAGES, draw_factsheet
    from factsheets.typesetter import OWN, OwnAssets, _page

    held = {f"{OWN}{name}": path.read_bytes() for name, path in assets().items()}
    fetcher, fonts = OwnAssets(held), FontConfiguration()
    styles = [
        weasyprint.CSS(string=held[OWN + name].decode(), base_url=OWN + name, url_fetcher=fetcher, font_config=fonts)
        for name in STYLESHEETS
    ]
    options: dict[str, Any] = {"stylesheets": styles, "pdf_variant": "pdf/a-3a", "cache": {}}

    def spent(issue: Any, density: Density) -> tuple[float, float, int]:
        """Return the processor seconds of one setting and of its layout, without drawing its HTML, and its pages."""
        imprint = imprint_of(issue, language="en", revision=1)
        document = draw_factsheet(issue.snapshot, imprint, names={}, density=density)
        fetcher.with_pictures(document.pictures)
        html = _page(document.article, title=document.title, language="en", created_at=issue.issued_at)
        began = time.process_time()
        laid = weasyprint.HTML(string=html, base_url=OWN, url_fetcher=fetcher).render(font_config=fonts, **options)
        until_laid = time.process_time() - began
        laid.write_pdf(**options)
        return time.process_time() - began, until_laid, len(laid.pages)

    *turn, warm = _issues(TURN + 1)
    spent(warm, Density.USUAL)
    once, tried, layout, settings = 0.0, 0.0, 0.0, 0
    for issue in turn:
        settled: list[tuple[float, float, int]] = []
        for density in (Density.USUAL, Density.TIGHT, Density.DENSE):
            settled.append(spent(issue, density))
            if settled[-1][2] != USUAL_PAGES + 1:
                break
        # What fits in no setting is issued in the usual one.
        once += settled[-1 if settled[-1][2] <= USUAL_PAGES else 0][0]
        tried += sum(one[0] for one in settled)
        layout += sum(one[1] for one in settled)
        settings += len(settled)
    of = len(turn)
    found = {"cpu": once / of, "tried": tried / of, "layout": layout / tried, "settings": settings / of}
    return {**found, **_memory()}


def _zip(number: int, share: str) -> Figures:
    """Fetch the ZIP of all through the site; the second answer counts, as for a server that runs."""
    from django.conf import settings
    from django.test import Client

    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    size, took = 0, 0.0
    for _time in range(2):
        began = time.perf_counter()
        answer: Any = client.get("/factsheets/zip/?state=approved,running,paused,concluded,discontinued", secure=True)
        if answer.status_code != 200:
            answer = client.get("/factsheets/zip/", secure=True)
        size = sum(len(piece) for piece in answer.streaming_content)
        took = time.perf_counter() - began
    return {"status": answer.status_code, "seconds": took, "bytes": size, **_memory()}


def _booklet(number: int, share: str) -> Figures:
    """Have the booklet of all made, as its job does."""
    from django.utils import timezone

    from community.models import User
    from factsheets.actions.booklet import ask_for_booklet, make_booklet
    from factsheets.selection import select

    keys = list(_issues(number).values_list("subject_id", flat=True))
    by = User.objects.order_by("pk")[0]
    chosen = select(keys)
    began = time.perf_counter()
    with Together() as watched:
        words = {"title": "Factsheets of clusters", "words": "All clusters", "address": "/factsheets/several/"}
        booklet, _job = ask_for_booklet(selection=chosen, language="en", by=by, **words)  # short ones are made at once
        made = make_booklet(booklet=booklet, at=timezone.now())
    took = time.perf_counter() - began
    from factsheets import pdf

    pdf._press.stop()
    own = {"seconds": took, "pages": made.pages, "bytes": made.size, "parts": made.parts.count()}
    return {**own, "together": watched.most, **_memory()}


STEPS: Final = {
    "fill": _fill,
    "forget": _forget,
    "render": _render,
    "ours": _ours,
    "alone": _alone,
    "zip": _zip,
    "booklet": _booklet,
}

if __name__ == "__main__":
    if "--step" in sys.argv:
        import django

        django.setup()
    sys.exit(main())
