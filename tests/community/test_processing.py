"""The record of processing: who answers for it, on what basis, and every kind of data with its time."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


def read(path: str) -> str:
    return " ".join(unescape(Client().get(path).content.decode()).split())


@pytest.mark.parametrize("path", ["/processing/", "/privacy/"])
def test_controller_officer_and_basis_are_those_of_the_settings(settings: Any, path: str) -> None:
    assert "the answer names the controller" in read(path)
    settings.CONTROLLER = "Institute of <Wetlands>, Quay 1, wetlands@institute.example"
    settings.DATA_PROTECTION_OFFICER = "dpo@institute.example"
    settings.PROCESSING_BASIS = "public_task"
    text = read(path)
    for words in ("Institute of <Wetlands>, Quay 1", "Data protection officer: dpo@institute.example", "Art. 6(1)(e)"):
        assert words in text
    assert "the answer names the controller" not in text
    assert "(e) or (b)" not in text


def test_what_comes_from_outside_stands_in_the_record_with_its_times(settings: Any) -> None:
    settings.REMOVED_FILE_DAYS = 77
    text = read("/processing/")
    for words in (
        "Passing on questions from outside",
        "name and address 7 days longer",
        "Asking organisations whether they use a result",
        "60 days after the link has ended",
        "other files 77 days after they were taken out of sight",
    ):
        assert words in text
