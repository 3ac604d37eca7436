"""Fixed words of the public pages, by language; a language without its own gets the English ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageWords:
    """Sentences with placeholders in braces, filled by `banner.page`."""

    as_of: str
    join_for: str
    join_interval: str
    intervals: Mapping[str, str]
    privacy: str
    members: str
    new_members: str
    amount: str
    settled: str
    grace: str
    trials: str
    no_trials: str
    opening: str
    window: str
    may_fall: str
    frozen: str
    silent: str
    checked: str
    never_checked: str
    no_reason: str
    givers: str
    signups: str
    how_title: str
    checks_title: str
    corrections_title: str
    unchecked: str
    no_corrections: str
    other_languages: str
    choose_title: str
    choice_interval: str
    choice_once: str
    choice_free: str
    choice_free_from: str
    amount_label: str
    go_on: str
    manage: str


_EN = PageWords(
    as_of="As of {when}",
    join_for="{button} for {price}",
    join_interval="{button} for {price} a {interval}",
    intervals={"day": "day", "week": "week", "month": "month", "year": "year"},
    privacy="You pay on our payment provider’s page. We keep no address or name for the count.",
    members=(
        "The number is people who are members now. Every person counts once, however many memberships they have, "
        "and whichever way they pay."
    ),
    new_members=(
        "The number is people who became members during this campaign, were not members just before it, and still "
        "are. Every person counts once."
    ),
    amount=(
        "The number is money received during this campaign, minus refunds and disputed payments, before the payment "
        "provider’s fees. Promises and unpaid invoices never count."
    ),
    settled="A membership counts from the moment its payment has arrived until the paid time ends or it is refunded.",
    grace="When a renewal fails, the person stays counted for {days} days, so that a replaced card is no loss.",
    trials="Free trials count.",
    no_trials="Free trials do not count.",
    opening="The count opened on {date} with {number} members stated by the newsroom ({sources}).",
    window="Counted from {start} to {end}, both included, in the time zone {zone}.",
    may_fall="The number can go down as well as up: it is never projected, rounded up or counted ahead.",
    frozen="The result was counted to its end on {date} and is fixed: {result}. What came later stands below.",
    silent="Not heard from in time: {sources}.",
    checked="compared with its own lists on {when}",
    never_checked="not compared with its own lists yet",
    no_reason="Corrected",
    givers=(
        "The number is people who gave during this campaign and whose money was not paid back in full. Every person "
        "counts once, however often they gave."
    ),
    signups=(
        "The number is people who signed up during this campaign, confirmed it and did not withdraw. Every person "
        "counts once."
    ),
    how_title="How we count",
    checks_title="Last checked",
    corrections_title="Corrections",
    unchecked="The number has not been checked against its sources yet.",
    no_corrections="No correction has been made to this number.",
    other_languages="This page in other languages",
    choose_title="How would you like to take part?",
    choice_interval="{price} a {interval}",
    choice_once="{price}, once",
    choice_free="Another amount, once",
    choice_free_from="Another amount, once (at least {price})",
    amount_label="Amount in {currency}",
    go_on="Go on to payment",
    manage="Change or end your membership",
)
_UK = PageWords(
    as_of="Станом на {when}",
    join_for="{button}: {price}",
    join_interval="{button}: {price} на {interval}",
    intervals={"day": "день", "week": "тиждень", "month": "місяць", "year": "рік"},
    privacy="Оплата відбувається на сторінці платіжної системи. Для підрахунку ми не зберігаємо ні адрес, ні імен.",
    members="Число — це люди, які зараз є учасниками. Кожна людина рахується один раз, хоч би скільки мала підписок.",
    new_members=(
        "Число — це люди, які стали учасниками під час кампанії, не були ними безпосередньо перед нею й залишаються "
        "досі. Кожна людина рахується один раз."
    ),
    amount=(
        "Число — це гроші, отримані під час кампанії, за вирахуванням повернень і оскаржених платежів, до комісій "
        "платіжної системи. Обіцянки й неоплачені рахунки не враховуються."
    ),
    settled="Участь рахується, відколи платіж надійшов, і доки не закінчиться оплачений час або гроші не повернуто.",
    grace="Якщо поновлення не вдалося, людина рахується ще {days} днів.",
    trials="Безкоштовні пробні періоди враховуються.",
    no_trials="Безкоштовні пробні періоди не враховуються.",
    opening="Підрахунок почався {date} з числа {number}, яке повідомила редакція ({sources}).",
    window="Період: від {start} до {end} включно, часовий пояс {zone}.",
    may_fall="Число може й зменшуватися: його ніколи не прогнозують, не округлюють угору й не рахують наперед.",
    frozen="Результат підраховано {date}, він остаточний: {result}. Що сталося пізніше, наведено нижче.",
    silent="Вчасно не відповіли: {sources}.",
    checked="звірено з власними списками {when}",
    never_checked="ще не звірено з власними списками",
    no_reason="Виправлено",
    givers=(
        "Число — це люди, які надали кошти під час кампанії і яким їх не повернули повністю. Кожна людина рахується "
        "один раз, хоч би скільки разів вона жертвувала."
    ),
    signups=(
        "Число — це люди, які зареєструвалися під час кампанії, підтвердили це й не відмовилися. Кожна людина "
        "рахується один раз."
    ),
    how_title="Як ми рахуємо",
    checks_title="Остання перевірка",
    corrections_title="Виправлення",
    unchecked="Число ще не звірено з джерелами.",
    no_corrections="Цього числа ще не виправляли.",
    other_languages="Ця сторінка іншими мовами",
    choose_title="Як ви хочете долучитися?",
    choice_interval="{price} на {interval}",
    choice_once="{price}, один раз",
    choice_free="Інша сума, один раз",
    choice_free_from="Інша сума, один раз (від {price})",
    amount_label="Сума в {currency}",
    go_on="Перейти до оплати",
    manage="Змінити або завершити участь",
)
_DE = PageWords(
    as_of="Stand: {when}",
    join_for="{button} für {price}",
    join_interval="{button} für {price} pro {interval}",
    intervals={"day": "Tag", "week": "Woche", "month": "Monat", "year": "Jahr"},
    privacy="Sie zahlen auf der Seite des Zahlungsanbieters. Für die Zählung speichern wir weder Adresse noch Name.",
    members="Gezählt werden Menschen, die jetzt Mitglied sind: jeder einmal, gleich wie viele Mitgliedschaften er hat.",
    new_members=(
        "Gezählt werden Menschen, die in dieser Kampagne Mitglied wurden, es unmittelbar davor nicht waren und es noch "
        "sind: jeder einmal."
    ),
    amount=(
        "Gezählt wird Geld, das in dieser Kampagne eingegangen ist, abzüglich Erstattungen und strittiger Zahlungen, "
        "vor den Gebühren des Zahlungsanbieters. Zusagen und offene Rechnungen zählen nie."
    ),
    settled="Eine Mitgliedschaft zählt vom Eingang ihrer Zahlung bis zum Ende der bezahlten Zeit oder zur Erstattung.",
    grace="Schlägt eine Verlängerung fehl, zählt der Mensch noch {days} Tage.",
    trials="Kostenlose Probezeiten zählen.",
    no_trials="Kostenlose Probezeiten zählen nicht.",
    opening="Die Zählung begann am {date} mit {number} Mitgliedern nach Angabe der Redaktion ({sources}).",
    window="Gezählt wird vom {start} bis zum {end}, beide eingeschlossen, Zeitzone {zone}.",
    may_fall="Die Zahl kann auch sinken: Sie wird nie hochgerechnet, aufgerundet oder vorausgezählt.",
    frozen="Das Ergebnis wurde am {date} festgestellt: {result}. Was später kam, steht darunter.",
    silent="Nicht rechtzeitig gemeldet: {sources}.",
    checked="mit den eigenen Listen verglichen am {when}",
    never_checked="noch nicht mit den eigenen Listen verglichen",
    no_reason="Korrigiert",
    givers=(
        "Gezählt werden Menschen, die in dieser Kampagne gegeben haben und deren Geld nicht ganz erstattet wurde: "
        "jeder einmal, gleich wie oft er gegeben hat."
    ),
    signups=(
        "Gezählt werden Menschen, die sich in dieser Kampagne angemeldet, es bestätigt und nicht widerrufen haben: "
        "jeder einmal."
    ),
    how_title="So zählen wir",
    checks_title="Zuletzt geprüft",
    corrections_title="Korrekturen",
    unchecked="Die Zahl wurde noch nicht mit ihren Quellen verglichen.",
    no_corrections="Diese Zahl wurde nie korrigiert.",
    other_languages="Diese Seite in anderen Sprachen",
    choose_title="Wie möchten Sie mitmachen?",
    choice_interval="{price} pro {interval}",
    choice_once="{price}, einmalig",
    choice_free="Anderer Betrag, einmalig",
    choice_free_from="Anderer Betrag, einmalig (ab {price})",
    amount_label="Betrag in {currency}",
    go_on="Weiter zur Zahlung",
    manage="Mitgliedschaft ändern oder beenden",
)
_AR = PageWords(
    as_of="بتاريخ {when}",
    join_for="{button} مقابل {price}",
    join_interval="{button} مقابل {price} لكل {interval}",
    intervals={"day": "يوم", "week": "أسبوع", "month": "شهر", "year": "سنة"},
    privacy="تدفعون على صفحة مزود خدمة الدفع. لا نحتفظ بأي عنوان أو اسم لأجل العدّ.",
    members="العدد هو من هم أعضاء الآن. يُحتسب كل شخص مرة واحدة، مهما تعددت اشتراكاته وأيًّا كانت طريقة دفعه.",
    new_members=(
        "العدد هو من صاروا أعضاء خلال هذه الحملة، ولم يكونوا أعضاء قبلها مباشرة، وما زالوا كذلك. يُحتسب كل شخص مرة "
        "واحدة."
    ),
    amount=(
        "العدد هو المال الذي وصل خلال هذه الحملة، مطروحًا منه ما أُعيد وما هو موضع نزاع، قبل رسوم مزود خدمة الدفع. "
        "لا تُحتسب الوعود ولا الفواتير غير المدفوعة."
    ),
    settled="تُحتسب العضوية من لحظة وصول دفعتها حتى انتهاء المدة المدفوعة أو إعادة المال.",
    grace="إذا تعذّر التجديد يبقى الشخص محتسبًا {days} يومًا.",
    trials="تُحتسب الفترات التجريبية المجانية.",
    no_trials="لا تُحتسب الفترات التجريبية المجانية.",
    opening="بدأ العدّ في {date} بعدد {number} أعلنته غرفة الأخبار ({sources}).",
    window="نعدّ من {start} إلى {end}، واليومان مشمولان، بتوقيت {zone}.",
    may_fall="قد ينخفض العدد كما يرتفع: لا نقدّره ولا نقرّبه إلى أعلى ولا نسبق به.",
    frozen="اكتمل عدّ النتيجة في {date} وهي نهائية: {result}. وما جاء بعد ذلك مذكور أدناه.",
    silent="لم تردّ في الوقت المحدد: {sources}.",
    checked="قورن بقوائمه في {when}",
    never_checked="لم يُقارن بقوائمه بعد",
    no_reason="تصحيح",
    givers=("العدد هو من دفعوا خلال هذه الحملة ولم يُعَد إليهم كامل المبلغ. يُحتسب كل شخص مرة واحدة مهما تكرر عطاؤه."),
    signups="العدد هو من سجّلوا خلال هذه الحملة وأكّدوا تسجيلهم ولم يسحبوه. يُحتسب كل شخص مرة واحدة.",
    how_title="كيف نعدّ",
    checks_title="آخر تحقق",
    corrections_title="التصحيحات",
    unchecked="لم يُقارن العدد بمصادره بعد.",
    no_corrections="لم يُجرَ أي تصحيح على هذا العدد.",
    other_languages="هذه الصفحة بلغات أخرى",
    choose_title="كيف تودّون المشاركة؟",
    choice_interval="{price} لكل {interval}",
    choice_once="{price} مرة واحدة",
    choice_free="مبلغ آخر مرة واحدة",
    choice_free_from="مبلغ آخر مرة واحدة (لا يقل عن {price})",
    amount_label="المبلغ بعملة {currency}",
    go_on="المتابعة إلى الدفع",
    manage="تعديل العضوية أو إنهاؤها",
)

_PAGE_WORDS = {"en": _EN, "uk": _UK, "de": _DE, "ar": _AR}


def page_words(language: str) -> PageWords:
    """The fixed words of a language tag ("uk", "de-AT")."""
    return _PAGE_WORDS.get(language.replace("_", "-").split("-")[0].lower(), _EN)
