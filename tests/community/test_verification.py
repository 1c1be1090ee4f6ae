"""`verify_history` finds whatever a tamperer with full access did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community import contributions
from community.chain import head_of, seal_chains
from community.choices import RedactionReason
from community.contributions import ChainAnchor
from community.events import record, redact
from community.models import ChainHead, Event, EventDetail, Seal
from community.verification import verify_history
from tests import factories as make
from tests.append_only import suspended_guards
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both]

LENGTH = 6


@pytest.fixture
def chain() -> str:
    """Six events, the third day sealed."""
    organisation, admin = make.make_organisation(), make.make_admin()
    for number in range(1, LENGTH + 1):
        record(
            verb="rename",
            subject=organisation,
            by=admin,
            data={"step": number},
            detail={"new": f"Name {number}"},
            at=NOW,
        )
        if number == 3:
            seal_chains(NOW)
    return "community"


def faults() -> list[tuple[int, str]]:
    """Return place and code of every fault, and take the tampering back."""
    return [(finding.number, finding.code) for finding in verify_history() if finding.is_fault]


def after(tamper: Callable[[], Any]) -> list[tuple[int, str]]:
    """Return the faults that are found after `tamper`, which is undone."""
    with transaction.atomic():
        with suspended_guards():
            tamper()
        found = faults()
        transaction.set_rollback(True)
    return found


def test_an_untouched_history_has_no_faults(chain: str) -> None:
    assert list(verify_history()) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("verb", "merge"),
        ("kind", "project"),
        ("subject_id", 99),
        ("by", None),
        ("role", "coordinator"),
        ("at", NOW - timedelta(microseconds=1)),
        ("data", {"step": 99}),
        ("detail_digest", "0" * 64),
        ("previous", "0" * 64),
        ("hash", "0" * 64),
    ],
)
def test_a_change_of_any_column_of_any_row_is_found(chain: str, column: str, value: object) -> None:
    for number in range(1, LENGTH + 1):
        found = after(lambda n=number: Event.objects.filter(number=n).update(**{column: value}))
        assert number in [place for place, _code in found]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(
    number=st.integers(1, LENGTH), text=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
)
def test_any_other_text_of_a_detail_is_found(chain: str, number: int, text: str) -> None:
    detail = EventDetail.objects.get(event__number=number)
    found = after(lambda: EventDetail.objects.filter(pk=detail.pk).update(body={"new": text}))
    assert found == ([] if detail.body == {"new": text} else [(number, "detail")])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(gone=st.sets(st.integers(1, LENGTH), min_size=1))
def test_any_missing_rows_are_found(chain: str, gone: set[int]) -> None:
    def remove() -> None:
        EventDetail.objects.filter(event__number__in=gone)._raw_delete("default")
        Event.objects.filter(number__in=gone)._raw_delete("default")

    found = dict(after(remove))
    assert set(found.values()) <= {"missing", "cut"}
    assert min(found) == min(gone)


def test_swapped_rows_are_found(chain: str) -> None:
    def swap() -> None:
        for old, new in ((2, 90), (3, 2), (90, 3)):
            Event.objects.filter(number=old).update(number=new)

    assert [fault for fault in after(swap) if fault[1] == "reordered"] == [(2, "reordered"), (3, "reordered")]


def test_a_cut_end_is_found_though_the_head_was_put_back(chain: str) -> None:
    def cut() -> None:
        EventDetail.objects.filter(event__number__gt=2)._raw_delete("default")
        Event.objects.filter(number__gt=2)._raw_delete("default")
        ChainHead.objects.update(number=2, hash=Event.objects.get(number=2).hash)

    assert after(cut) == [(3, "cut")]


def test_a_chain_written_anew_is_found_by_its_seal(chain: str) -> None:
    from community.chain import event_hash

    def write_anew() -> None:
        previous = ""
        for event in Event.objects.of_chain(chain):
            event.role, event.previous = "coordinator", previous
            event.hash = previous = event_hash(event)
            Event.objects.filter(pk=event.pk).update(role=event.role, previous=event.previous, hash=event.hash)
        ChainHead.objects.update(hash=previous)

    assert after(write_anew) == [(3, "changed")]


def test_a_chain_that_vanished_with_its_seals_is_found_by_what_was_printed(
    chain: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, hash_ = head_of(chain)
    anchor = ChainAnchor(chain, number, hash_, "factsheet M4N-CL-2026-07")
    monkeypatch.setitem(contributions.chain_anchors._entries, "test", lambda: [anchor])

    def vanish() -> None:
        for model in (EventDetail, Event, Seal, ChainHead):
            model.objects.all()._raw_delete("default")

    assert (1, "cut") in after(vanish)


def test_a_head_that_was_moved_is_found(chain: str) -> None:
    assert after(lambda: ChainHead.objects.update(number=LENGTH - 1)) != []
    assert after(lambda: ChainHead.objects.all().delete()) == [(LENGTH, "changed")]


def test_erasure_leaves_a_history_that_verifies_and_says_so(chain: str) -> None:
    redact(EventDetail.objects.get(event__number=4), reason=RedactionReason.ERASURE, by=None, at=NOW, erasure="er-17")
    findings = list(verify_history())
    assert [(finding.number, finding.code, finding.is_fault) for finding in findings] == [(4, "redacted", False)]
    assert str(findings[0].sentence) == "redacted, Erasure of a person er-17"


def test_a_detail_emptied_by_hand_is_a_fault(chain: str) -> None:
    other = redact(EventDetail.objects.get(event__number=1), reason=RedactionReason.ERASURE, by=None, at=NOW)
    found = after(lambda: EventDetail.objects.filter(event__number=2).update(body=None, salt="", redaction=other))
    assert found == [(2, "detail")]
    assert after(lambda: EventDetail.objects.filter(event__number=3)._raw_delete("default")) == [(3, "detail")]


def test_the_command_prints_findings_and_fails_on_faults(chain: str, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_history")
    assert "6 events checked: complete and unchanged." in capsys.readouterr().out
    with pytest.raises(CommandError, match="There is no chain clsuter:1"):
        call_command("verify_history", chain=["clsuter:1"])
    with suspended_guards():
        Event.objects.filter(number=5).update(verb="other")
    with pytest.raises(CommandError):
        call_command("verify_history", chain=[chain])
    assert "community 5: changed: was changed after it was written" in capsys.readouterr().out


def test_a_chain_is_read_in_few_queries(chain: str, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(6):
        assert list(verify_history()) == []
