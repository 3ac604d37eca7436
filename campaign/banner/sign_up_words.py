"""Words of signing up on a campaign's page, by language; a language without its own gets the English ones."""

from __future__ import annotations

from dataclasses import dataclass

from campaign.domain.default_words import base_language


@dataclass(frozen=True, slots=True)
class SignUpWords:
    """One sentence each; {name} is the campaign's."""

    label: str
    privacy: str
    wrong_address: str
    sent_title: str
    sent: str
    confirm_title: str
    confirm: str
    confirm_button: str
    confirmed: str
    withdraw_title: str
    withdraw: str
    withdraw_button: str
    withdrawn: str
    unknown_link: str
    off: str


_EN = SignUpWords(
    label="Your e-mail address",
    privacy="We send one mail to confirm it is you. Once you confirm, or after 7 days, we keep no address: only a code "
    "that lets us count you once.",
    wrong_address="This does not look like an e-mail address. Please check it.",
    sent_title="Check your mail",
    sent="We have sent you a mail. Open the link in it, and you are counted. Nothing there? Look in the spam folder.",
    confirm_title="One click left",
    confirm="Confirm that you want to sign up for “{name}”.",
    confirm_button="Confirm",
    confirmed="You have signed up. The number counts you in a moment.",
    withdraw_title="Take it back?",
    withdraw="You will no longer be counted for “{name}”.",
    withdraw_button="Take it back",
    withdrawn="Your sign-up is taken back.",
    unknown_link="This link is not good any more. You can sign up again on the campaign’s page.",
    off="Signing up by mail is not possible right now. Please try again later.",
)
_UK = SignUpWords(
    label="Ваша електронна адреса",
    privacy="Ми надішлемо один лист, щоб упевнитися, що це ви. Після підтвердження або за 7 днів ми не зберігаємо "
    "адреси: лише код, щоб порахувати вас один раз.",
    wrong_address="Це не схоже на електронну адресу. Перевірте, будь ласка.",
    sent_title="Перевірте пошту",
    sent="Ми надіслали вам лист. Відкрийте посилання в ньому, і вас буде враховано. Немає листа? Погляньте у спам.",
    confirm_title="Залишився один крок",
    confirm="Підтвердьте, що хочете записатися на «{name}».",
    confirm_button="Підтвердити",
    confirmed="Ви записалися. За мить число врахує й вас.",
    withdraw_title="Відкликати?",
    withdraw="Вас більше не буде враховано для «{name}».",
    withdraw_button="Відкликати",
    withdrawn="Ваш запис відкликано.",
    unknown_link="Це посилання вже не діє. Ви можете записатися знову на сторінці кампанії.",
    off="Зараз записатися поштою не можна. Спробуйте, будь ласка, пізніше.",
)
_DE = SignUpWords(
    label="Ihre E-Mail-Adresse",
    privacy="Wir senden eine Mail, um sicherzugehen, dass Sie es sind. Nach der Bestätigung oder nach 7 Tagen behalten "
    "wir keine Adresse: nur einen Code, um Sie einmal zu zählen.",
    wrong_address="Das sieht nicht nach einer E-Mail-Adresse aus. Bitte prüfen Sie sie.",
    sent_title="Sehen Sie in Ihre Mail",
    sent="Wir haben Ihnen eine Mail gesendet. Öffnen Sie den Link darin, dann werden Sie gezählt. Nichts da? Sehen Sie "
    "im Spam-Ordner nach.",
    confirm_title="Noch ein Klick",
    confirm="Bestätigen Sie, dass Sie sich für „{name}“ eintragen möchten.",
    confirm_button="Bestätigen",
    confirmed="Sie sind eingetragen. Gleich zählt die Zahl auch Sie.",
    withdraw_title="Zurücknehmen?",
    withdraw="Sie werden dann für „{name}“ nicht mehr gezählt.",
    withdraw_button="Zurücknehmen",
    withdrawn="Ihre Eintragung ist zurückgenommen.",
    unknown_link="Dieser Link gilt nicht mehr. Auf der Seite der Kampagne können Sie sich erneut eintragen.",
    off="Eintragen per Mail ist gerade nicht möglich. Bitte versuchen Sie es später erneut.",
)
_AR = SignUpWords(
    label="بريدكم الإلكتروني",
    privacy="نرسل رسالة واحدة للتأكد من أنكم أنتم. بعد التأكيد أو بعد 7 أيام لا نحتفظ بالعنوان، بل برمز يتيح "
    "احتسابكم مرة واحدة فقط.",
    wrong_address="لا يبدو هذا عنوان بريد إلكتروني. يُرجى التحقق منه.",
    sent_title="افتحوا بريدكم",
    sent="أرسلنا إليكم رسالة. افتحوا الرابط فيها فيشملكم العدد. لم تجدوها؟ انظروا في مجلد الرسائل غير المرغوبة.",
    confirm_title="بقيت خطوة واحدة",
    confirm="أكّدوا رغبتكم في التسجيل في «\u2068{name}\u2069».",
    confirm_button="تأكيد",
    confirmed="تم تسجيلكم. سيشملكم العدد بعد لحظات.",
    withdraw_title="سحب التسجيل؟",
    withdraw="لن تُحتسبوا بعد ذلك في «\u2068{name}\u2069».",
    withdraw_button="سحب التسجيل",
    withdrawn="تم سحب تسجيلكم.",
    unknown_link="لم يعد هذا الرابط صالحًا. يمكنكم التسجيل من جديد في صفحة الحملة.",
    off="التسجيل بالبريد غير ممكن الآن. يُرجى المحاولة لاحقًا.",
)
_BY_LANGUAGE = {"en": _EN, "uk": _UK, "de": _DE, "ar": _AR}


def sign_up_words(language: str) -> SignUpWords:
    """The words of a language, else the English ones."""
    return _BY_LANGUAGE.get(base_language(language), _EN)
