"""What is registered in the admin: rows of ours alone, and nothing that goes round the pages that ask again."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.test import Client

from community.admin.base import REFUSED_LOOKUPS, ForAdministrators
from community.models import User
from tests import factories as make
from tests.community.admin_pages import page_of, posted, typed_on

pytestmark = [pytest.mark.django_db]

OURS = {"community", "clusters", "results", "factsheets"}
#: Models of libraries that may be looked at in the admin. Each would need a page that shows no secret.
READ_ONLY: set[str] = set()
REGISTERED = pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model._meta.label)


def test_every_model_is_ours_or_read_only() -> None:
    strangers = {model._meta.label for model in admin.site._registry if model._meta.app_label not in OURS}
    assert strangers == READ_ONLY


@REGISTERED
def test_every_admin_is_one_of_ours_that_refuses_patterns_and_deletion(model: type[Any], rf: Any) -> None:
    page: Any = admin.site._registry[model]
    request = rf.get("/")
    request.user = User.objects.create_superuser("root@registry.example")
    assert isinstance(page, ForAdministrators)
    assert not page.has_delete_permission(request)
    for lookup in REFUSED_LOOKUPS:
        assert not page.lookup_allowed(f"title__{lookup}", "(a+)+$", request)


def test_a_superuser_reads_no_secret_and_takes_no_factor_and_proves_no_address_by_a_librarys_page(
    client: Client,
) -> None:
    root, victim = User.objects.create_superuser("root@registry.example"), make.make_admin()
    factor = Authenticator.objects.create(user=victim, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    client.force_login(root)
    for model in (Authenticator, EmailAddress):
        opts = model._meta
        assert client.get(f"/admin/{opts.app_label}/{opts.model_name}/").status_code == 404
    assert client.get(f"/admin/mfa/authenticator/{factor.pk}/change/").status_code == 404
    assert client.post(f"/admin/mfa/authenticator/{factor.pk}/delete/", {"post": "yes"}).status_code == 404
    typed = {"user": victim.pk, "email": "mine@elsewhere.example", "verified": "on"}
    assert client.post("/admin/account/emailaddress/add/", typed).status_code == 404
    assert Authenticator.objects.filter(user=victim).exists()
    assert not EmailAddress.objects.filter(email="mine@elsewhere.example").exists()
    index = client.get("/admin/").content.decode()
    assert "/admin/community/user/" in index
    assert "/admin/mfa/" not in index


def test_nobody_grants_what_no_page_asks_for(client: Client) -> None:
    root, sofia = User.objects.create_superuser("root@registry.example"), make.make_member("Sofia Renner").user
    client.force_login(root)
    assert not {"groups", "user_permissions"} & set(typed_on(client, page_of(sofia)))
    assert posted(client, page_of(sofia), language="en", user_permissions="1", groups="1").status_code == 302
    assert (sofia.user_permissions.count(), sofia.groups.count()) == (0, 0)
