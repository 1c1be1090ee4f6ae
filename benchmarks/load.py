"""A client that costs little, and what its requests cost the server.

Two numbers a page. *Requests a second*: what clients on this machine got, as many at once as the server has workers.
*Cost*: processor time of web workers and database per answer, read from /proc. The cost leaves out what the client
takes on the same two cores and what else runs on the machine, so ratios of costs are the ones to compare.
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TICK = os.sysconf("SC_CLK_TCK")
#: So often an address is asked for anew where the server's processes changed under the measure.
TRIES = 5


@dataclass(frozen=True)
class Target:
    """An address to ask, with the headers that make it what it is."""

    name: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    expect: int = 200

    def request(self, port: int) -> bytes:
        """Return the bytes to send."""
        lines = [f"GET {self.path} HTTP/1.1", f"Host: localhost:{port}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclass(frozen=True)
class Measure:
    """What was measured at one address; times in milliseconds."""

    rate: float
    cost: float
    median: float
    slowest: float
    size: int
    count: int


def ask(port: int, request: bytes) -> bytes:
    """Return one whole answer. The server closes the connection after it."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(request)
        parts = []
        while part := line.recv(262144):
            parts.append(part)
    return b"".join(parts)


def answer(port: int, target: Target) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of one answer."""
    head, _empty, body = ask(port, target.request(port)).partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _colon, value in (line.partition(":") for line in lines)}
    return int(first.split()[1]), headers, body


def _client(port: int, request: bytes, expect: int, until: float, results: Any) -> None:
    status = f"HTTP/1.1 {expect} ".encode()
    times: list[float] = []
    while not times or time.perf_counter() < until:  # one at least, also where the machine was busy until then
        began = time.perf_counter()
        got = ask(port, request)
        if not got.startswith(status):
            results.put(got[:200])
            return
        times.append(time.perf_counter() - began)
    results.put(times)


def measure(port: int, target: Target, *, seconds: float, clients: int, pids: Callable[[], Sequence[int]]) -> Measure:
    """Ask one address for a while with so many clients at once.

    `pids` returns the server's processes. Where one ends or begins meanwhile (a connection to the database gets too
    old, a worker is renewed), what it took is not known, and the address is asked for anew.

    Raises:
        RuntimeError: an answer was not what it should be, or the server's processes changed each time.
    """
    for _try in range(TRIES):
        before = frozenset(pids())
        found = _measure_once(port, target, seconds=seconds, clients=clients, pids=sorted(before))
        if frozenset(pids()) == before:
            return found
    raise RuntimeError(f"{target.path}: the server's processes changed during each of {TRIES} measures")


def _measure_once(port: int, target: Target, *, seconds: float, clients: int, pids: Sequence[int]) -> Measure:
    status, _headers, body = answer(port, target)
    if status != target.expect:
        raise RuntimeError(f"{target.path} answered {status}: {body[:300]!r}")
    for _warm in range(4 * clients):
        ask(port, target.request(port))
    results: Any = multiprocessing.Queue()
    before, began = _spent(pids), time.perf_counter()
    asked = (port, target.request(port), target.expect, began + seconds, results)
    workers = [multiprocessing.Process(target=_client, args=asked) for _number in range(clients)]
    for worker in workers:
        worker.start()
    found = [results.get(timeout=seconds + 120) for _worker in workers]
    took = time.perf_counter() - began
    spent = max(_spent(pids) - before, 1 / TICK)  # less than a tick of the clock counts as one
    for worker in workers:
        worker.join()
    if wrong := [part for part in found if isinstance(part, bytes)]:
        raise RuntimeError(f"{target.path} answered {wrong[0]!r}")
    times = sorted(each for part in found for each in part)
    return Measure(
        rate=len(times) / took,
        cost=1000 * spent / len(times),
        median=1000 * times[len(times) // 2],
        slowest=1000 * times[int(len(times) * 0.95)],
        size=len(body),
        count=len(times),
    )


def _spent(pids: Sequence[int]) -> float:
    """Return the processor seconds that the processes have taken so far; one that ended counts as nothing."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def children(pid: int) -> list[int]:
    """Return the processes that a process started."""
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
