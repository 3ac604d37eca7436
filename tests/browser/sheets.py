"""Sheets with every stage of the banner in each look: shown in docs/looks.md, and held against the rendering."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from html import escape

from campaign.banner.render import fragment_html, fragment_view
from campaign.banner.showing import closing_words
from campaign.domain.look import Look, Shape, Theme
from campaign.domain.stage import Stage
from tests.banner.newsroom import NOON, a_campaign
from tests.banner.stages import example
from tests.browser.stand import ROOT, STATIC, Answer, Stand

FONTS = ROOT / "campaign" / "banner" / "fonts"
STAGES = [stage for stage in Stage if stage is not Stage.SCHEDULED]
"""Before the start nothing is shown."""
STYLE = """
@font-face { font-family: Sheet; src: url(/NotoSans-Regular.ttf); font-weight: 400; }
@font-face { font-family: Sheet; src: url(/NotoSans-Bold.ttf); font-weight: 700; }
@font-face { font-family: SheetArabic; src: url(/NotoSansArabic-Regular.ttf); font-weight: 400; }
@font-face { font-family: SheetArabic; src: url(/NotoSansArabic-Bold.ttf); font-weight: 700; }
:root { padding: 0 !important; }
body { margin: 0; padding: 16px; width: 1288px; font: 16px/1.5 Sheet, SheetArabic;
  background: light-dark(#fff, #15181a); color: light-dark(#1b1d1f, #ecebe8); }
h2 { margin: 8px 0; font-size: 18px; }
.all { display: grid; grid-template-columns: 1fr 1fr; gap: 12px 24px; }
figure { margin: 0; min-width: 0; }
figcaption { font-size: 13px; }
member-goal { --mg-gap: 4px; }
.edge { position: relative; height: 116px; transform: translateZ(0); background: light-dark(#eee, #24292c); }
"""


@dataclass(frozen=True)
class Sheet:
    theme: Theme
    scheme: str
    language: str

    @property
    def name(self) -> str:
        return f"{self.theme}-{self.scheme}{'-rtl' if self.language == 'ar' else ''}"


SHEETS = [Sheet(*kind) for kind in itertools.product(Theme, ("light", "dark"), ("en", "ar"))]


def html_of(sheet: Sheet) -> str:
    """The sheet as a page that asks for nothing but the look and the fonts."""
    parts = [
        f'<h2>{shape}</h2><div class="all">{"".join(_figure(sheet, shape, stage) for stage in STAGES)}</div>'
        for shape in Shape
    ]
    direction = "rtl" if sheet.language == "ar" else "ltr"
    return (
        f'<!doctype html><html lang="{sheet.language}" dir="{direction}" style="color-scheme: {sheet.scheme}">'
        f'<meta charset="utf-8"><title>{sheet.name}</title><link rel="stylesheet" href="/mg.css"><style>{STYLE}</style>'
        f"<body>{''.join(parts)}</body></html>"
    )


def serve(stand: Stand) -> None:
    """From now on the stand has the sheets' look and fonts, and each sheet by its name."""
    stand.answers["/mg.css"] = Answer((STATIC / "mg.min.css").read_bytes(), "text/css")
    for path in FONTS.glob("*.ttf"):
        stand.answers[f"/{path.name}"] = Answer(path.read_bytes(), "font/ttf")
    for sheet in SHEETS:
        stand.answers[f"/{sheet.name}"] = Answer(html_of(sheet).encode())


def _figure(sheet: Sheet, shape: Shape, stage: Stage) -> str:
    look = Look(shape=shape, theme=sheet.theme)
    campaign = a_campaign(name="25,000", languages=(sheet.language,), look=look)
    view = fragment_view(replace(example(campaign, stage), as_of=NOON), sheet.language, "https://goal.example.org")
    buttons = "".join(f"<button>{escape(words)}</button>" for words in closing_words(campaign, sheet.language))
    html = fragment_html(view).replace("</section>", f'<p class="mg-later">{buttons}</p></section>')
    goal = f"<member-goal>{html}</member-goal>"
    if shape is Shape.BOTTOM:
        goal = f'<div class="edge">{goal}</div>'
    return f'<figure><figcaption dir="ltr">{stage}</figcaption>{goal}</figure>'
