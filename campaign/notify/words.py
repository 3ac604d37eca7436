"""The words of mail to readers, by language; a language without its own gets the English ones."""

from __future__ import annotations

from dataclasses import dataclass

from campaign.domain.default_words import base_language


@dataclass(frozen=True, slots=True)
class ConfirmWords:
    """The mail that asks whether somebody signed up. {name}: the campaign's name."""

    subject: str
    greeting: str
    asked: str
    button: str
    until: str
    not_me: str
    withdraw: str
    already: str


_EN = ConfirmWords(
    subject="Please confirm: {name}",
    greeting="Hello,",
    asked="somebody signed up for “{name}” with this address. If it was you, please confirm:",
    button="Confirm",
    until="The link works for 7 days. You are counted once you confirm; then, or after 7 days, we forget your address.",
    not_me="If it was not you, do nothing: you will get no more mail.",
    withdraw="You can take it back at any time:",
    already="you have signed up for “{name}” already, and you are counted. There is nothing left to do.",
)
_UK = ConfirmWords(
    subject="Підтвердьте, будь ласка: {name}",
    greeting="Вітаємо!",
    asked="Хтось записався на «{name}» із цією адресою. Якщо це ви, підтвердьте, будь ласка:",
    button="Підтвердити",
    until="Посилання діє 7 днів. Вас буде враховано, щойно ви підтвердите; тоді або за 7 днів ми забудемо вашу адресу.",
    not_me="Якщо це не ви, нічого не робіть: більше листів не буде.",
    withdraw="Ви можете будь-коли відкликати запис:",
    already="Ви вже записалися на «{name}», і вас враховано. Більше нічого робити не треба.",
)
_DE = ConfirmWords(
    subject="Bitte bestätigen: {name}",
    greeting="Guten Tag,",
    asked="jemand hat sich mit dieser Adresse für „{name}“ eingetragen. Wenn Sie das waren, bestätigen Sie bitte:",
    button="Bestätigen",
    until="Der Link gilt 7 Tage. Sie zählen, sobald Sie bestätigen; dann oder nach 7 Tagen vergessen wir Ihre Adresse.",
    not_me="Wenn Sie das nicht waren, tun Sie nichts: Sie bekommen keine weitere Mail.",
    withdraw="Sie können es jederzeit zurücknehmen:",
    already="Sie haben sich für „{name}“ schon eingetragen und werden gezählt. Es ist nichts mehr zu tun.",
)
_AR = ConfirmWords(
    subject="يُرجى التأكيد: {name}",
    greeting="مرحبًا،",
    asked="سجّل أحدهم في «\u2068{name}\u2069» بهذا العنوان. إن كنتم أنتم، فيُرجى التأكيد:",
    button="تأكيد",
    until="يعمل الرابط 7 أيام. نحتسبكم عند التأكيد، وعندها أو بعد 7 أيام ننسى عنوانكم.",
    not_me="إن لم تكونوا أنتم، فلا تفعلوا شيئًا: لن تصلكم رسائل أخرى.",
    withdraw="يمكنكم سحب التسجيل في أي وقت:",
    already="لقد سجّلتم في «\u2068{name}\u2069» من قبل، وأنتم محتسبون. لا حاجة إلى شيء آخر.",
)
_BY_LANGUAGE = {"en": _EN, "uk": _UK, "de": _DE, "ar": _AR}


def confirm_words(language: str) -> ConfirmWords:
    """The words of a language, else the English ones."""
    return _BY_LANGUAGE.get(base_language(language), _EN)
