"""What the element, its look and the fragment promise to a site that pastes them in, read from the files themselves."""

from __future__ import annotations

import re

import pytest

from campaign.banner.element import COMPILED_AT_ONCE
from tests.browser.shrink import STATIC, shrunk
from tests.browser.stand import ROOT, SCRIPT, fragment

MAX_SCRIPT_BYTES = 2048
# What filter lists block on sight, as words of a public address, class or id.
BLOCKED = {
    *("ad", "ads", "promo", "sponsor", "popup", "newsletter", "subscribe", "track", "beacon"),
    *("pixel", "collect", "event", "impression", "count", "counter"),
}
PUBLIC = [
    *sorted((ROOT / "templates" / "banner").glob("*.html")),
    *sorted((ROOT / "templates" / "public").glob("*.html")),
]


def words(name: str) -> set[str]:
    return set(re.split(r"[^a-z]+", name.lower()))


def test_the_script_fits_its_budget() -> None:
    assert (STATIC / "mg.min.js").stat().st_size <= MAX_SCRIPT_BYTES


def test_the_rules_of_showing_fit_theirs_with_what_stands_first() -> None:
    assert len(COMPILED_AT_ONCE) + (STATIC / "show.min.js").stat().st_size <= MAX_SCRIPT_BYTES
    assert len(SCRIPT) <= 2 * MAX_SCRIPT_BYTES
    assert SCRIPT.startswith(COMPILED_AT_ONCE), "elsewhere it says nothing"


@pytest.mark.parametrize("path", shrunk(), ids=lambda path: path.name)
def test_what_is_served_is_made_from_its_source(path) -> None:
    assert path.read_text(encoding="utf-8") == shrunk()[path], "edited? then: python -m tests.browser.shrink"


@pytest.mark.parametrize(
    "word", ["innerHTML", "outerHTML", "insertAdjacent", "document.write", "DOMParser", "eval", "Function(", "console",
             "cookie", "setAttribute(\"style", ".style"],
)  # fmt: skip
def test_the_script_parses_no_html_and_leaves_console_and_cookies_alone(word: str) -> None:
    for name in ("mg.min.js", "show.min.js", "preview.min.js"):
        assert word not in (STATIC / name).read_text(encoding="utf-8")


def test_a_signed_links_preview_is_the_only_code_that_is_loaded_besides() -> None:
    texts = {name: (STATIC / f"{name}.min.js").read_text(encoding="utf-8") for name in ("mg", "show", "preview")}
    assert re.findall(r"import\b[^;,]*", texts["mg"]) == re.findall(r'import\(\w\+"\.\./mg-p\.js"\)', texts["mg"])
    assert 'location.hash.match("#mg-p")&&import(' in texts["mg"]
    assert "import" not in texts["show"]
    assert texts["preview"].count("import") == texts["preview"].count("import.meta.url") == 1


def test_class_names_and_ids_are_none_that_filter_lists_block() -> None:
    texts = [path.read_text(encoding="utf-8") for path in PUBLIC]
    named = {name for text in texts for value in re.findall(r'(?:class|id)="([^"]*)"', text) for name in value.split()}
    named |= set(re.findall(r"\.(mg[\w-]*)", (STATIC / "mg.css").read_text(encoding="utf-8")))
    assert "mg-headline" in named
    assert {name for name in named if words(name) & BLOCKED} == set()


def test_the_fragment_has_no_script_and_no_inline_style() -> None:
    html = fragment()
    assert "<script" not in html
    assert " style=" not in html
    assert " on" not in re.sub(r">[^<]*<", "><", html)
    assert "aria-live" not in html


def test_the_fragment_escapes_the_campaigns_words() -> None:
    html = fragment(headline="<b>1</b> & 2", label='"quoted"', call="<script>alert(1)</script>")
    assert "&lt;b&gt;1&lt;/b&gt; &amp; 2" in html
    assert "<script" not in html
    assert 'aria-label="&#34;quoted&#34;"' in html


def test_the_bar_never_goes_past_its_end() -> None:
    from types import SimpleNamespace

    html = fragment(bar=SimpleNamespace(value=26000, max=25000, label="Progress"))
    assert 'value="25000" max="25000"' in html


def test_a_stage_without_a_bar_has_none() -> None:
    assert "<progress" not in fragment(bar=None)


def test_what_is_not_to_be_shown_leaves_an_empty_marker() -> None:
    html = fragment(show=False)
    assert "hidden" in html
    assert "24,613" not in html
