"""The native libraries that WeasyPrint loads, probed as it loads them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from dataclasses import dataclass

HOMEBREW = ("/opt/homebrew/lib", "/usr/local/lib")


@dataclass(frozen=True)
class Library:
    """One shared library: its name, its files on Linux and macOS, its Debian package."""

    name: str
    linux: str
    macos: str
    debian: str

    def is_there(self) -> bool:
        """Say whether it can be loaded."""
        return any(map(loads, (self.linux, self.macos, *(f"{folder}/{self.macos}" for folder in HOMEBREW))))


LIBRARIES = (
    Library("pango-1.0", "libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0"),
    Library("pangoft2-1.0", "libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib", "libpangoft2-1.0-0"),
    Library("harfbuzz", "libharfbuzz.so.0", "libharfbuzz.0.dylib", "libharfbuzz0b"),
    Library("harfbuzz-subset", "libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib", "libharfbuzz-subset0"),
    Library("fontconfig", "libfontconfig.so.1", "libfontconfig.1.dylib", "libfontconfig1"),
)
DEBIAN = tuple(library.debian for library in LIBRARIES)
FEDORA = "sudo dnf install -y pango harfbuzz fontconfig"
MACOS = "brew install pango harfbuzz fontconfig"


def loads(name: str) -> bool:
    """Say whether a shared library of that name can be loaded."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def missing(libraries: Iterable[Library] = LIBRARIES) -> list[Library]:
    """Return those that cannot be loaded."""
    return [library for library in libraries if not library.is_there()]


def commands() -> dict[str, str]:
    """Return, by system, the command that installs all of them."""
    return {"Debian, Ubuntu": f"sudo apt-get install -y {' '.join(DEBIAN)}", "Fedora": FEDORA, "macOS": MACOS}
