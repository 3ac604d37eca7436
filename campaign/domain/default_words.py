"""The words a campaign starts with, for each stage and language.

`{members}` is the noun as it follows "of <number>", `{members_goal}` as it follows a bare number.
People: members, new members. Money: amounts are formatted with their currency, so that no noun follows.
"""

from __future__ import annotations

from collections.abc import Mapping

from campaign.domain.campaign import Words

NOUNS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "en": {"members": ("member", "members"), "new_members": ("new member", "new members")},
    "uk": {"members": ("учасника", "учасників"), "new_members": ("нового учасника", "нових учасників")},
    "de": {"members": ("Mitglied", "Mitgliedern"), "new_members": ("neuem Mitglied", "neuen Mitgliedern")},
}
"""Language and kind to (form after "of 1", form after "of" any other number)."""

PLAIN: Mapping[str, Mapping[str, str]] = {
    "en": {"people": "{count} of {target} {members}", "money": "{count} of {target}"},
    "uk": {"people": "{count} із {target} {members}", "money": "{count} із {target}"},
    "de": {"people": "{count} von {target} {members}", "money": "{count} von {target}"},
}

NO_NUMBER: Mapping[str, Mapping[str, str]] = {
    "en": {"people": "Our goal: {target} {members_goal}", "money": "Our goal: {target}"},
    "uk": {"people": "Наша мета: {target} {members_goal}", "money": "Наша мета: {target}"},
    "de": {"people": "Unser Ziel: {target} {members_goal}", "money": "Unser Ziel: {target}"},
}
"""Said while no number has ever been available."""

GOAL_NOUNS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "en": NOUNS["en"],
    "de": {"members": ("Mitglied", "Mitglieder"), "new_members": ("neues Mitglied", "neue Mitglieder")},
    "uk": {"members": ("учасник", "учасників"), "new_members": ("новий учасник", "нових учасників")},
}
"""The same after a bare number."""


def _stages(**headline_call_button: tuple[str, str, str]) -> Mapping[str, Words]:
    return {
        stage: Words(headline=headline, call=call, button=button)
        for stage, (headline, call, button) in headline_call_button.items()
    }


_EN_PEOPLE = _stages(
    default=("{count} of {target} {members}", "Help us reach {target} {members} by {deadline}.", "Join us"),
    near=(
        "{remaining} to go: {count} of {target} {members}",
        "Help us reach {target} {members} by {deadline}.",
        "Join us",
    ),
    last_days=("Until {days_left}: {count} of {target} {members}", "Help us get there.", "Join us"),
    reached=(
        "Thank you! {count} of {target} {members}",
        "The goal is reached, and the count goes on until {deadline}.",
        "Join us",
    ),
    scheduled=("", "", ""),
    ended_counting=("The count is being finished", "The result follows within days.", ""),
    ended_reached=("{count} of {target} {members}: goal reached", "Thank you to everyone who joined.", ""),
    ended_missed=("{count} of {target} {members}", "The campaign has ended. Thank you to everyone who joined.", ""),
)
_EN_MONEY = _stages(
    default=("{count} of {target}", "Help us reach {target} by {deadline}.", "Support us"),
    near=("{remaining} to go: {count} of {target}", "Help us reach {target} by {deadline}.", "Support us"),
    last_days=("Until {days_left}: {count} of {target}", "Help us get there.", "Support us"),
    reached=(
        "Thank you! {count} of {target}",
        "The goal is reached, and the count goes on until {deadline}.",
        "Support us",
    ),
    scheduled=("", "", ""),
    ended_counting=("The count is being finished", "The result follows within days.", ""),
    ended_reached=("{count} of {target}: goal reached", "Thank you to everyone who gave.", ""),
    ended_missed=("{count} of {target}", "The campaign has ended. Thank you to everyone who gave.", ""),
)
_UK_PEOPLE = _stages(
    default=("{count} із {target} {members}", "До {deadline} допоможіть нам досягти мети.", "Приєднатися"),
    near=(
        "Залишилося {remaining}: {count} із {target} {members}",
        "До {deadline} допоможіть нам досягти мети.",
        "Приєднатися",
    ),
    last_days=("До {days_left}: {count} із {target} {members}", "Допоможіть нам досягти мети.", "Приєднатися"),
    reached=(
        "Дякуємо! {count} із {target} {members}",
        "Мети досягнуто; до {deadline} лік триває.",
        "Приєднатися",
    ),
    scheduled=("", "", ""),
    ended_counting=("Підрахунок завершується", "Результат буде за кілька днів.", ""),
    ended_reached=("{count} із {target} {members}: мети досягнуто", "Дякуємо всім, хто приєднався.", ""),
    ended_missed=("{count} із {target} {members}", "Кампанію завершено. Дякуємо всім, хто приєднався.", ""),
)
_UK_MONEY = _stages(
    default=("{count} із {target}", "До {deadline} допоможіть нам досягти мети.", "Підтримати"),
    near=("Залишилося {remaining}: {count} із {target}", "До {deadline} допоможіть нам досягти мети.", "Підтримати"),
    last_days=("До {days_left}: {count} із {target}", "Допоможіть нам досягти мети.", "Підтримати"),
    reached=("Дякуємо! {count} із {target}", "Мети досягнуто; до {deadline} лік триває.", "Підтримати"),
    scheduled=("", "", ""),
    ended_counting=("Підрахунок завершується", "Результат буде за кілька днів.", ""),
    ended_reached=("{count} із {target}: мети досягнуто", "Дякуємо всім, хто підтримав.", ""),
    ended_missed=("{count} із {target}", "Кампанію завершено. Дякуємо всім, хто підтримав.", ""),
)
_DE_PEOPLE = _stages(
    default=("{count} von {target} {members}", "Helfen Sie uns, das Ziel bis {deadline} zu erreichen.", "Mitmachen"),
    near=(
        "Noch {remaining}: {count} von {target} {members}",
        "Helfen Sie uns, das Ziel bis {deadline} zu erreichen.",
        "Mitmachen",
    ),
    last_days=(
        "Bis {days_left}: {count} von {target} {members}",
        "Helfen Sie uns, das Ziel zu erreichen.",
        "Mitmachen",
    ),
    reached=(
        "Danke! {count} von {target} {members}",
        "Das Ziel ist erreicht, gezählt wird bis {deadline}.",
        "Mitmachen",
    ),
    scheduled=("", "", ""),
    ended_counting=("Die Zählung wird abgeschlossen", "Das Ergebnis folgt in wenigen Tagen.", ""),
    ended_reached=("{count} von {target} {members}: Ziel erreicht", "Danke an alle, die mitmachen.", ""),
    ended_missed=("{count} von {target} {members}", "Die Kampagne ist beendet. Danke an alle, die mitmachen.", ""),
)
_DE_MONEY = _stages(
    default=("{count} von {target}", "Helfen Sie uns, das Ziel bis {deadline} zu erreichen.", "Unterstützen"),
    near=(
        "Noch {remaining}: {count} von {target}",
        "Helfen Sie uns, das Ziel bis {deadline} zu erreichen.",
        "Unterstützen",
    ),
    last_days=("Bis {days_left}: {count} von {target}", "Helfen Sie uns, das Ziel zu erreichen.", "Unterstützen"),
    reached=("Danke! {count} von {target}", "Das Ziel ist erreicht, gezählt wird bis {deadline}.", "Unterstützen"),
    scheduled=("", "", ""),
    ended_counting=("Die Zählung wird abgeschlossen", "Das Ergebnis folgt in wenigen Tagen.", ""),
    ended_reached=("{count} von {target}: Ziel erreicht", "Danke an alle, die gegeben haben.", ""),
    ended_missed=("{count} von {target}", "Die Kampagne ist beendet. Danke an alle, die gegeben haben.", ""),
)

DEFAULT_WORDS: Mapping[str, Mapping[str, Mapping[str, Words]]] = {
    "en": {"people": _EN_PEOPLE, "money": _EN_MONEY},
    "uk": {"people": _UK_PEOPLE, "money": _UK_MONEY},
    "de": {"people": _DE_PEOPLE, "money": _DE_MONEY},
}
"""Language, then people or money, then stage ("default" for the others)."""
