"""Two at once on PostgreSQL: nothing is left to chance, and a race that is not run any more fails.

`at_once` runs the parties, each by a connection of its own. `meeting` says where they meet between reading and
writing: who comes there waits until every other one is there too, or waits for a lock that it holds. Nothing waits
for a time, so that a slow machine sees the same race as a fast one. `without_locks` takes the locks away for a control.

Each day the parties begin and go on one by one, in the order of the acts, so that a race ends alike each time. The long
run lets the first go last in every second race, and lets chance decide in every third (`Order`).
"""

from __future__ import annotations

import itertools
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from enum import StrEnum
from typing import Any
from unittest.mock import patch

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

from community.permissions import Refusal

#: Where parties meet: a function of a module or class, or a table, before the first time that a party writes to it.
Step = tuple[Any, str] | type[models.Model]

#: After so many seconds something hangs, however slow the machine.
LIMIT = 60.0
#: So often a party that stands looks round.
GLANCE = 0.005

_LOCK = models.QuerySet.select_for_update
_WRITES = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
_here = threading.local()
_meetings: list[Meeting] = []


class Order(StrEnum):
    """Who of a race begins, and goes on first where they met."""

    GIVEN = "given"
    TURNED = "turned"
    FREE = "free"

    @classmethod
    def next(cls) -> Order:
        """Return the order of the next race; `RACES` in the environment holds one of them."""
        if wanted := os.environ.get("RACES"):
            return cls(wanted)
        return next(_orders) if os.environ.get("THOROUGH") == "1" else cls.GIVEN


_orders = itertools.cycle(Order)


class Party:
    """One of those who act at once, in a thread and by a connection of its own."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.act, self.result, self.is_done = act, None, False
        self.race: tuple[Party, ...] = (self,)
        #: Whether it stands at a meeting, and whether it goes on from there in its turn or as chance has it.
        self.stands, self.in_turn = False, True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._database: Any = None
        self._gate: threading.Barrier | None = None

    def start(self, gate: threading.Barrier | None = None) -> None:
        """Begin, once all are at the gate."""
        self._gate = gate
        self._thread.start()

    def join(self) -> Any:
        """Return what the act returned or raised.

        Raises:
            AssertionError: it does not come to an end.
        """
        self._thread.join(LIMIT * 2)
        assert not self._thread.is_alive(), f"this does not come to an end: {self.act}"
        return self.result

    def pid(self) -> int | None:
        """Return the number of the process that serves this party in the database."""
        return pid_of(self._database)

    def is_at_rest(self, lookout: Lookout) -> bool:
        """Say whether it stands at a meeting, waits for a lock or is done: whether the next may have its turn."""
        return self.is_done or self.stands or bool(lookout.blockers(self.pid()))

    def _run(self) -> None:
        _here.party, self._database = self, connections[DEFAULT_DB_ALIAS]
        try:
            connection.ensure_connection()
            with connection.execute_wrapper(self._watch):
                if self._gate is not None:
                    self._gate.wait(LIMIT)
                self.result = self.act()
        except Exception as error:
            self.result = error
        finally:
            connection.close()
            self.is_done = True

    def _watch(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        """Pass by the meetings that are held before a table is written to."""
        written = _WRITES.match(sql)
        if written:
            for one in _meetings:
                one.before_writing(self, written[1])
        return execute(sql, *rest)


def pid_of(database: Any) -> int | None:
    """Return the number of the process that serves a connection of Django's, None while there is none."""
    try:
        return database.connection.get_backend_pid()
    except (AttributeError, connection.Database.InterfaceError):  # not open yet, or not any more
        return None


class Lookout:
    """A connection that sees who waits for whose lock."""

    def __init__(self) -> None:
        self._raw: Any = None

    def blockers(self, pid: int | None) -> set[int]:
        """Return the processes whose locks this one waits for."""
        if pid is None:
            return set()
        if self._raw is None:
            self._raw = connection.get_new_connection(connection.get_connection_params())
            self._raw.autocommit = True
        with self._raw.cursor() as cursor:
            cursor.execute("SELECT pg_blocking_pids(%s)", [pid])
            return set(cursor.fetchone()[0])

    def held(self, parties: Iterable[Party], standing: Iterable[int | None]) -> set[Party]:
        """Return which of these wait for a lock of those who stand, or of one who waits for them."""
        still = set(standing)
        waiting = {one: self.blockers(one.pid()) for one in parties if not one.is_done}
        held: set[Party] = set()
        while more := {one for one, by in waiting.items() if one not in held and by & still}:
            held |= more
            still |= {one.pid() for one in more}
        return held

    def close(self) -> None:
        """Close it."""
        if self._raw is not None:
            self._raw.close()


class Meeting:
    """Steps at which the parties of a race wait for each other, each time that they pass."""

    def __init__(self, steps: Iterable[Step], *, between: Callable[[], Any] | None, gives_way: bool) -> None:
        self.steps, self._between, self._gives_way = tuple(steps), between, gives_way
        self.names = [step[1] if isinstance(step, tuple) else step._meta.db_table for step in self.steps]
        self._tables = {step._meta.db_table for step in self.steps if not isinstance(step, tuple)}
        self._races: list[tuple[tuple[Party, ...], bool]] = []
        self._news = threading.Condition()
        self._passed: Counter[Party] = Counter()
        self._wrote: set[Party] = set()
        #: Who went on, with the number of the passing.
        self._gone: set[tuple[Party, int]] = set()
        #: How each passing of a race ended: all met, others were held up by a lock, or they were done already.
        self._ends: dict[tuple[tuple[Party, ...], int], str] = {}
        self.lookout = Lookout()

    def expect(self, race: tuple[Party, ...]) -> None:
        """Note that these are to meet, and whether a control has taken the locks away."""
        self._races.append((race, models.QuerySet.select_for_update is not _LOCK))

    def waiting(self, step: Callable[..., Any]) -> Callable[..., Any]:
        """Return the step with the wait behind it."""

        def step_and_wait(*given: Any, **named: Any) -> Any:
            found = step(*given, **named)
            party = getattr(_here, "party", None)
            if party is not None and len(party.race) > 1:
                self._stand(party)
            return found

        return step_and_wait

    def before_writing(self, party: Party, table: str) -> None:
        """Wait where a party writes to a table of this meeting for the first time."""
        if table in self._tables and party not in self._wrote and len(party.race) > 1:
            self._wrote.add(party)
            self._stand(party)

    def _stand(self, party: Party) -> None:
        """Wait until every other party came by as often, waits for a lock of who stands here, or is done."""
        with self._news:
            self._passed[party] += 1
            passing, party.stands = (party.race, self._passed[party]), True
            self._news.notify_all()
            end = time.monotonic() + LIMIT
            while passing not in self._ends:
                how = self._seen(*passing)
                if how is None and time.monotonic() > end:
                    how = "waited in vain"
                if how is None:
                    self._news.wait(GLANCE)
                else:
                    self._end(passing, how)
            while not self._is_turn_of(party, *passing):
                if time.monotonic() > end:
                    self._ends[passing] = "waited in vain"
                self._news.wait(GLANCE)
            self._gone.add((party, passing[1]))
            party.stands = False
            self._news.notify_all()

    def _is_turn_of(self, party: Party, race: tuple[Party, ...], number: int) -> bool:
        """Say whether who goes on before this one from where all met has done so, and came to rest again."""
        place = race.index(party)
        if place == 0 or not party.in_turn or self._ends[race, number] != "met":
            return True
        ahead = race[place - 1]
        return (ahead, number) in self._gone and ahead.is_at_rest(self.lookout)

    def _end(self, passing: tuple[tuple[Party, ...], int], how: str) -> None:
        """Let all go on; where all met, after what is to happen between."""
        if how == "met" and self._between is not None:
            between, self._between = self._between, None
            beside(between).join()
        self._ends[passing] = how
        self._news.notify_all()

    def _seen(self, race: tuple[Party, ...], number: int) -> str | None:
        """Return how this passing ends, None while somebody is on the way."""
        here = [one for one in race if self._passed[one] >= number]
        others = [one for one in race if one not in here and not one.is_done]
        if len(here) == len(race):
            return "met"
        held = self.lookout.held(others, [one.pid() for one in here])
        if len(held) < len(others):
            return None
        return "held up" if held else "done"

    def demand_met(self) -> None:
        """Fail where the race was left to chance.

        Raises:
            AssertionError: nobody acted at once; or parties did not come by, or not while the other was on the way.
        """
        assert self._races, f"nobody acted at once, so that nobody met at {self.names}"
        for race, is_control in self._races:
            ways = {how for (who, _number), how in self._ends.items() if who is race}
            came = [self._passed[one] for one in race]
            told = f"at {self.names}: they came by so often: {came}, {ways or 'so that the race was left to chance'}"
            wanted = {"met"} if is_control else {"met", "held up", *(["done"] if self._gives_way else [])}
            assert ways & wanted, f"the parties did not meet {told}"
            assert "waited in vain" not in ways, f"a party neither came nor waited nor ended {told}"


@contextmanager
def meeting(*steps: Step, between: Callable[[], Any] | None = None, gives_way: bool = False) -> Iterator[None]:
    """Let all parties of a race pass one of these steps before any goes on; who is held up by a lock isn't waited for.

    Args:
        steps: where they meet, each time that they pass one.
        between: what another does while all stand there.
        gives_way: who finds a row locked leaves it to who holds it, and is done while that one stands.

    Raises:
        AssertionError: the parties did not meet, so that the race was left to chance.
    """
    one = Meeting(steps, between=between, gives_way=gives_way)
    with ExitStack() as stack:
        for step in one.steps:
            if isinstance(step, tuple):
                stack.enter_context(patch.object(*step, one.waiting(getattr(*step))))
        _meetings.append(one)
        try:
            yield
        finally:
            _meetings.remove(one)
            one.lookout.close()
    one.demand_met()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Let parties that act at the same time meet; return what each returned or raised, in the order of the acts.

    Raises:
        AssertionError: nobody said where they meet; or one does not come to an end.
    """
    assert _meetings, "this race is left to chance: say with `meeting` where the parties meet"
    order, parties = Order.next(), tuple(Party(act) for act in acts)
    race = parties[1:] + parties[:1] if order is Order.TURNED else parties
    for one in _meetings:
        one.expect(race)
    for party in parties:
        party.race, party.in_turn = race, order is not Order.FREE
    _begin(race, order)
    return [party.join() for party in parties]


def _begin(race: tuple[Party, ...], order: Order) -> None:
    """Let all begin together, or each once the one before it came to rest."""
    if order is Order.FREE:
        gate = threading.Barrier(len(race))
        for party in race:
            party.start(gate)
        return
    with closing(Lookout()) as lookout:
        for party in race:
            party.start()
            end = time.monotonic() + LIMIT
            while not party.is_at_rest(lookout):
                assert time.monotonic() < end, f"this does not come to an end: {party.act}"
                time.sleep(GLANCE)


def beside(act: Callable[[], Any]) -> Party:
    """Let another act while this one stands: until that is done, or waits for a lock that this one holds.

    Raises:
        AssertionError: it neither ends nor waits.
    """
    party, mine, end = Party(act), pid_of(connection), time.monotonic() + LIMIT
    party.start()
    with closing(Lookout()) as lookout:
        while not party.is_done and not lookout.held([party], [mine]):
            assert time.monotonic() < end, f"this neither ends nor waits for a lock: {act}"
            time.sleep(GLANCE)
    return party


@contextmanager
def meanwhile(step: tuple[Any, str], act: Callable[[], Any]) -> Iterator[list[Party]]:
    """Let another act when this step is passed for the first time, before what passed goes on (`beside`).

    Yields:
        A list that holds who acted; to be read afterwards.

    Raises:
        AssertionError: nobody came by.
    """
    begun, real = threading.Event(), getattr(*step)
    others: list[Party] = []

    def step_and_stand(*given: Any, **named: Any) -> Any:
        found = real(*given, **named)
        if not begun.is_set():
            begun.set()
            others.append(beside(act))
        return found

    with patch.object(*step, step_and_stand):
        yield others
    assert others, f"nobody came by {step[1]}, so that the race was left to chance"
    others[0].join()


def without_locks(*left: str | type[models.Model]) -> Any:
    """Read rows of these models, or of all models of these apps, without locking them; of all where none is named.

    Chains of events and the outbox keep their own locks where only others are named.
    """

    def lock_others(rows: models.QuerySet[Any], **options: Any) -> models.QuerySet[Any]:
        is_left = not left or rows.model in left or rows.model._meta.app_label in left
        return rows if is_left else _LOCK(rows, **options)

    return patch.object(models.QuerySet, "select_for_update", lock_others)


def refusals(results: Iterable[Any]) -> list[Refusal]:
    """Return those that were refused."""
    return [result for result in results if isinstance(result, Refusal)]
