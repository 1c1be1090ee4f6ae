"""Which stored files of this app a row names."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from community import made_files
from community.contributions import StoredFolder
from community.models import File, Job


def _uploaded(names: Collection[str]) -> Iterable[str]:
    return File.objects.filter(content__in=list(names)).values_list("content", flat=True)


def _made(names: Collection[str]) -> Iterable[str]:
    return Job.objects.filter(result__file__in=list(names)).values_list("result__file", flat=True)


def _none(names: Collection[str]) -> Iterable[str]:
    return ()


FOLDERS = {
    "community.files": StoredFolder("files", _uploaded),
    "community.made_files": StoredFolder(made_files.FOLDER, _made, is_made_anew=True),
    #: What `/readyz` writes to see whether it may, and deletes at once.
    "community.probes": StoredFolder("readyz", _none, is_made_anew=True),
}
