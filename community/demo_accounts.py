"""The accounts of the demonstration, switched by role name in a bar that only a demo shows."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class DemoAccount:
    """One role that a visitor of the demo can take."""

    address: str
    label: str | Promise


DEMO_ACCOUNTS = (
    DemoAccount("member@demo.example", _("Member")),
    DemoAccount("lead@demo.example", _("Lead of a cluster")),
    DemoAccount("coordinator1@demo.example", _("Coordinator of WG1")),
    DemoAccount("coordinator2@demo.example", _("Coordinator of WG2")),
    DemoAccount("coordinator@demo.example", _("Coordinator of WG2, second")),
    DemoAccount("coordinator3@demo.example", _("Coordinator of WG3")),
    DemoAccount("coordinator4@demo.example", _("Coordinator of WG4")),
    DemoAccount("external@demo.example", _("External partner")),
    DemoAccount("admin@demo.example", _("Administrator")),
)
