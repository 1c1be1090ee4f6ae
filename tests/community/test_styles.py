from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

STATIC = Path(settings.BASE_DIR, "static")
OURS = sorted((STATIC / "css").glob("*.css"))
TOKENS = (STATIC / "css/tokens.css").read_text()
LIGHT = TOKENS[TOKENS.index("data-bs-theme=light") : TOKENS.index("@media screen {")]
DARK = TOKENS[TOKENS.index("@media screen {") : TOKENS.index("@media screen and (prefers")]
DEVICE = TOKENS[TOKENS.index("@media screen and (prefers") : TOKENS.index("/* States of a cluster")]
THEMES = {"light": LIGHT, "dark": DARK}
TEXTS = ("ink", "ink-2", "ink-3", "brand", "brand-hover", "sea", "olive", "saffron", "terracotta", "fig")
SOFT = ("brand", "sea", "olive", "saffron", "terracotta", "fig")


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9A-Fa-f]{6});", block))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", ["paper", "surface", "sunken"])
def test_every_colour_of_text_reaches_four_and_a_half_on_every_ground(theme: str, ground: str) -> None:
    palette = colours(THEMES[theme])
    assert {
        name: round(contrast(palette[name], palette[ground]), 1)
        for name in TEXTS
        if contrast(palette[name], palette[ground]) < 4.5
    } == {}
    assert contrast(palette["control"], palette[ground]) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_badges_reach_four_and_a_half_on_their_tint(theme: str) -> None:
    palette = colours(THEMES[theme])
    for name in SOFT:
        assert contrast(palette[name], palette[f"{name}-soft"]) >= 4.5
        assert contrast(palette["ink"], palette[f"{name}-soft"]) >= 4.5
    assert contrast(palette["on-brand"], palette["brand"]) >= 4.5


def test_the_chosen_and_the_devices_dark_are_the_same() -> None:
    assert colours(DARK) == colours(DEVICE)
    assert re.findall(r"--bs-[\w-]+: [^;]+;", DARK) == re.findall(r"--bs-[\w-]+: [^;]+;", DEVICE)
    assert set(colours(LIGHT)) == set(colours(DARK))


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_our_styles_load_nothing_that_the_content_policy_blocks(path: Path) -> None:
    css = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    addresses = re.findall(r"url\(([^)]*)\)", css)
    assert [address for address in addresses if not (path.parent / address.strip("\"'")).exists()] == []
    assert "@import" not in css
    assert css.count("{") == css.count("}")


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_every_custom_property_that_is_used_is_defined(path: Path) -> None:
    defined = set(re.findall(r"(--[\w-]+):", "".join(css.read_text() for css in OURS)))
    used = set(re.findall(r"var\((--[\w-]+)", path.read_text()))
    assert used - defined == set()


def test_vendored_files_come_with_their_licence_and_without_source_maps() -> None:
    folders = [*(STATIC / "vendor").iterdir(), *Path(settings.BASE_DIR, "tests/vendor").iterdir()]
    for folder in folders:
        assert re.fullmatch(r"[\w.-]+-\d+\.\d+\.\d+", folder.name)
        assert [path for path in folder.iterdir() if path.name.startswith("LICENSE")]
        for path in folder.rglob("*.[jc]s*"):
            source = path.read_text(errors="replace")
            assert "sourceMappingURL" not in source
            assert path.suffix != ".css" or "url(" not in source
    for family in ("source-sans-3", "source-serif-4", "ubuntu"):
        assert (STATIC / f"fonts/LICENSE-{family}.txt").exists()


def test_only_the_emblem_is_pure_blue() -> None:
    rules = [rule for path in OURS for rule in re.findall(r"([^{}]+){[^{}]*#003399[^{}]*}", path.read_text(), re.I)]
    assert rules
    assert [rule.strip() for rule in rules if not re.search(r"\.eu|emblem|fs-funded", rule)] == []
