"""Kits: how the banner comes into each kind of page and place, as steps and texts to copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

from campaign.banner.formats import autonym
from campaign.banner.ghost_page import page_slug
from campaign.domain.campaign import Campaign

PAGES, SERVERS, ELSEWHERE = "In your pages", "Printed by your own servers", "Everywhere else"


@dataclass(frozen=True, slots=True)
class Piece:
    """A text to copy. `label`: what it is, where a kit has several."""

    text: str
    label: str = ""
    lang: str = "en"


@dataclass(frozen=True, slots=True)
class Link:
    """A file to load down, or a page to open."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Kit:
    """One way to bring the banner to readers. `picture`: the address of one that is shown beside the steps.

    `is_pushed`: we write the number there ourselves, once staff switch that on beside it.
    """

    group: str
    name: str
    steps: tuple[str, ...]
    pieces: tuple[Piece, ...]
    links: tuple[Link, ...] = ()
    picture: str = ""
    is_pushed: bool = False


@dataclass(frozen=True, slots=True)
class _Of:
    """What the kits are about; `shares` and `sentence` as `kits_of` takes them."""

    campaign: Campaign
    language: str
    base: str
    shares: Mapping[str, str]
    sentence: str

    @property
    def slug(self) -> str:
        return self.campaign.slug

    @property
    def name(self) -> str:
        return escape(self.campaign.name)

    @property
    def here(self) -> str:
        return f"{self.base}/g/{self.slug}"

    @property
    def fragment(self) -> str:
        return f"/g/{self.slug}.{self.language}.html"

    @property
    def host(self) -> str:
        return urlsplit(self.base).netloc

    def element(self, inside: str = "") -> str:
        return (
            f'<link rel="stylesheet" href="{self.base}/mg.css">\n'
            f'<member-goal campaign="{self.slug}" lang="{self.language}">{inside}</member-goal>\n'
            f'<script async src="{self.base}/mg.js"></script>'
        )


PASTE = "Paste it where the banner should stand."


def kits_of(campaign: Campaign, language: str, base: str, shares: Mapping[str, str], sentence: str) -> tuple[Kit, ...]:
    """Every kit of a campaign in one language, around what is published at this moment.

    `shares`: texts that readers send on, by language; `sentence`: the number with its time. Empty while not public.
    """
    of = _Of(campaign, language, base, shares, sentence)
    return (*_in_pages(of), *_by_servers(of), *_elsewhere(of))


def _in_pages(of: _Of) -> Iterator[Kit]:
    filled = "It fills itself, and stays fresh while it is seen."
    yield Kit(PAGES, "Any site", (PASTE, filled), (Piece(of.element()),))
    ghost = "Put an HTML card into the post, or open the theme’s post.hbs."
    yield Kit(PAGES, "Ghost", (ghost, "Paste this and publish."), (Piece(of.element()),))
    frame = (
        f'<iframe src="{of.here}/frame.{of.language}.card.html" width="640" height="320" title="{of.name}"></iframe>'
    )
    yield Kit(PAGES, "Frame", ("For sites that allow no script of others.", PASTE), (Piece(frame),))
    tags = (
        f'<meta property="og:title" content="{of.name}">\n'
        f'<meta property="og:url" content="{of.here}/">\n'
        f'<meta property="og:image" content="{of.here}/share.{of.language}.png">\n'
        '<meta property="og:image:width" content="1200">\n<meta property="og:image:height" content="630">\n'
        f'<meta property="og:image:alt" content="{of.name}">\n'
        '<meta name="twitter:card" content="summary_large_image">'
    )
    steps = (
        "Put it into the head of your own page about the campaign. (The campaign’s page here has it already.)",
        "Links to that page then show the picture with the number of that moment; most sites keep it for some hours.",
    )
    yield Kit(PAGES, "Open Graph", steps, (Piece(tags),), picture=f"{of.here}/share.{of.language}.png")


def _by_servers(of: _Of) -> Iterator[Kit]:
    stays = "The number stands in the page itself; when we are down, the last one stays."
    steps = (
        "Load member-goal.zip down; in WordPress: Plugins, Add New, Upload Plugin, then activate it.",
        f"Settings, Member goal: address {of.base}, campaign {of.slug}, language {of.language}.",
        "Put the block “Member goal” into a post, or this. Your server prints the number; no script is needed.",
    )
    shortcode = Piece(f'[member_goal campaign="{of.slug}" language="{of.language}"]')
    plugin = Link("member-goal.zip", "/staff/kits/member-goal.zip")
    yield Kit(SERVERS, "WordPress", steps, (shortcode,), (plugin,))
    theme = (
        "Choose your site here and switch it on: a page of your site says the words, and is written as they change.",
        "In Ghost Admin: Settings, Theme, download your theme. Save the first part in it as partials/member-goal.hbs.",
        "Put the second part into post.hbs, where the banner should stand, and upload the theme.",
    )
    parts = (
        Piece(_GHOST.format(base=of.base, slug=page_slug(of.slug)), "partials/member-goal.hbs"),
        Piece('{{> "member-goal"}}', "In post.hbs"),
    )
    yield Kit(SERVERS, "Ghost, without a script", theme, parts, is_pushed=True)
    include = f'<!--#include virtual="/goal{of.fragment}" -->'
    yield Kit(
        *(SERVERS, "nginx (SSI)", ("Put the first part into http and the second into your server.", PASTE, stays)),
        (
            Piece("proxy_cache_path /var/cache/nginx/goal keys_zone=goal:1m max_size=10m inactive=7d;", "In http"),
            Piece(_NGINX.format(base=of.base, host=of.host), "In your server"),
            Piece(of.element(include), "In the page"),
        ),
    )
    esi = f'<esi:include src="/goal{of.fragment}"/>'
    yield Kit(
        *(SERVERS, "Varnish (ESI)", ("Add this to your VCL: Varnish asks without TLS, where this program listens.",
                                     PASTE, stays)),
        (Piece(_VARNISH.format(host=of.host), "In default.vcl"), Piece(of.element(esi), "In the page")),
    )  # fmt: skip
    yield Kit(
        *(SERVERS, "Fastly (ESI)", (f"Make a host “goal” for {of.host}, with TLS.", "Add this as VCL snippets.", PASTE,
                                    stays)),
        (
            Piece(_FASTLY_RECV.format(host=of.host), "In recv"),
            Piece(_FASTLY_FETCH, "In fetch"),
            Piece(of.element(esi), "In the page"),
        ),
    )  # fmt: skip


def _elsewhere(of: _Of) -> Iterator[Kit]:
    picture = f"{of.here}.{of.language}.png"
    mail = (
        f'<a href="{of.here}/go?a=mail"><img src="{picture}" width="600" alt="{escape(of.sentence) or of.name}"></a>\n'
        f"<p>{escape(of.sentence)}</p>"
    )
    steps = (
        "Paste it shortly before you send. The picture shows the number of the moment at which the mail is opened;"
        " the sentence says when it was true, for mail without pictures.",
        f"Where your system can fetch text as it sends, take the sentence from {of.here}.{of.language}.txt.",
    )
    yield Kit(ELSEWHERE, "Mail to readers", steps, (Piece(mail),), picture=picture)
    if of.shares:
        texts = tuple(Piece(text, autonym(language), language) for language, text in of.shares.items())
        share = f"{of.here}/share.{of.language}.png"
        said = "The words of this moment, with the campaign’s page. Load the picture down to go with them."
        yield Kit(ELSEWHERE, "Share texts", (said,), texts, (Link("The picture, 1200 × 630", share),), share)
    taken = ("Paste it into sites and chats that take links.",)
    yield Kit(ELSEWHERE, "Link that shows itself", taken, (Piece(f"{of.here}/"),))
    screen = f"{of.here}/screen.{of.language}.html"
    yield Kit(
        ELSEWHERE, "Big screen", ("Open it in a browser, full screen.",), (Piece(screen),), (Link("Open", screen),)
    )
    qr = f"{of.here}/qr.svg"
    yield Kit(
        ELSEWHERE,
        "QR code",
        ("For print: it leads to the campaign’s page.",),
        (Piece(qr),),
        (Link("Load it down", qr),),
        qr,
    )


_GHOST = """\
{{{{#get "pages" filter="slug:{slug}"}}}}
  {{{{#foreach pages}}}}
    <link rel="stylesheet" href="{base}/mg.css">
    {{{{content}}}}
  {{{{/foreach}}}}
{{{{/get}}}}"""
_NGINX = """\
ssi on;
location /goal/g/ {{
    proxy_pass {base}/g/;
    proxy_set_header Host {host};
    proxy_ssl_server_name on;
    proxy_cache goal;
    proxy_cache_lock on;
    proxy_cache_use_stale error timeout updating http_500 http_502 http_503 http_504;
    proxy_connect_timeout 2s;
    proxy_read_timeout 2s;
}}"""
_VARNISH = """\
backend goal {{
    .host = "127.0.0.1";
    .port = "8000";
    .connect_timeout = 2s;
    .first_byte_timeout = 2s;
}}

sub vcl_recv {{
    if (req.url ~ "^/goal/g/") {{
        set req.backend_hint = goal;
        set req.url = regsub(req.url, "^/goal", "");
        set req.http.Host = "{host}";
        unset req.http.Cookie;
        return (hash);
    }}
}}

sub vcl_backend_response {{
    if (bereq.backend == goal) {{
        set beresp.grace = 7d;
    }} else if (beresp.http.Content-Type ~ "^text/html") {{
        set beresp.do_esi = true;
    }}
}}"""
_FASTLY_RECV = """\
if (req.url.path ~ "^/goal/g/") {{
  set req.backend = F_goal;
  set req.url = regsub(req.url, "^/goal", "");
  set req.http.Host = "{host}";
  unset req.http.Cookie;
}}"""
_FASTLY_FETCH = """\
if (req.backend == F_goal) {
  set beresp.stale_if_error = 7d;
} else if (beresp.http.Content-Type ~ "^text/html") {
  esi;
}"""
