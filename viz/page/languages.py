"""The languages of the page and the playground: one file of words each, and one way to say a phrase in them.

English is what the sources say, and ``en.toml`` what the scripts do. Another language has those tables over again, and
phrases by their English; what has no phrase, such as a user's name or an error of Python, stays as it is.
"""

from __future__ import annotations

import re
import tomllib
from functools import cached_property
from importlib.resources import files
from typing import Any

from viz._arguments import check_choice
from viz.picture.fold import LEAF_TAGS

__all__ = ["LANGUAGES", "Language", "language_of"]

_GAP = re.compile(r"\{\w+\}")
_TEXT = re.compile(r'(?<=>)(?<!<code>)[^<>$]*[A-Za-z][^<>$]*(?=<)|(?:(?<=label=")|(?<=title=")|(?<=older="))[^"$]+')
"""The texts of a piece of HTML that people read: between tags, but for code; and the attributes that are spoken."""


class Language:
    """The words of one language, from its file, which is read when they are first asked for.

    Args:
        code: as HTML has it.
    """

    def __init__(self, code: str) -> None:
        self.code = code

    @cached_property
    def _tables(self) -> dict[str, dict[str, Any]]:
        return tomllib.loads((files("viz.page") / f"{self.code}.toml").read_text(encoding="utf-8"))

    @property
    def tabs(self) -> dict[str, str]:
        """The tabs of the page's panel, in their order."""
        return self._tables["tabs"]

    @cached_property
    def words(self) -> dict[str, Any]:
        """Those of the page's script."""
        return {"kinds": LEAF_TAGS} | self._tables["words"]

    @property
    def editor(self) -> dict[str, str]:
        """The words of the playground's script."""
        return self._tables["editor"]

    @property
    def phrases(self) -> dict[str, str]:
        """All else, by its English; ``{gaps}`` stand for what stays as it is."""
        return self._tables.get("phrases", {})

    def of(self, text: str) -> str:
        """``text``, which is English, in this language.

        >>> language_of("de").of("3 values"), language_of("de").of("velocity")
        ('3 Werte', 'velocity')
        """
        if text in self.phrases:
            return self.phrases[text]
        for pattern, phrase in self._patterns:
            found = pattern.fullmatch(text)
            if found:
                return phrase.format(**found.groupdict())
        return text

    def list_of(self, text: str, between: str) -> str:
        """A text of several phrases, each in this language."""
        return between.join(map(self.of, text.split(between)))

    def in_markup(self, html: str) -> str:
        """A piece of HTML, the texts that people read in this language.

        >>> language_of("de").in_markup('<a title="Larger">The graph</a>')
        '<a title="Größer">Der Graph</a>'
        """
        return _TEXT.sub(lambda found: self.of(found[0]), html)

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        """The phrases with gaps, as patterns of their English."""
        return [(_pattern(english), phrase) for english, phrase in self.phrases.items() if _GAP.search(english)]


def _pattern(english: str) -> re.Pattern[str]:
    """A pattern that finds ``english`` with its gaps filled: ``n`` and ``k`` by a count, the others by anything."""
    given = re.split(r"\{(\w+)\}", english)
    parts = list(given)
    for k, gap in enumerate(given):
        again = f"(?P={gap})" if gap in given[1:k:2] else ""
        anything = "[0-9,]+" if gap in ("n", "k") else ".+"
        parts[k] = (again or f"(?P<{gap}>{anything})") if k % 2 else re.escape(gap)
    return re.compile("".join(parts), re.DOTALL)


LANGUAGES = {code: Language(code) for code in ("en", "de")}


def language_of(code: str) -> Language:
    """The language of that code.

    Raises:
        ValueError: the page does not know it.
    """
    check_choice("language", code, LANGUAGES)
    return LANGUAGES[code]
