"""What many tests begin with is made once a process, and written again as it stood."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from community.models import Member, Organisation, Term
from tests import cast, replay
from tests.cast import make_cast
from tests.factories import make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> replay.Replay[cast.Cast]:
    """Return a cast that this process has not made."""
    made = replay.Replay(cast._make_cast)
    monkeypatch.setattr(cast, "_replay", made)
    return made


def test_the_cast_is_made_once_and_then_written_table_by_table(fresh: replay.Replay[cast.Cast]) -> None:
    with transaction.atomic(), CaptureQueriesContext(connection) as made:
        make_cast()
        names = sorted(Member.objects.values_list("name", flat=True))
        transaction.set_rollback(True)
    assert fresh.tables is not None, "rows that the migrations wrote are in the way: each test makes its cast anew"
    with CaptureQueriesContext(connection) as played:
        cast_again = make_cast()
    assert sorted(Member.objects.values_list("name", flat=True)) == names
    assert cast_again.member("lead") == Member.objects.get(name="Lead Person")
    assert len(played) <= len(fresh.tables) + 2 < len(made) / 5


def test_with_rows_of_the_test_in_the_way_it_is_made_anew(fresh: replay.Replay[cast.Cast]) -> None:
    make_organisation("Here before")
    assert make_cast().member("lead").pk
    assert fresh.tables is None


def test_what_the_migrations_wrote_is_not_in_the_way() -> None:
    assert replay.SEEDED
    assert all(model._base_manager.exists() for model in replay.SEEDED)
    assert Term not in replay.SEEDED, "terms are made by tests"


@pytest.mark.django_db(transaction=True)
def test_what_the_migrations_wrote_stands_again_after_a_flush() -> None:
    """As the runner flushes after each transactional test: others come after it."""
    before = {model: list(model._base_manager.order_by("pk").values()) for model in replay.SEEDED}
    make_organisation("Of this test")
    call_command("flush", verbosity=0, interactive=False, reset_sequences=False, inhibit_post_migrate=True)
    assert not Organisation.objects.exists()
    assert {model: list(model._base_manager.order_by("pk").values()) for model in replay.SEEDED} == before
