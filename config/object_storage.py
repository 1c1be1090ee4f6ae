"""Files in an S3-compatible store: private, whole objects, its failures told as those of a disk are.

What the registry stores is named by its content or by chance, so an object is never overwritten by something else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final, TypeVar

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3Storage

from community.store_away import StoreAway

T = TypeVar("T")
#: A store that does not answer holds a request no longer than so many attempts of so many seconds: half a minute.
ATTEMPTS: Final = 2
CONNECT_SECONDS: Final = 3
READ_SECONDS: Final = 10
#: What it answers where there is no such object; where there is no such bucket it says so, unless only heads are asked.
NOT_THERE: Final = ("404", "NoSuchKey")
#: A larger object that is read lies on the disk meanwhile.
IN_MEMORY_BYTES: Final = 8 << 20
#: What the client raises; the last one where an answer broke off in its midst, and did so again each time.
_REFUSALS: Final = (Boto3Error, BotoCoreError, ClientError, RetriesExceededError)


@contextmanager
def as_disk_errors() -> Iterator[None]:
    """Let what the store or the way to it refuses be an OSError, which everybody who stores files expects.

    Raises:
        FileNotFoundError: it says that there is no such object.
        StoreAway: it says nothing of the object.
    """
    try:
        yield
    except _REFUSALS as error:
        answer = error.response if isinstance(error, ClientError) else {}
        is_away = answer.get("Error", {}).get("Code") in NOT_THERE
        kind = FileNotFoundError if is_away else StoreAway
        raise kind(f"the store of files: {error}") from error


def _transfers() -> TransferConfig:
    """Return how files come: what breaks off in its midst is not asked for again.

    The library would do so for each attempt of the client, so a store that falls silent there was waited for minutes.
    """
    return TransferConfig(num_download_attempts=1)


class ObjectStorage(S3Storage):
    """The store at `STORAGE_URL=s3://…`; `config.environment.bucket` reads its options."""

    def __init__(self, **options: Any) -> None:
        """Set up for private objects; connects when the first one is wanted."""
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            # Stores that are not Amazon's do not all know its newer checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(
            **options,
            client_config=config,
            transfer_config=_transfers(),
            default_acl=None,
            file_overwrite=True,
            gzip=False,
            max_memory_size=IN_MEMORY_BYTES,
        )
        # Its clients may be shared by threads; one for each would be made anew for every thread that asks once.
        self._connections = SimpleNamespace()

    def _open(self, name: str, mode: str = "rb") -> Any:
        """Fetch the object at once, so that a store which fails does so here."""

        def fetched() -> Any:
            opened = super(ObjectStorage, self)._open(name, mode)
            if "r" in mode:
                with ExitStack() as begun:
                    begun.callback(opened.close)
                    _ = opened.file
                    begun.pop_all()
            return opened

        return self._told(fetched)

    def _save(self, name: str, content: File[Any]) -> str:
        return str(self._told(lambda: super(ObjectStorage, self)._save(name, content)))

    def exists(self, name: str) -> bool:
        """Say whether there is an object of that name."""
        return bool(self._told(lambda: super(ObjectStorage, self).exists(name)))

    def delete(self, name: str) -> None:
        """Delete an object; one that is gone already is no error."""
        self._told(lambda: super(ObjectStorage, self).delete(name))

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        """Return the folders and objects under a name."""
        folders, names = self._told(lambda: super(ObjectStorage, self).listdir(name))
        return folders, names

    def size(self, name: str) -> int:
        """Return the size of an object in bytes."""
        return int(self._told(lambda: super(ObjectStorage, self).size(name)))

    def get_modified_time(self, name: str) -> datetime:
        """Return when an object was written.

        Raises:
            FileNotFoundError: it is not there.
        """
        found: datetime = self._told(lambda: super(ObjectStorage, self).get_modified_time(name))
        return found

    @staticmethod
    def _told(ask: Callable[[], T]) -> T:
        with as_disk_errors():
            return ask()
