from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from clusters.choices import StageStatus, State
from clusters.pictures import AS_OF, DrawnCluster, DrawnStage, contours, legend, mini, portfolio, roadmap
from clusters.pictures.axis import Axis, axis_over
from clusters.pictures.drawing import breadth, fitted
from clusters.pictures.palette import PAPER, css_name
from clusters.pictures.portfolio import COLOURS

SVG = "{http://www.w3.org/2000/svg}"
ON = date(2026, 5, 12)
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
HOSTILE = [
    '<script>alert("1")</script>',
    "\"'><svg onload=x>",
    "&amp;&#x3c;",
    "{0} {} %s %(day)s",
    "]]>",
    "</title></svg>",
]

PLANNED = DrawnStage("Try-outs", StageStatus.PLANNED, date(2026, 7, 1), date(2026, 9, 30))


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def elements(svg: str, name: str, css: str = "") -> list[dict[str, str]]:
    return [dict(e.attrib) for e in drawn(svg).iter(SVG + name) if css in e.get("class", "").split() or not css]


def words(svg: str) -> list[str]:
    return [e.text or "" for e in drawn(svg).iter(SVG + "text")]


def road(*stages: DrawnStage, on: date | None = ON, wide: bool = True, **more: object) -> str:
    return roadmap(stages, ident="r", on=on, title="Roadmap", start=YEAR[0], end=YEAR[1], wide=wide, **more)  # type: ignore[arg-type]


def test_a_year_spreads_evenly_over_the_room_right_of_the_names() -> None:
    axis = Axis(date(2026, 1, 1), date(2027, 1, 1), 300, 1030)
    assert axis.at(date(2026, 1, 1)) == 300
    assert axis.at(date(2026, 7, 2)) == 300 + 730 * 182 / 365
    assert axis.after(date(2026, 12, 31)) == 1030
    assert axis.at(date(2020, 1, 1)) == 300, "days before the axis stop at its edge"
    assert axis.at(date(2030, 1, 1)) == 1030


def test_a_planned_stage_is_an_outlined_bar_from_its_first_to_after_its_last_day() -> None:
    (bar,) = elements(road(PLANNED), "rect", "p-o-brand")
    axis = Axis(date(2026, 1, 1), date(2027, 1, 1), 300, 1032)
    x, end = axis.at(date(2026, 7, 1)), axis.at(date(2026, 10, 1))
    assert bar["x"] == f"{x:.1f}".rstrip("0").rstrip(".")
    assert float(bar["width"]) == pytest.approx(end - x, abs=0.06)
    assert (bar["y"], bar["height"], bar["rx"], bar["fill"]) == ("51", "12", "3", PAPER["surface"])


def test_a_done_stage_is_filled_where_it_really_was() -> None:
    stage = replace(PLANNED, status=StageStatus.DONE, actual_start=date(2026, 2, 1), actual_end=date(2026, 3, 31))
    svg = road(stage)
    (bar,) = elements(svg, "rect", "p-f-olive")
    assert float(bar["x"]) == pytest.approx(300 + 732 * 31 / 365, abs=0.06)
    assert float(bar["width"]) == pytest.approx(732 * 59 / 365, abs=0.06)
    assert elements(svg, "rect", "p-o-brand") == []


def test_a_running_stage_is_filled_up_to_the_line_of_today() -> None:
    stage = DrawnStage("x", StageStatus.RUNNING, date(2026, 4, 1), date(2026, 8, 31), date(2026, 4, 10))
    svg = road(stage)
    (outline,), (filled,) = elements(svg, "rect", "p-o-brand"), elements(svg, "rect", "p-f-brand")
    (today,) = elements(svg, "path", "p-today")
    line = float(re.match(r"M([\d.]+) ", today["d"]).group(1))  # type: ignore[union-attr]
    assert outline["x"] == filled["x"]
    assert float(filled["x"]) + float(filled["width"]) == pytest.approx(line, abs=0.11)


def test_an_overdue_stage_is_terracotta_up_to_today_and_says_how_late_it_is() -> None:
    stage = DrawnStage(
        "x", StageStatus.RUNNING, date(2026, 2, 1), date(2026, 5, 2), date(2026, 2, 1), None, date(2026, 2, 1), ON
    )
    late = replace(stage, baseline_end=date(2026, 4, 28))
    assert late.is_late(ON)
    assert late.slip(ON) == 14
    svg = road(late)
    (outline,), (filled,) = elements(svg, "rect", "p-o-terracotta"), elements(svg, "rect", "p-f-brand")
    assert float(filled["width"]) < float(outline["width"])
    assert "+14 d" in words(svg)
    assert "+14 d" not in words(road(stage)), "on its baseline nothing is said"


def test_an_overdue_stage_that_never_began_has_nothing_filled() -> None:
    svg = road(DrawnStage("x", StageStatus.PLANNED, date(2026, 2, 1), date(2026, 5, 2)))
    assert elements(svg, "rect", "p-f-brand") == []
    assert len(elements(svg, "rect", "p-o-terracotta")) == 1


@pytest.mark.parametrize(("days", "is_diamond"), [(1, True), (3, True), (4, False)])
def test_up_to_three_days_are_a_diamond(days: int, is_diamond: bool) -> None:
    start = date(2026, 8, 1)
    svg = road(DrawnStage("x", StageStatus.PLANNED, start, start + timedelta(days - 1)))
    assert bool(elements(svg, "path", "p-o-brand")) is is_diamond
    assert bool(elements(svg, "rect", "p-o-brand")) is not is_diamond


def test_the_baseline_is_a_bracket_under_the_bar() -> None:
    svg = road(replace(PLANNED, baseline_start=date(2026, 6, 1), baseline_end=date(2026, 8, 31)))
    (bracket,) = elements(svg, "path", "p-base")
    assert bracket["d"] == "M602.8 66v4H787.3v-4"
    assert elements(road(PLANNED), "path", "p-base") == []


def test_a_dropped_stage_is_dashed_and_never_late() -> None:
    stage = replace(PLANNED, status=StageStatus.DROPPED, planned_end=date(2026, 7, 20), baseline_end=date(2026, 7, 1))
    svg = road(stage)
    (bar,) = elements(svg, "rect", "p-o-ink3")
    assert bar["stroke-dasharray"] == "3 3"
    assert stage.slip(ON) is None


def test_a_stage_without_dates_keeps_its_row_and_says_so() -> None:
    svg = road(DrawnStage("Sometime", StageStatus.PLANNED), PLANNED)
    assert "no dates yet" in words(svg)
    assert "Sometime" in words(svg)


def test_one_given_date_counts_for_both_ends() -> None:
    assert DrawnStage("x", StageStatus.PLANNED, planned_end=ON).planned() == (ON, ON)
    assert DrawnStage("x", StageStatus.PLANNED, planned_start=ON).planned() == (ON, ON)


def test_nothing_is_drawn_without_stages_or_dates() -> None:
    assert road() == ""
    assert roadmap([DrawnStage("x", "planned")], ident="r", on=ON, title="Roadmap") == ""
    assert portfolio([], ident="p", on=ON) == ""


def test_a_day_off_the_axis_draws_no_line() -> None:
    svg = roadmap(
        [replace(PLANNED, status="done", actual_start=ON, actual_end=ON)], ident="r", on=date(2030, 1, 1), title="R"
    )
    assert elements(svg, "path", "p-today") == []
    assert elements(road(PLANNED, on=None), "path", "p-today") == []


def test_documents_say_as_of_which_day() -> None:
    assert "Today 12 May" in words(road(PLANNED))
    assert "As of 12 May" in words(road(PLANNED, marker=AS_OF))


def test_the_title_says_what_the_picture_shows() -> None:
    done = replace(PLANNED, status=StageStatus.DONE, actual_start=date(2026, 7, 1), actual_end=date(2026, 9, 1))
    title = drawn(road(done, PLANNED)).find(SVG + "title")
    assert title is not None
    assert title.text == (
        "Roadmap: 2 stages from 1 July 2026 to 30 September 2026; 1 done. The table holds the same dates."
    )
    assert title.get("id") == drawn(road(PLANNED)).get("aria-labelledby") == "r"


def test_months_have_labels_as_long_as_there_is_room() -> None:
    labels = [word for word in words(road(PLANNED)) if len(word) == 3]
    assert labels == ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    long = roadmap([DrawnStage("x", "planned", date(2023, 1, 1), date(2029, 9, 30))], ident="r", on=None, title="R")
    assert [word for word in words(long) if word.isdigit()] == [
        "2023",
        "2024",
        "2025",
        "2026",
        "2027",
        "2028",
        "2029",
        "1",
    ]
    assert {word for word in words(long) if len(word) == 3} == {"Jan", "Jul"}


def test_less_than_four_weeks_are_shown_by_days() -> None:
    svg = roadmap([DrawnStage("Workshop", "planned", ON, ON)], ident="r", on=ON, title="R")
    assert "12 May" in words(svg)
    axis = axis_over([ON], x0=0, x1=100)
    assert axis is not None
    assert (axis.first, axis.last) == (ON - timedelta(7), ON + timedelta(8))


def test_fourteen_stages_make_a_taller_picture_and_nothing_else() -> None:
    svg = drawn(road(*[PLANNED] * 14))
    assert svg.get("viewBox") == f"0 0 1040 {40 + 14 * 38 + 6 + 22}"
    assert len(list(svg.iter(SVG + "rect"))) == 14 + 1


def test_long_names_are_cut_with_an_ellipsis_within_their_room() -> None:
    name = "Προσαρμογή των παράκτιων δήμων στην κλιματική αλλαγή: μέτρα που εφαρμόζονται"
    shown = next(word for word in words(road(replace(PLANNED, name=name))) if word.startswith("Προ"))
    assert shown.endswith("…")
    assert breadth(shown, 15) <= 300 - 48 - 10
    assert fitted("Short", 100, 15) == "Short"
    assert fitted("e\u0301" * 40, 60, 15).endswith("e\u0301…"), "an accent stays on its letter"


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("wide", [True, False])
def test_names_are_text_and_never_markup(name: str, wide: bool) -> None:
    svg = roadmap([replace(PLANNED, name=name)], ident="r", on=ON, title=name, wide=wide)
    root = drawn(svg)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg",
        "title",
        "path",
        "rect",
        "text",
        "g",
        "circle",
    }
    assert not [key for element in root.iter() for key in element.attrib if key.startswith("on")]
    other = portfolio([DrawnCluster(name, State.RUNNING, ON, ON, f"/{name}")], ident="p", on=ON, wide=wide)
    assert fitted(name, 290, 15) in words(other)


def test_the_portfolio_has_a_row_for_every_state_in_its_own_colour_and_shape() -> None:
    assert set(COLOURS) == set(State)
    rows = [DrawnCluster(state.label, state, date(2026, 1, 1), date(2026, 9, 1)) for state in State]
    svg = portfolio(rows, ident="p", on=ON)
    assert drawn(svg).get("role") == "img"
    assert len(list(drawn(svg).iter(SVG + "g"))) == len(rows)
    assert [str(state.label) in words(svg) for state in State] == [True] * len(rows)


def test_names_with_an_address_are_links_in_the_wide_portfolio_only() -> None:
    rows = [DrawnCluster("Coast", State.RUNNING, date(2026, 1, 1), date(2026, 9, 1), "/clusters/x/")]
    assert [a["href"] for a in elements(portfolio(rows, ident="p", on=ON), "a")] == ["/clusters/x/"]
    assert drawn(portfolio(rows, ident="p", on=ON)).get("role") == "group", "an image would hide its links"
    assert elements(portfolio(rows, ident="p", on=ON, wide=False), "a") == []


@pytest.mark.parametrize(
    ("state", "on", "width"),
    [
        (State.RUNNING, date(2026, 7, 2), 118.5 * 182 / 364),
        (State.RUNNING, date(2027, 7, 2), 118.5),
        (State.CONCLUDED, date(2026, 1, 1), 118.5),
        (State.SUBMITTED, date(2026, 7, 2), None),
    ],
)
def test_the_small_bar_shows_how_far_through_its_time_a_cluster_is(state: str, on: date, width: float | None) -> None:
    bars = re.findall(r'<rect class="p-f-\w+"[^>]* width="([\d.]+)"', mini(state, *YEAR, on))
    assert [pytest.approx(float(bar), abs=0.06) for bar in bars] == ([] if width is None else [width])


def test_a_seed_always_draws_the_same_island_and_another_seed_another() -> None:
    assert contours("M4N-CL-2026-07") == contours("M4N-CL-2026-07")
    assert contours("M4N-CL-2026-07") != contours("M4N-CL-2026-08")
    assert "aria-hidden" in drawn(f'<svg xmlns="http://www.w3.org/2000/svg">{contours("a")}</svg>')[0].attrib


def test_the_legend_explains_every_sign_of_the_roadmap() -> None:
    items = ["".join(li.itertext()) for li in drawn(f"<div>{legend()}</div>").iter("li")]
    assert items[:3] == ["done", "running: filled up to today", "planned"]
    assert items[-1] == "today"


def test_the_legend_leaves_out_what_is_not_in_the_picture() -> None:
    stages = [replace(PLANNED, baseline_start=None, baseline_end=None)]
    items = [
        "".join(li.itertext()) for li in drawn(f"<div>{legend(stages, on=None, has_today=False)}</div>").iter("li")
    ]
    assert items == ["planned"]
    late = ["".join(li.itertext()) for li in drawn(f"<div>{legend(stages, on=date(2099, 1, 1))}</div>").iter("li")]
    assert late == ["planned", "past its planned end", "today"]


def test_the_colours_of_paper_are_those_of_the_light_theme() -> None:
    css = Path(settings.BASE_DIR, "static/css/tokens.css").read_text()
    light = css[css.index("data-bs-theme=light") : css.index("@media screen")]
    tokens = dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6});", light))
    assert {name: tokens[name] for name in PAPER} == PAPER


def test_every_class_of_a_picture_is_recoloured_on_screen() -> None:
    css = Path(settings.BASE_DIR, "static/css/pictures.css").read_text()
    for colour in set(COLOURS.values()):
        for kind in "fo":
            assert f".p-{kind}-{css_name(colour)} " in css
    used = set(re.findall(r'class="(p-[\w-]+)', road(replace(PLANNED, baseline_end=ON, baseline_start=ON)) + legend()))
    assert [name for name in used if not re.search(rf"\.{name}[ ,\n]|\.{name}$", css, re.M)] == []


def test_words_follow_the_language_of_the_reader() -> None:
    with translation.override("el"):
        labels = words(road(PLANNED))
    assert "Μάι" in labels or "Μαΐ" in labels or "May" not in labels


any_day = st.one_of(st.none(), st.dates())


@st.composite
def stages(draw: st.DrawFn) -> DrawnStage:
    def span() -> tuple[date | None, date | None]:
        first, last = draw(any_day), draw(any_day)
        return (min(first, last), max(first, last)) if first and last else (first, last)

    return DrawnStage(draw(st.text(max_size=140)), draw(st.sampled_from(StageStatus.values)), *span(), *span(), *span())


@given(st.lists(stages(), max_size=4), any_day, st.booleans())
def test_any_dates_and_names_give_a_well_formed_picture_within_its_frame(
    given_stages: list[DrawnStage], on: date | None, wide: bool
) -> None:
    clean = [
        replace(stage, name=re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", "", stage.name))
        for stage in given_stages
    ]
    svg = roadmap(clean, ident="r", on=on, title="Roadmap", wide=wide)
    if not svg:
        return
    width = 1040 if wide else 344
    for rect in elements(svg, "rect"):
        assert float(rect["width"]) > 0
        assert float(rect["x"]) >= -0.1
        assert float(rect["x"]) + float(rect["width"]) <= width + 0.1
