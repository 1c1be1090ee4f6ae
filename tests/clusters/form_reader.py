"""Reads a form off a page as a browser would send it, so that a test posts what the page really holds."""

from __future__ import annotations

from html.parser import HTMLParser


class _Reader(HTMLParser):
    """Collects the fields of the form with the given id."""

    def __init__(self, ident: str) -> None:
        super().__init__()
        self.ident = ident
        self.inside = False
        self.fields: dict[str, list[str]] = {}
        self.buttons: list[str] = []
        self._text: str | None = None
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.inside = found.get("id") == self.ident
        if not self.inside:
            return
        name = found.get("name", "")
        if tag == "input" and name:
            self._input(name, found)
        elif tag == "textarea":
            self._text = name
            self.fields.setdefault(name, []).append("")
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option" and self._select:
            self._options.append((found.get("value", ""), "selected" in found))
        elif tag == "button" and name == "do":
            self.buttons.append(found.get("value", ""))

    def _input(self, name: str, found: dict[str, str]) -> None:
        is_box = found.get("type") in ("checkbox", "radio")
        if "disabled" in found or (is_box and "checked" not in found):
            return
        self.fields.setdefault(name, []).append(found.get("value", "on" if is_box else ""))

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self.fields[self._text][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea" and self._text is not None:
            text = self.fields[self._text][-1]
            self.fields[self._text][-1] = text.removeprefix("\n")
            self._text = None
        elif tag == "select" and self._select:
            chosen = [value for value, selected in self._options if selected] or [v for v, _s in self._options[:1]]
            self.fields.setdefault(self._select, []).extend(chosen)
            self._select = None


def fields_of(html: str, ident: str = "step-form") -> dict[str, list[str]]:
    """Return the fields of a form as a browser would send them, without any button."""
    reader = _Reader(ident)
    reader.feed(html)
    return reader.fields


def buttons_of(html: str, ident: str = "step-form") -> list[str]:
    """Return the values of the form's buttons called "do"."""
    reader = _Reader(ident)
    reader.feed(html)
    return reader.buttons
