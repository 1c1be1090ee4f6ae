#!/usr/bin/env python3
"""Django's command line for the cluster registry."""

import os
import sys


def main() -> None:
    """Run an administrative command with the project's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
