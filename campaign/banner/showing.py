"""The rules of showing as published, with the words of the ways to close, and the headlines under test."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from campaign.banner.render import as_json, fragment_view, number_json
from campaign.banner.snapshot import Snapshot
from campaign.domain.campaign import Campaign, GoalKind, Words
from campaign.domain.default_words import base_language
from campaign.domain.display import compiled, has_rules
from campaign.domain.stage import showing_dates

MOST_RULES_BYTES = 2048
_CLOSING = {
    "en": ("Not now", "I am a member", "Not this campaign"),
    "uk": ("Не зараз", "Я вже з вами", "Більше не показувати"),
    "de": ("Nicht jetzt", "Bin schon dabei", "Nicht mehr zeigen"),
    "ar": ("ليس الآن", "أنا عضو", "لا تعرضوها مجددًا"),
}
_THANKS = {
    "en": "Thank you for being with us.",
    "uk": "Дякуємо, що ви з нами.",
    "de": "Danke, dass Sie dabei sind.",
    "ar": "شكرًا لأنكم معنا.",
}
_DONE = {
    GoalKind.AMOUNT: {"en": "I already gave", "uk": "Я вже підтримав(-ла)", "de": "Schon gegeben", "ar": "سبق أن دعمت"},
    GoalKind.GIVERS: {"en": "I already gave", "uk": "Я вже підтримав(-ла)", "de": "Schon gegeben", "ar": "سبق أن دعمت"},
    GoalKind.SIGNUPS: {"en": "I signed up", "uk": "Я вже з вами", "de": "Schon angemeldet", "ar": "سبق أن سجّلت"},
}


def rules_of(campaign: Campaign) -> dict[str, Any] | None:
    """The rules of showing, compiled; None where everybody sees it and nobody can close it."""
    if not has_rules(campaign.display):
        return None
    begins_at, ends_at = showing_dates(campaign)
    rules = compiled(campaign.display, begins_at, ends_at)
    if campaign.display.closable:
        words = {language: closing_words(campaign, language) for language in campaign.languages}
        rules["close"] = {"": words[campaign.languages[0]], **words}
    if campaign.display.thank_members:
        thanks = {language: [thanking_words(campaign, language)] for language in campaign.languages}
        rules["thanks"] = {"": thanks[campaign.languages[0]], **thanks}
    return rules


def rules_json(rules: dict[str, Any]) -> bytes:
    """The file, within 2 KB: where many languages would not fit, the first one's words stand for all."""
    body = as_json(rules)
    if len(body) > MOST_RULES_BYTES:
        body = as_json({**rules, **{part: {"": rules[part][""]} for part in ("close", "thanks") if part in rules}})
    if len(body) > MOST_RULES_BYTES:
        raise ValueError(f"the rules of showing take {len(body)} bytes of {MOST_RULES_BYTES}")
    return body


def closing_words(campaign: Campaign, language: str) -> list[str]:
    """Later, already with us, not this campaign: the words of the three ways to close."""
    base = base_language(language)
    later, joined, never = _CLOSING.get(base, _CLOSING["en"])
    return [later, _DONE.get(campaign.kind, {}).get(base, joined), never]


def thanking_words(campaign: Campaign, language: str) -> str:
    """What a member is told in place of the call: the newsroom's own words, else ours."""
    return campaign.display.thanks.get(language) or _THANKS.get(base_language(language), _THANKS["en"])


def variant_numbers(snapshot: Snapshot, language: str, public_url: str) -> dict[str, bytes]:
    """Key of each headline under test to the live number with its words; `w` names it."""
    campaign = snapshot.campaign
    if len(campaign.display.variants) < 2:
        return {}
    numbers: dict[str, bytes] = {}
    for variant in campaign.display.variants:
        told = replace(snapshot, campaign=with_wording(campaign, variant.key))
        numbers[variant.key] = number_json(told, fragment_view(told, language, public_url), variant.key)
    return numbers


def with_wording(campaign: Campaign, key: str) -> Campaign:
    """The campaign with a variant's words in place of its own, as far as the variant has any."""
    words = {language: dict(stages) for language, stages in campaign.words.items()}
    for language, stages in campaign.wordings.get(key, {}).items():
        for stage, own in stages.items():
            before = words.setdefault(language, {}).get(stage, Words())
            said = {part.name: getattr(own, part.name) or getattr(before, part.name) for part in fields(Words)}
            words[language][stage] = Words(**said)
    return replace(campaign, words=words)
