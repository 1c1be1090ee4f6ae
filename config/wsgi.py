"""The WSGI entry point: `gunicorn config.wsgi`."""

import os
import sys

from django.core.wsgi import get_wsgi_application

from config.environment import WrongSetting

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# A served site is a production site unless somebody says otherwise.
if not os.environ.get("DEMO"):
    os.environ.setdefault("DEBUG", "false")
try:
    application = get_wsgi_application()
except WrongSetting as error:
    sys.stderr.write(f"{error}\n")
    # 3 tells gunicorn that the worker cannot start, so that it ends instead of trying again.
    raise SystemExit(3) from None
