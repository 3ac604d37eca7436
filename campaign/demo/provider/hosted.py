"""The page on which a supporter pays: plain, on the provider's own address."""

from __future__ import annotations

from html import escape

from campaign.demo.provider.records import Price, Product, Session
from campaign.demo.provider.world import World

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pay {amount}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 0; display: grid; min-height: 100vh; place-items: center; }}
main {{ width: min(24rem, calc(100vw - 2rem)); }}
h1 {{ font-size: 1.1rem; margin: 0; }}
p.amount {{ font-size: 2rem; margin: .25rem 0 1.5rem; }}
label {{ display: block; margin: .75rem 0 .25rem; }}
input, select, button {{ font: inherit; width: 100%; box-sizing: border-box; padding: .6rem; border-radius: .4rem; }}
input, select {{ border: 1px solid #8889; }}
button {{ margin-top: 1.25rem; border: 0; background: #0a5cd8; color: #fff; cursor: pointer; }}
button.quiet {{ background: none; color: inherit; text-decoration: underline; margin-top: .25rem; }}
:focus-visible {{ outline: 3px solid #0a5cd8; outline-offset: 2px; }}
p.note {{ font-size: .875rem; opacity: .8; }}
</style></head>
<body><main>
<h1>{title}</h1>
<p class="amount">{amount}{rhythm}</p>
{message}
<form method="post">
<label for="email">E-mail</label>
<input id="email" name="email" type="email" required autocomplete="email" value="{email}"{fixed}>
<label for="name">Name (optional)</label>
<input id="name" name="name" autocomplete="name">
<label for="payment">Pay with</label>
<select id="payment" name="payment">
<option value="card">a card that works</option>
<option value="fails">a card that is declined</option>
<option value="debit">a bank debit (some days)</option>
</select>
<button name="do" value="pay">Pay</button>
<button class="quiet" name="do" value="cancel" formnovalidate>Cancel</button>
</form>
<p class="note">A stand-in for a payment provider: no money moves.</p>
</main></body></html>
"""
CLOSED = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Not open</title></head>
<body><main><h1>This payment page is no longer open.</h1></main></body></html>
"""
NO_CENTS = ("jpy", "krw", "vnd", "clp", "isk", "ugx")


def payment_page(world: World, session: Session, message: str = "") -> str:
    if session.status != "open":
        return CLOSED
    price = world.state.get(Price, session.items[0]["price"])
    digits = 0 if session.currency in NO_CENTS else 2
    email = session.customer_email or ""
    return PAGE.format(
        title=escape(world.state.get(Product, price.product).name),
        amount=f"{session.amount / 10**digits:,.{digits}f} {session.currency.upper()}",
        rhythm=f" a {price.interval}" if price.interval else "",
        message=f'<p role="alert">{escape(message)}</p>' if message else "",
        email=escape(email),
        fixed=" readonly" if email else "",
    )
