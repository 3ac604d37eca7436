"""Words of the short public pages, by language; a language without its own gets the English ones."""

from __future__ import annotations

from dataclasses import dataclass

from campaign.domain.default_words import base_language


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """One sentence each."""

    thanks_title: str
    thanks: str
    back_to_page: str
    closed_title: str
    back_to_campaign: str
    not_begun: str
    over: str
    nothing_on_sale: str
    too_many: str
    unavailable: str
    wrong_amount: str
    thanks_once: str


_EN = NoticeWords(
    thanks_title="Thank you",
    thanks="You have joined. The number counts you in a moment.",
    back_to_page="Back to the article",
    closed_title="Joining is not possible now",
    back_to_campaign="Back to the campaign",
    not_begun="This campaign has not begun yet.",
    over="This campaign has ended. Thank you to everyone who joined.",
    nothing_on_sale="Nothing is on sale here at the moment.",
    too_many="Too many tries from your network. Please wait ten minutes.",
    unavailable="The payment page can’t be opened right now. Please try again in a few minutes.",
    wrong_amount="Please enter an amount of at least {least}, like 20 or 7.50.",
    thanks_once="Your payment has been made. The number counts it in a moment.",
)
_UK = NoticeWords(
    thanks_title="Дякуємо",
    thanks="Ви приєдналися. За мить число врахує й вас.",
    back_to_page="Назад до статті",
    closed_title="Зараз приєднатися не можна",
    back_to_campaign="Назад до кампанії",
    not_begun="Ця кампанія ще не почалася.",
    over="Цю кампанію завершено. Дякуємо всім, хто приєднався.",
    nothing_on_sale="Зараз тут нічого не пропонують.",
    too_many="Забагато спроб із вашої мережі. Будь ласка, зачекайте десять хвилин.",
    unavailable="Сторінка оплати зараз недоступна. Спробуйте, будь ласка, за кілька хвилин.",
    wrong_amount="Будь ласка, введіть суму від {least}, наприклад 20 або 7,50.",
    thanks_once="Ваш платіж здійснено. За мить число його врахує.",
)
_DE = NoticeWords(
    thanks_title="Danke",
    thanks="Sie sind dabei. Gleich zählt die Zahl auch Sie.",
    back_to_page="Zurück zum Artikel",
    closed_title="Mitmachen ist gerade nicht möglich",
    back_to_campaign="Zurück zur Kampagne",
    not_begun="Diese Kampagne hat noch nicht begonnen.",
    over="Diese Kampagne ist beendet. Danke an alle, die mitgemacht haben.",
    nothing_on_sale="Hier wird gerade nichts angeboten.",
    too_many="Zu viele Versuche aus Ihrem Netz. Bitte warten Sie zehn Minuten.",
    unavailable="Die Bezahlseite lässt sich gerade nicht öffnen. Bitte versuchen Sie es in einigen Minuten erneut.",
    wrong_amount="Bitte geben Sie einen Betrag ab {least} ein, etwa 20 oder 7,50.",
    thanks_once="Ihre Zahlung ist eingegangen. Gleich zählt die Zahl sie mit.",
)
_AR = NoticeWords(
    thanks_title="شكرًا لكم",
    thanks="لقد انضممتم إلينا. سيشملكم العدد بعد لحظات.",
    back_to_page="العودة إلى المقال",
    closed_title="الانضمام غير متاح الآن",
    back_to_campaign="العودة إلى الحملة",
    not_begun="لم تبدأ هذه الحملة بعد.",
    over="انتهت هذه الحملة. شكرًا لكل من انضم.",
    nothing_on_sale="لا يُعرض هنا شيء في الوقت الحالي.",
    too_many="محاولات كثيرة من شبكتكم. يُرجى الانتظار عشر دقائق.",
    unavailable="تعذّر فتح صفحة الدفع الآن. يُرجى المحاولة بعد بضع دقائق.",
    wrong_amount="يُرجى إدخال مبلغ لا يقل عن {least}، مثل 20 أو 7.50.",
    thanks_once="تم دفع المبلغ. سيشمله العدد بعد لحظات.",
)
_WORDS = {"en": _EN, "uk": _UK, "de": _DE, "ar": _AR}


def notice_words(language: str) -> NoticeWords:
    """The short pages' words of a language tag."""
    return _WORDS.get(base_language(language), _EN)
