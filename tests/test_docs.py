"""The documentation builds, and nothing public is missing from it."""

import importlib
import re

import pytest

from autograd.primitives import PRIMITIVES
from tests import docs


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs")
    with pytest.warns(UserWarning, match="Error parsing type annotation"):  # pdoc cannot read a NamedTuple's Any
        docs.build(folder)
    return folder


@pytest.mark.parametrize("module", docs.MODULES)
def test_every_public_name_has_an_entry(site, module):
    text = (site / f"{module.replace('.', '/')}.html").read_text(encoding="utf-8")
    names = importlib.import_module(module).__all__
    assert names
    assert [name for name in names if f'id="{name}"' not in text] == []


def test_every_operation_is_in_the_table(site):
    text = (site / "operations.html").read_text(encoding="utf-8")
    assert [name for name in PRIMITIVES if f"<code>{name}</code>" not in text and f">{name}</a>" not in text] == []
    assert "<td>sinh(x)</td>" in text


def test_links_between_pages_and_pictures_lead_somewhere(site):
    for page in docs.PAGES:
        text = (site / f"{page}.html").read_text(encoding="utf-8")
        for target in re.findall(r'<(?:a|img)[^>]+(?:href|src)="([^"#:]+\.(?:html|svg))', text):
            assert (site / target).is_file(), f"{page} links to {target}"


def test_the_pages_load_nothing_from_elsewhere(site):
    for page in site.rglob("*.html"):
        assert not re.search(r'(?:src|<link[^>]+href)="https?:', page.read_text(encoding="utf-8")), page.name
