"""An OpenID Connect provider on this machine: allauth's own, in a process, with a database and people of its own.

`python -m tests.openid_provider FOLDER REDIRECT_URI` prints its address and serves until it is ended. What the
registry sees of it is HTTP: discovery, authorisation, token with PKCE, user info.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CLIENT, SECRET, PASSWORD = "registry", "a secret between two sites", "there it is another one"
#: Who has an account there, and whether that site has proven the address.
PEOPLE = {
    "anna@park.example": True,
    "stranger@else.example": True,
    "unproven@park.example": False,
}


@contextmanager
def provider(folder: Path, redirect_uri: str) -> Iterator[str]:
    """Run the provider; gives its address."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.openid_provider", str(folder), redirect_uri]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def settings_of(folder: Path) -> dict[str, Any]:
    """Return the provider's settings."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return {
        "SECRET_KEY": "of the provider",
        "ALLOWED_HOSTS": ["127.0.0.1"],
        "ROOT_URLCONF": "tests.openid_provider",
        "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "provider.sqlite3"}},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        # Both sites are this machine, and cookies know no ports.
        "SESSION_COOKIE_NAME": "provider_session",
        "CSRF_COOKIE_NAME": "provider_csrf",
        "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
        "INSTALLED_APPS": [
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "allauth",
            "allauth.account",
            "allauth.idp.oidc",
        ],
        "MIDDLEWARE": [
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
            }
        ],
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
        "ACCOUNT_LOGIN_METHODS": {"email"},
        "ACCOUNT_SIGNUP_FIELDS": ["email*", "password1*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_RATE_LIMITS": False,
        "IDP_OIDC_PRIVATE_KEY": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    }


def fill(redirect_uri: str) -> None:
    """Make the tables, the people and the registry as a client."""
    from allauth.account.models import EmailAddress
    from allauth.idp.oidc.models import Client
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    for address, is_proven in PEOPLE.items():
        user = get_user_model().objects.create_user(address, address, PASSWORD)
        EmailAddress.objects.create(user=user, email=address, verified=is_proven, primary=True)
    client = Client(id=CLIENT, name="Registry", skip_consent=True, redirect_uris=redirect_uri)
    client.scopes = "openid\nprofile\nemail"
    client.set_secret(SECRET)
    client.save()


def main(folder: str, redirect_uri: str) -> None:
    """Serve."""
    import django
    from django.conf import settings
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    settings.configure(**settings_of(Path(folder)))
    django.setup()
    fill(redirect_uri)
    server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
    server.set_app(get_wsgi_application())
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


def __getattr__(name: str) -> Any:
    """Give Django the addresses, once its apps are there."""
    if name != "urlpatterns":
        raise AttributeError(name)
    from django.urls import include, path

    return [path("accounts/", include("allauth.account.urls")), path("", include("allauth.idp.urls"))]


if __name__ == "__main__":
    sys.modules["tests.openid_provider"] = sys.modules["__main__"]
    main(*sys.argv[1:])
