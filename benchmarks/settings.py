"""The site's own settings, with two more addresses: the floors."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
