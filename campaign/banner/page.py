"""The campaign's own page: progress, joining, how the number is made, corrections."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import quote

from campaign.banner.beside import BesideView, beside_view
from campaign.banner.forecast_words import forecast_sentence
from campaign.banner.formats import Formats, autonym
from campaign.banner.page_words import PageWords, page_words
from campaign.banner.render import FragmentView, amount_text, environment, fragment_view
from campaign.banner.sign_up_words import sign_up_words
from campaign.banner.snapshot import Snapshot
from campaign.domain.campaign import Campaign, GoalKind, Join
from campaign.domain.money import EXPONENTS, Money
from campaign.domain.offers import FREE, Offered
from campaign.domain.stage import RUNNING_STAGES
from campaign.domain.wording import fill, words_for


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """One thing to choose, the value it is sent as, and its words."""

    value: str
    text: str


@dataclass(frozen=True, slots=True)
class JoinView:
    """The one join form: where it is sent and what its button says; `choices` where there are several.

    `amount`: the label of the field for an amount of one's own. `portal`: where members change or end what they have.
    """

    action: str
    price_text: str
    button: str
    privacy: str
    choices: tuple[ChoiceView, ...] = ()
    amount: str = ""
    portal: str = ""
    portal_text: str = ""


@dataclass(frozen=True, slots=True)
class SignUpView:
    """The form for signing up by mail."""

    action: str
    title: str
    label: str
    button: str
    privacy: str


@dataclass(frozen=True, slots=True)
class CheckView:
    """A source and when it was last compared, in words."""

    source: str
    checked_text: str


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """A public correction: when it became true, by how much, why."""

    when_text: str
    amount_text: str
    reason: str


@dataclass(frozen=True, slots=True)
class PageView:
    """What the campaign page's template gets."""

    slug: str
    lang: str
    dir: str
    title: str
    description: str
    fragment: FragmentView
    join: JoinView | None
    sign_up: SignUpView | None
    forecast: str
    how: tuple[str, ...]
    checks: tuple[CheckView, ...]
    corrections: tuple[CorrectionView, ...]
    canonical: str
    words: PageWords
    beside: BesideView
    og_image: str
    oembed: str
    others: tuple[OtherLanguage, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherLanguage:
    """The same page in another language, named in that language."""

    lang: str
    name: str
    href: str


def page_path(campaign: Campaign, language: str) -> str:
    """Where the page in a language is; in the first one, at the campaign's own address."""
    return f"/g/{campaign.slug}/" + ("" if language == campaign.languages[0] else f"{language}/")


def page_html(snapshot: Snapshot, public_url: str, language: str | None = None) -> str:
    """The finished page in one language, by default the campaign's first."""
    view = page_view(snapshot, public_url, language or snapshot.campaign.languages[0])
    return environment().get_template("public/campaign.html").render(page=view) + "\n"


def page_view(snapshot: Snapshot, public_url: str, language: str) -> PageView:
    """The page's words."""
    campaign = snapshot.campaign
    canonical = f"{public_url}{page_path(campaign, language)}"
    formats = Formats(language, campaign.zone)
    words = page_words(language)
    # The campaign's own page has no script and is for everybody.
    fragment = replace(fragment_view(snapshot, language, public_url), rules=False)
    said = (fragment.plain, fragment.call, fragment.as_of_text)
    return PageView(
        slug=campaign.slug,
        lang=language,
        dir=formats.direction,
        title=campaign.name,
        description=" ".join(f"{part.rstrip('.')}." for part in said if part),
        fragment=fragment,
        join=_join(snapshot, formats, words),
        sign_up=_sign_up(snapshot, language),
        forecast=forecast_sentence(snapshot, language),
        how=tuple(_how(snapshot, formats, words)),
        checks=tuple(_checks(snapshot, formats, words)),
        corrections=tuple(_corrections(snapshot, formats, words)),
        canonical=canonical,
        words=words,
        beside=beside_view(snapshot, language, public_url),
        og_image=f"{public_url}/g/{campaign.slug}/share.{language}.png",
        oembed=f"{public_url}/oembed?url={quote(canonical, safe='')}",
        others=tuple(
            OtherLanguage(other, autonym(other), page_path(campaign, other))
            for other in campaign.languages
            if other != language
        ),
    )


def _checks(snapshot: Snapshot, formats: Formats, words: PageWords) -> list[CheckView]:
    return [
        CheckView(
            check.source,
            fill(words.checked, {"when": formats.instant(check.checked_at)})
            if check.checked_at
            else words.never_checked,
        )
        for check in snapshot.checks
    ]


def _corrections(snapshot: Snapshot, formats: Formats, words: PageWords) -> list[CorrectionView]:
    return [
        CorrectionView(
            formats.day(snapshot.campaign.local_day(entry.occurred_at)),
            f"{'+' if entry.amount > 0 else '−'}{amount_text(snapshot, formats, abs(entry.amount))}",
            entry.note or words.no_reason,
        )
        for entry in snapshot.corrections
    ]


def _join(snapshot: Snapshot, formats: Formats, words: PageWords) -> JoinView | None:
    price = snapshot.price
    if price is None or snapshot.stage not in RUNNING_STAGES:
        return None
    button = words_for(snapshot.campaign, formats.language, snapshot.stage).button
    text = button
    if price.amount_minor is not None and price.currency in EXPONENTS:
        values = {"button": button, "price": formats.money(Money(price.amount_minor, price.currency))}
        interval = words.intervals.get(price.interval or "")
        text = fill(words.join_interval, values | {"interval": interval}) if interval else fill(words.join_for, values)
    join = snapshot.campaign.join
    view = JoinView(f"/g/{snapshot.campaign.slug}/join", text, button, join.privacy or words.privacy)
    if join.portal_url:
        view = replace(view, portal=join.portal_url, portal_text=words.manage)
    if len(snapshot.offers) < 2 and not join.give_free:
        return view
    choices = tuple(ChoiceView(one.value, _choice(one, join, formats, words)) for one in snapshot.offers)
    amount = fill(words.amount_label, {"currency": join.give_currency}) if join.give_free else ""
    return replace(view, price_text=words.choose_title, button=words.go_on, choices=choices, amount=amount)


def _choice(one: Offered, join: Join, formats: Formats, words: PageWords) -> str:
    if one.value == FREE and join.give_minimum_minor:
        least = formats.money(Money(join.give_minimum_minor, join.give_currency))
        return fill(words.choice_free_from, {"price": least})
    if one.amount_minor is None or one.currency not in EXPONENTS:
        return words.choice_free if one.value == FREE else one.value
    price = formats.money(Money(one.amount_minor, one.currency))
    interval = words.intervals.get(one.interval or "")
    if interval:
        return fill(words.choice_interval, {"price": price, "interval": interval})
    return fill(words.choice_once, {"price": price})


def _sign_up(snapshot: Snapshot, language: str) -> SignUpView | None:
    if not snapshot.signs_up or snapshot.stage not in RUNNING_STAGES:
        return None
    words = sign_up_words(language)
    button = words_for(snapshot.campaign, language, snapshot.stage).button
    query = "" if language == snapshot.campaign.languages[0] else f"?lang={language}"
    action = f"/g/{snapshot.campaign.slug}/sign-up{query}"
    return SignUpView(action, button, words.label, button, words.privacy)


def _how(snapshot: Snapshot, formats: Formats, words: PageWords) -> list[str]:
    campaign = snapshot.campaign
    texts = [str(getattr(words, campaign.kind.value))]
    if campaign.kind in (GoalKind.MEMBERS, GoalKind.NEW_MEMBERS):
        texts.append(words.settled)
        texts.append(fill(words.grace, {"days": formats.number(campaign.rule.grace_days)}))
        texts.append(words.trials if campaign.rule.count_trials else words.no_trials)
    if campaign.opening is not None:
        opening = campaign.opening
        values = {
            "date": formats.day(campaign.local_day(opening.at)),
            "number": formats.number(opening.members),
            "sources": ", ".join(source.name for source in opening.sources),
        }
        texts.append(fill(words.opening, values))
    window = {
        "start": formats.day(campaign.starts_on),
        "end": formats.day(campaign.ends_on),
        "zone": campaign.zone,
    }
    texts.append(fill(words.window, window))
    if campaign.frozen is not None:
        values = {
            "date": formats.day(campaign.local_day(campaign.frozen.at)),
            "result": amount_text(snapshot, formats, campaign.frozen.result),
        }
        texts.append(fill(words.frozen, values))
        if campaign.frozen.silent_sources:
            texts.append(fill(words.silent, {"sources": ", ".join(campaign.frozen.silent_sources)}))
    texts.append(words.may_fall)
    return texts
