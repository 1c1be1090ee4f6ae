"""A store of files that speaks S3, on this machine, for the tests that need one."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

KEY, SECRET, BUCKET = "registry", "se/cret+key", "registry-files"


@contextmanager
def object_store() -> Iterator[str]:
    """Start the store, with one bucket; give the STORAGE_URL that leads to it."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 60
        while not _listens(port):
            assert server.poll() is None, "the store of files did not start"
            assert time.monotonic() < end, "the store of files does not answer"
            time.sleep(0.1)
        _make_bucket(port)
        yield f"s3://{KEY}:se%2Fcret%2Bkey@127.0.0.1:{port}/{BUCKET}?tls=false&prefix=site"
    finally:
        server.kill()
        server.wait()


def _make_bucket(port: int) -> None:
    import boto3

    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
    )
    client.create_bucket(Bucket=BUCKET)
    client.close()


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
