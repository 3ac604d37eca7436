"""Fixed words about steps, linked campaigns and matching gifts, by language; one without its own gets the English."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StepWords:
    """Sentences with placeholders in braces, filled by `banner.beside`."""

    steps_title: str
    reached: str
    next: str
    next_call: str
    linked_title: str
    match_title: str
    match_runs: str
    match_used_up: str
    match_over: str
    match_received: str
    match_not_received: str


_EN = StepWords(
    steps_title="Step by step",
    reached="Reached: {step}",
    next="Next: {step}",
    next_call="Next step, {step}: {promise}",
    linked_title="Together with",
    match_title="A matching gift",
    match_runs="{sponsor} doubles what you give: each {one} becomes {two}, until {date} or until {cap} is used. "
    "{used} so far.",
    match_used_up="{sponsor} doubled {cap}: the matching gift is used up.",
    match_over="The matching gift of {sponsor} has ended: {used} of at most {cap} was doubled.",
    match_received="{received} of it has been received and is part of the number above, once.",
    match_not_received="It is a promise until it is received: nothing of it is part of the number above yet.",
)
_UK = StepWords(
    steps_title="Крок за кроком",
    reached="Досягнуто: {step}",
    next="Далі: {step}",
    next_call="Наступний крок, {step}: {promise}",
    linked_title="Разом із цим",
    match_title="Подвоєння внесків",
    match_runs="{sponsor} подвоює ваші внески: кожні {one} стають {two}, до {date} або доки не вичерпано {cap}. "
    "Поки що подвоєно {used}.",
    match_used_up="{sponsor}: подвоєно {cap}, кошти на подвоєння вичерпано.",
    match_over="{sponsor}: подвоєння завершилося, подвоєно {used} зі щонайбільше {cap}.",
    match_received="Із цих коштів надійшло {received}; вони враховані в числі вище один раз.",
    match_not_received="Поки ці кошти не надійшли, це обіцянка: у числі вище її немає.",
)
_DE = StepWords(
    steps_title="Schritt für Schritt",
    reached="Erreicht: {step}",
    next="Als Nächstes: {step}",
    next_call="Nächster Schritt, {step}: {promise}",
    linked_title="Zusammen mit",
    match_title="Verdopplung",
    match_runs="{sponsor} verdoppelt, was Sie geben: Aus {one} werden {two}, bis zum {date} oder bis {cap} "
    "ausgeschöpft sind. Bisher {used}.",
    match_used_up="{sponsor} hat {cap} verdoppelt: Die Verdopplung ist ausgeschöpft.",
    match_over="Die Verdopplung durch {sponsor} ist beendet: {used} von höchstens {cap} wurden verdoppelt.",
    match_received="Davon sind {received} eingegangen und oben einmal mitgezählt.",
    match_not_received="Bis zum Eingang ist das eine Zusage: In der Zahl oben ist davon noch nichts enthalten.",
)
_AR = StepWords(
    steps_title="خطوة بخطوة",
    reached="تحقّق: {step}",
    next="التالي: {step}",
    next_call="الخطوة التالية، {step}: {promise}",
    linked_title="معًا مع",
    match_title="هبة مضاعِفة",
    match_runs="{sponsor} يضاعف ما تقدّمونه: كل {one} تصبح {two}، حتى {date} أو حتى نفاد {cap}. حتى الآن {used}.",
    match_used_up="ضاعف {sponsor} مبلغ {cap}: نفدت الهبة المضاعِفة.",
    match_over="انتهت الهبة المضاعِفة من {sponsor}: ضوعف {used} من {cap} على الأكثر.",
    match_received="وصل منها {received}، وهو محسوب في الرقم أعلاه مرة واحدة.",
    match_not_received="هي وعد إلى أن تصل: لا شيء منها في الرقم أعلاه بعد.",
)

_WORDS = {"en": _EN, "uk": _UK, "de": _DE, "ar": _AR}


def step_words(language: str) -> StepWords:
    """The fixed words of a language tag ("uk", "de-AT")."""
    return _WORDS.get(language.replace("_", "-").split("-")[0].lower(), _EN)
