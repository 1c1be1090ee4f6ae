"""The file of a preview, kept for the press that follows and no longer."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from community.models import User
from community.store_away import delete_after_commit

FOLDER: Final = "imports"
#: A preview that nobody confirmed is forgotten after this time.
KEPT: Final = timedelta(hours=12)


def keep(content: bytes) -> str:
    """Keep a file under a name that nobody guesses; return the name."""
    return default_storage.save(f"{FOLDER}/{secrets.token_hex(16)}", ContentFile(content))


def look(name: str) -> bytes | None:
    """Return a file and keep it, or None when it is gone."""
    try:
        with default_storage.open(name) as file:
            content: bytes = file.read()
    except FileNotFoundError:
        return None
    return content


@transaction.atomic
def take(name: str, *, by: User) -> bytes | None:
    """Return a file and forget it, or None when it is gone; of two presses at once one alone gets it.

    A store does not say who deleted a file. So the account of who presses is locked meanwhile: a preview is theirs.
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    content = look(name)
    if content is not None:
        default_storage.delete(name)
    return content


def forget_all() -> None:
    """Delete the file of every preview once the transaction commits.

    In the one that erases somebody: which of them name the person, nobody can say without reading all.
    """
    delete_after_commit(lambda: forget_old(timezone.now() + 2 * KEPT))


def forget_old(at: datetime) -> int:
    """Delete the files of previews that nobody confirmed in time; return how many."""
    try:
        names = [f"{FOLDER}/{name}" for name in default_storage.listdir(FOLDER)[1]]
    except FileNotFoundError:  # no folder before the first one
        return 0
    old = [name for name in names if default_storage.get_modified_time(name) < at - KEPT]
    for name in old:
        default_storage.delete(name)
    return len(old)
