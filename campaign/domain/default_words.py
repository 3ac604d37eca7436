"""The words a campaign starts with, for each stage, kind of goal and language.

`{members}` is what the goal counts, as it follows "of <number>"; `{members_goal}` as it follows a bare number. Money is
formatted with its currency, so that no noun follows. Which form a number takes is CLDR's plural category, asked for by
whoever formats numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from campaign.domain.campaign import Words
from campaign.domain.default_nouns import NOUNS

MONEY = "amount"


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language's sentences. `{plain}` and `{goal}` in them are the texts of those fields.

    `last_call` stands in files that nobody may be there to write again before the deadline: it stays true after it.
    `buttons` and `thanks` are by kind of goal, "" for the others; `days_left` by CLDR plural category.
    """

    plain: str
    goal: str
    no_number: str
    to_go: str
    reached: str
    reached_call: str
    call: str
    last_call: str
    counting: str
    counting_call: str
    goal_reached: str
    over: str
    until: str
    days_left: Mapping[str, str]
    final_day: str
    buttons: Mapping[str, str]
    thanks: Mapping[str, str]


_PHRASES: Mapping[str, Phrases] = {
    "en": Phrases(
        plain="{count} of {target} {members}",
        goal="{target} {members_goal}",
        no_number="Our goal: {goal}",
        to_go="{remaining} to go: {plain}",
        reached="Thank you! {plain}",
        reached_call="The goal is reached, and the count goes on until {deadline}.",
        call="Help us reach {goal} by {deadline}.",
        last_call="Every contribution counts.",
        counting="The count is being finished",
        counting_call="The result follows within days.",
        goal_reached="{plain}: goal reached",
        over="The campaign has ended.",
        until="until {deadline}",
        days_left={"one": "{n} day left", "other": "{n} days left"},
        final_day="final day",
        buttons={"": "Join us", "amount": "Support us", "givers": "Support us", "signups": "Sign up"},
        thanks={
            "": "Thank you to everyone who joined.",
            "amount": "Thank you to everyone who gave.",
            "givers": "Thank you to everyone who gave.",
            "signups": "Thank you to everyone who signed up.",
        },
    ),
    "uk": Phrases(
        plain="{count} із {target} {members}",
        goal="{target} {members_goal}",
        no_number="Наша мета: {goal}",
        to_go="Залишилося {remaining}: {plain}",
        reached="Дякуємо! {plain}",
        reached_call="Мети досягнуто; до {deadline} лік триває.",
        call="До {deadline} допоможіть нам досягти мети.",
        last_call="Кожен внесок важливий.",
        counting="Підрахунок завершується",
        counting_call="Результат буде за кілька днів.",
        goal_reached="{plain}: мети досягнуто",
        over="Кампанію завершено.",
        until="до {deadline}",
        days_left={
            "one": "залишився {n} день",
            "few": "залишилося {n} дні",
            "other": "залишилося {n} днів",
        },
        final_day="останній день",
        buttons={"": "Приєднатися", "amount": "Підтримати", "givers": "Підтримати", "signups": "Зареєструватися"},
        thanks={
            "": "Дякуємо всім, хто приєднався.",
            "amount": "Дякуємо всім, хто підтримав.",
            "givers": "Дякуємо всім, хто підтримав.",
            "signups": "Дякуємо всім, хто зареєструвався.",
        },
    ),
    "de": Phrases(
        plain="{count} von {target} {members}",
        goal="{target} {members_goal}",
        no_number="Unser Ziel: {goal}",
        to_go="Noch {remaining}: {plain}",
        reached="Danke! {plain}",
        reached_call="Das Ziel ist erreicht, gezählt wird bis {deadline}.",
        call="Helfen Sie uns, das Ziel bis {deadline} zu erreichen.",
        last_call="Jeder Beitrag zählt.",
        counting="Die Zählung wird abgeschlossen",
        counting_call="Das Ergebnis folgt in wenigen Tagen.",
        goal_reached="{plain}: Ziel erreicht",
        over="Die Kampagne ist beendet.",
        until="bis {deadline}",
        days_left={"one": "noch {n} Tag", "other": "noch {n} Tage"},
        final_day="letzter Tag",
        buttons={"": "Mitmachen", "amount": "Unterstützen", "givers": "Unterstützen", "signups": "Anmelden"},
        thanks={
            "": "Danke an alle, die mitmachen.",
            "amount": "Danke an alle, die gegeben haben.",
            "givers": "Danke an alle, die gegeben haben.",
            "signups": "Danke an alle, die sich angemeldet haben.",
        },
    ),
    "ar": Phrases(
        plain="{count} من {target} {members}",
        goal="{target} {members_goal}",
        no_number="هدفنا: {goal}",
        to_go="بقي {remaining}: {plain}",
        reached="شكرًا لكم! {plain}",
        reached_call="بلغنا الهدف، والعدّ مستمر حتى {deadline}.",
        call="ساعدونا على بلوغ الهدف قبل نهاية {deadline}.",
        last_call="كل مساهمة مهمة.",
        counting="العدّ في مراحله الأخيرة",
        counting_call="تُعلن النتيجة خلال أيام.",
        goal_reached="{plain}: بلغنا الهدف",
        over="انتهت الحملة.",
        until="حتى {deadline}",
        days_left={
            "one": "بقي يوم واحد",
            "two": "بقي يومان",
            "few": "بقيت {n} أيام",
            "many": "بقي {n} يومًا",
            "other": "بقي {n} يوم",
        },
        final_day="اليوم الأخير",
        buttons={"": "انضموا إلينا", "amount": "ادعمونا", "givers": "ادعمونا", "signups": "سجّلوا الآن"},
        thanks={
            "": "شكرًا لكل من انضم.",
            "amount": "شكرًا لكل من دعمنا.",
            "givers": "شكرًا لكل من دعمنا.",
            "signups": "شكرًا لكل من سجّل.",
        },
    ),
}


def phrases(language: str) -> Phrases:
    """The sentences of a language tag ("uk", "de-AT"); English where there are none."""
    return _PHRASES.get(base_language(language), _PHRASES["en"])


def is_shipped(language: str) -> bool:
    """Whether a language has words of its own here."""
    return base_language(language) in _PHRASES


@cache
def default_words(kind: str, language: str) -> Mapping[str, Words]:
    """Our words by stage for a kind of goal, "default" for stages without their own."""
    p = phrases(language)
    button, thanks = p.buttons.get(kind, p.buttons[""]), p.thanks.get(kind, p.thanks[""])

    def words(headline: str, call: str, with_button: bool = True) -> Words:
        return Words(
            headline=_built(headline, p, kind), call=_built(call, p, kind), button=button if with_button else ""
        )

    return {
        "default": words("{plain}", p.call),
        "near": words(p.to_go, p.call),
        "last_days": words("{days_left}: {plain}", p.last_call),
        "reached": words(p.reached, p.reached_call),
        "scheduled": Words(),
        "ended_counting": words(p.counting, p.counting_call, with_button=False),
        "ended_reached": words(p.goal_reached, thanks, with_button=False),
        "ended_missed": words("{plain}", f"{p.over} {thanks}", with_button=False),
    }


@cache
def default_plain(kind: str, language: str) -> str:
    """The number in words that stay true whatever the stage and the day."""
    return _built("{plain}", phrases(language), kind)


@cache
def default_no_number(kind: str, language: str) -> str:
    """Said while no number has ever been available."""
    p = phrases(language)
    return _built(p.no_number, p, kind)


def noun_forms(kind: str, language: str) -> Mapping[str, tuple[str, str]]:
    """What a goal of this kind counts: plural category to (form after "of", form after a bare number)."""
    return NOUNS.get(base_language(language), NOUNS["en"]).get(kind, {})


def base_language(tag: str) -> str:
    """The language of a tag, without region or script."""
    return tag.replace("_", "-").split("-")[0].lower()


def _built(text: str, p: Phrases, kind: str) -> str:
    text = text.replace("{plain}", p.plain).replace("{goal}", p.goal)
    return text.replace(" {members}", "").replace(" {members_goal}", "") if kind == MONEY else text
