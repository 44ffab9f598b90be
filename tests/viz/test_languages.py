"""The page and the playground in other languages: their tables are whole, and nothing English is left on a page."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest

from autograd import Value, log, relu, sqrt
from autograd.primitives import PRIMITIVES
from tests.support.graphs import network, square_and_more
from tests.viz.test_page import facts
from tests.viz.test_play import ask, read
from viz import play, step_through
from viz.page import page_of, pictures
from viz.page.languages import _TEXT, LANGUAGES, Language, language_of
from viz.picture.paint import SHARES
from viz.playground.program import examples
from viz.wrong_passes import REACH, RULES, SLIPS

ENGLISH = LANGUAGES["en"]
OTHERS = [code for code in LANGUAGES if code != "en"]
GAP = re.compile(r"\{\w+\}")
WORD = re.compile(r"[a-z]{2,} [a-z]{2,}|^[a-z]{4,}$")
"""What looks like a phrase, not like a name or a formula."""


def gaps(words):
    """The gaps of each text of an entry, in a shape that tells strings, lists and dicts apart."""
    if isinstance(words, dict):
        return {key: gaps(text) for key, text in words.items()}
    return [gaps(text) for text in words] if isinstance(words, (list, tuple)) else set(GAP.findall(words))


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("table", ["words", "tabs", "editor"])
def test_a_table_has_the_same_keys_in_the_same_order_and_the_same_gaps(code, table):
    english, other = getattr(ENGLISH, table), getattr(LANGUAGES[code], table)
    assert list(other) == list(english)
    assert {key: gaps(words) for key, words in other.items()} == {key: gaps(words) for key, words in english.items()}
    flat = re.findall(r'"([^"]*)"', json.dumps(list(other.values()), ensure_ascii=False))
    assert all(flat)


def needed():
    """Every phrase that Python writes into a page or the playground in one piece."""
    for room, name in (("viz.page", "body.html"), ("viz.playground", "play.html")):
        yield from _TEXT.findall((files(room) / name).read_text(encoding="utf-8"))
    yield from [*pictures._TITLES.values(), *REACH, SHARES, *examples()]
    yield from (slip.words for slip in SLIPS)
    yield from (rule.words for rules in RULES.values() for rule in rules)
    yield from (op.domain.text for op in PRIMITIVES.values() if op.builtin and WORD.search(op.domain.text))


@pytest.mark.parametrize("code", OTHERS)
def test_every_phrase_is_there_and_its_gaps_are_the_same(code):
    phrases = LANGUAGES[code].phrases
    assert [text for text in needed() if text not in phrases] == []
    assert [text for text, other in phrases.items() if gaps(text) != gaps(other)] == []
    assert all(phrases.values())


def hooked():
    x = Value(3.0, "x")
    y = (x * x).named("y")
    x.register_hook(lambda gradient: gradient * 2)
    y.backward()
    return y


def gallery():
    """Graphs that a page has something of its own to say of."""
    yield network([4, 3, 2, 1])
    yield network([3, 6, 6, 1], examples=4)
    yield square_and_more()
    x, z = Value(3.0, "x"), Value(-2.0, "z")
    twice = (relu(z) + x * x + sqrt(x)).named("y")
    twice.backward()
    twice.backward()
    yield twice
    half = (x * 3.0).named("half")
    half.backward(0.5)
    yield half
    x.grad = 7.0
    yield (x * z).named("other")
    first, second = (log(x) + z).named("one"), (x * x).named("two")
    first.backward()
    yield [first, second]
    yield hooked()
    yield Value(1.0, "alone")


@pytest.mark.parametrize("code", OTHERS)
def test_what_python_says_on_a_page_is_never_left_in_english(code, monkeypatch):
    said = {}
    translate = Language.of
    monkeypatch.setattr(Language, "of", lambda self, text: said.setdefault(text, translate(self, text)))
    for root in gallery():
        page_of(root, language=code)
    left = [text for text, other in said.items() if text == other and WORD.search(text)]
    assert set(left) <= {"data"}  # as Value.data is called
    assert sum(text != other for text, other in said.items()) > 120


COMMON = re.compile(
    r"\b(the|of|is|and|its|step|steps|flow|flows|leaf|value|values|with|here|each|which)\b", re.IGNORECASE
)


@pytest.mark.parametrize("code", OTHERS)
def test_no_english_is_left_in_the_browser(show, code):
    watched = show(network([2, 2, 1]), language=code)
    assert watched.ask("document.documentElement.lang") == code
    for tab in ENGLISH.tabs:
        watched.page.locator(f"#tab-{tab}").click()
        for key in ("Home", "ArrowRight", "End"):
            watched.page.keyboard.press(key)
            assert COMMON.findall(watched.text("body")) == [], tab
    spoken = watched.ask(
        "[...document.querySelectorAll('[aria-label], [title]')].map((e) => `${e.ariaLabel} ${e.title}`)"
    )
    assert [words for words in spoken if COMMON.search(words)] == []


def test_a_page_holds_one_language():
    english, german = page_of(square_and_more()), page_of(square_and_more(), language="de")
    assert "Rückwärtslauf" not in english
    assert "Backward pass" not in german
    assert '<html lang="de"' in german
    assert abs(len(german.encode()) - len(english.encode())) < 2_500


@pytest.mark.parametrize("label", ["input", "data", "earlier", "3 values", "of the", "x, step by step", "{n}"])
def test_names_stay_as_their_user_wrote_them(label):
    page = page_of((Value(2.0, label) * 3.0).named("y"), language="de")
    assert facts(page)["names"][0] == label
    assert f">{label}</text>" in page


def test_the_playground_speaks_it():
    with play(browser=False, language="de") as running:
        _, _, editor = ask(running)
        assert '<html lang="de">' in editor
        assert "Link kopieren" in editor
        assert "Rückwärts" in read(running, "a = 2\nL = a*a")["body"]
        words = json.loads(re.search(r'data-words="([^"]*)"', editor)[1].replace("&quot;", '"').replace("&#x27;", "'"))
        assert words["copied"] == "Link kopiert"
        script = ask(running, path="play.js")[2]
        assert {*re.findall(r"WORDS\.(\w+)", script)} == set(words)
    with play(browser=False) as running:
        assert '<html lang="en">' in ask(running)[2]


@pytest.mark.parametrize("code", ["fr", "", "EN", None, 3])
def test_a_language_that_is_not_known_is_refused(code, tmp_path):
    with pytest.raises(ValueError, match=r"language=.* is not known: use one of 'en', 'de'"):
        step_through(square_and_more(), tmp_path / "page.html", language=code)
    with pytest.raises(ValueError, match="is not known"):
        play(browser=False, language=code)
    assert not list(tmp_path.iterdir())


def test_a_phrase_with_gaps_is_found_by_its_english():
    german = language_of("de")
    assert german.of("1,234 values") == "1,234 Werte"
    assert german.of("+12 = +6 of this pass, and +6 from earlier passes").startswith("+12 = +6 aus diesem Lauf")
    repeated = "that is a local derivative, of p: multiply it by the gradient of p"
    assert german.of(repeated).endswith("mit dem Gradienten von p")
    assert german.of(repeated.replace("of p:", "of q:")) == repeated.replace("of p:", "of q:")  # two names for one gap
