"""What goals count, as nouns: language, kind of goal, CLDR plural category to (after "of <number>", after a number)."""

from __future__ import annotations

from collections.abc import Mapping

NOUNS: Mapping[str, Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "en": {
        "members": {"one": ("member", "member"), "other": ("members", "members")},
        "new_members": {"one": ("new member", "new member"), "other": ("new members", "new members")},
        "givers": {"one": ("supporter", "supporter"), "other": ("supporters", "supporters")},
        "signups": {"one": ("sign-up", "sign-up"), "other": ("sign-ups", "sign-ups")},
    },
    "uk": {
        "members": {
            "one": ("учасника", "учасник"),
            "few": ("учасників", "учасники"),
            "other": ("учасників", "учасників"),
        },
        "new_members": {
            "one": ("нового учасника", "новий учасник"),
            "few": ("нових учасників", "нові учасники"),
            "other": ("нових учасників", "нових учасників"),
        },
        "givers": {
            "one": ("доброчинця", "доброчинець"),
            "few": ("доброчинців", "доброчинці"),
            "other": ("доброчинців", "доброчинців"),
        },
        "signups": {
            "one": ("реєстрації", "реєстрація"),
            "few": ("реєстрацій", "реєстрації"),
            "other": ("реєстрацій", "реєстрацій"),
        },
    },
    "de": {
        "members": {"one": ("Mitglied", "Mitglied"), "other": ("Mitgliedern", "Mitglieder")},
        "new_members": {
            "one": ("neuem Mitglied", "neues Mitglied"),
            "other": ("neuen Mitgliedern", "neue Mitglieder"),
        },
        "givers": {"one": ("Unterstützenden", "Unterstützender"), "other": ("Unterstützenden", "Unterstützende")},
        "signups": {"one": ("Anmeldung", "Anmeldung"), "other": ("Anmeldungen", "Anmeldungen")},
    },
    "ar": {
        "members": {
            "two": ("عضوين", "عضوان"),
            "few": ("أعضاء", "أعضاء"),
            "many": ("عضوًا", "عضوًا"),
            "other": ("عضو", "عضو"),
        },
        "new_members": {
            "two": ("عضوين جديدين", "عضوان جديدان"),
            "few": ("أعضاء جدد", "أعضاء جدد"),
            "many": ("عضوًا جديدًا", "عضوًا جديدًا"),
            "other": ("عضو جديد", "عضو جديد"),
        },
        "givers": {
            "two": ("داعمين", "داعمان"),
            "few": ("داعمين", "داعمين"),
            "many": ("داعمًا", "داعمًا"),
            "other": ("داعم", "داعم"),
        },
        "signups": {
            "two": ("تسجيلين", "تسجيلان"),
            "few": ("تسجيلات", "تسجيلات"),
            "many": ("تسجيلًا", "تسجيلًا"),
            "other": ("تسجيل", "تسجيل"),
        },
    },
}
