"""Draw the lead picture of the demo's article: a ferry at first light (writes static/ferry.svg)."""

import math
import random
from pathlib import Path

WIDTH, HEIGHT, WATERLINE = 1600, 900, 560
TARGET = Path(__file__).with_name("static") / "ferry.svg"
CLOUDS = ("#f7c9a4", "#eaa596", "#c598a8", "#fbdfba")
DEFS = """<defs>
<linearGradient id="sky" x2="0" y2="1"><stop offset="0" stop-color="#1d2f4d"/><stop offset=".45" stop-color="#5b6c8c"/>
<stop offset=".75" stop-color="#d9a08b"/><stop offset="1" stop-color="#f6cf9c"/></linearGradient>
<linearGradient id="sea" x2="0" y2="1"><stop offset="0" stop-color="#e3b593"/><stop offset=".18" stop-color="#8a8798"/>
<stop offset=".55" stop-color="#38506d"/><stop offset="1" stop-color="#14243c"/></linearGradient>
<radialGradient id="sun"><stop offset="0" stop-color="#fff3d4"/><stop offset=".16" stop-color="#ffe2ae"/>
<stop offset=".4" stop-color="#ffc98a" stop-opacity=".45"/>
<stop offset="1" stop-color="#ffc98a" stop-opacity="0"/></radialGradient>
<linearGradient id="hull" x2="0" y2="1"><stop offset="0" stop-color="#f4efe6"/>
<stop offset="1" stop-color="#c9c3ba"/></linearGradient>
<linearGradient id="haze" x2="0" y2="1"><stop offset="0" stop-color="#f6cf9c" stop-opacity="0"/>
<stop offset="1" stop-color="#f6cf9c" stop-opacity=".6"/></linearGradient>
<linearGradient id="beam" x1="1" x2="0"><stop offset="0" stop-color="#fff0c4" stop-opacity=".5"/>
<stop offset="1" stop-color="#fff0c4" stop-opacity="0"/></linearGradient>
<linearGradient id="mirror" x2="0" y2="1"><stop offset="0" stop-color="#0c1729" stop-opacity=".78"/>
<stop offset="1" stop-color="#0c1729" stop-opacity="0"/></linearGradient>
{clouds}</defs>""".replace(
    "{clouds}",
    "".join(
        f'<radialGradient id="cloud{at}"><stop offset="0" stop-color="{shade}"/>'
        f'<stop offset=".55" stop-color="{shade}" stop-opacity=".6"/>'
        f'<stop offset="1" stop-color="{shade}" stop-opacity="0"/></radialGradient>'
        for at, shade in enumerate(CLOUDS)
    ),
)


def draw(seed: int = 7) -> str:
    """Return the picture as SVG; the same seed draws the same picture."""
    dice = random.Random(seed)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">',
        DEFS,
        f'<rect width="{WIDTH}" height="{WATERLINE}" fill="url(#sky)"/>',
        *_clouds(dice),
        '<circle cx="1130" cy="520" r="430" fill="url(#sun)"/><circle cx="1130" cy="508" r="46" fill="#fff6e0"/>',
        _ridge(dice, top=430, swing=46, fill="#8d8298"),
        _ridge(dice, top=480, swing=30, fill="#665f7c"),
        *_town(dice),
        f'<rect y="{WATERLINE - 120}" width="{WIDTH}" height="120" fill="url(#haze)"/>',
        f'<rect y="{WATERLINE}" width="{WIDTH}" height="{HEIGHT - WATERLINE}" fill="url(#sea)"/>',
        *_glitter(dice),
        *_lighthouse(),
        *_ferry(dice),
        *_gulls(dice),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _clouds(dice: random.Random) -> list[str]:
    clouds: list[str] = []
    for _ in range(11):
        x, y = dice.uniform(-50, WIDTH), dice.uniform(60, 380)
        shade = dice.randrange(len(CLOUDS))
        for _ in range(dice.randint(3, 6)):
            at_x, at_y = x + dice.gauss(0, 120), y + dice.gauss(0, 9)
            width, height = dice.uniform(130, 380), dice.uniform(6, 20)
            opacity = dice.uniform(0.25, 0.7)
            clouds.append(
                f'<ellipse cx="{at_x:.0f}" cy="{at_y:.0f}" rx="{width:.0f}" ry="{height:.0f}" '
                f'fill="url(#cloud{shade})" opacity="{opacity:.2f}"/>'
            )
    return clouds


def _ridge(dice: random.Random, *, top: float, swing: float, fill: str) -> str:
    shift = [dice.uniform(0, math.tau) for _ in range(3)]
    points = [f"M0 {WATERLINE}"]
    for x in range(0, WIDTH + 1, 20):
        wave = math.sin(x / 260 + shift[0]) + 0.5 * math.sin(x / 97 + shift[1]) + 0.2 * math.sin(x / 31 + shift[2])
        points.append(f"L{x} {top - swing * wave:.0f}")
    return f'<path d="{"".join(points)}L{WIDTH} {WATERLINE}Z" fill="{fill}"/>'


def _town(dice: random.Random) -> list[str]:
    town: list[str] = []
    x = -10.0
    while x < 760:
        width, height = dice.uniform(26, 62), dice.uniform(26, 84) * (1.15 - x / 1500)
        top = WATERLINE - height
        fill = dice.choice(["#3a3c56", "#43435c", "#31354e", "#4c4961"])
        roof = (
            f"M{x:.0f} {top:.0f}l{width / 2:.0f} {-dice.uniform(8, 22):.0f}l{width / 2:.0f} 22z"
            if dice.random() < 0.6
            else ""
        )
        town.append(f'<path d="M{x:.0f} {WATERLINE}V{top:.0f}h{width:.0f}V{WATERLINE}z{roof}" fill="{fill}"/>')
        for row in range(int(height // 18)):
            for column in range(int(width // 14)):
                if dice.random() < 0.3:
                    at_x, at_y = x + 6 + column * 13, top + 8 + row * 17
                    glow = dice.choice(["#ffd78f", "#ffe7b8", "#f9b96a"])
                    town.append(f'<rect x="{at_x:.0f}" y="{at_y:.0f}" width="5" height="7" fill="{glow}"/>')
        x += width + dice.uniform(-4, 8)
    town.append(f'<path d="M330 {WATERLINE}V410l14-58 14 58V{WATERLINE}z" fill="#2c2f48"/>')
    town.append(f'<path d="M0 {WATERLINE - 10}H840l22 10H0z" fill="#262a41"/>')
    return town


def _glitter(dice: random.Random) -> list[str]:
    strokes: list[str] = []
    for _ in range(420):
        depth = dice.random() ** 1.6
        y = WATERLINE + 4 + depth * (HEIGHT - WATERLINE)
        spread = 40 + depth * 260
        x = dice.gauss(1130, spread)
        length, thickness = 14 + depth * dice.uniform(30, 130), 1.2 + depth * 4.5
        opacity = dice.uniform(0.15, 0.75) * (1 - depth * 0.55)
        strokes.append(_stroke(x, y, length, thickness, "#ffe3b3", opacity))
    for _ in range(260):
        depth = dice.random() ** 1.3
        y, x = WATERLINE + 6 + depth * (HEIGHT - WATERLINE), dice.uniform(0, WIDTH)
        shade = dice.choice(["#0f1d33", "#223a58", "#a8a5b4"])
        strokes.append(_stroke(x, y, 20 + depth * 170, 1 + depth * 5, shade, dice.uniform(0.1, 0.34)))
    for _ in range(70):
        x, y = dice.uniform(0, 800), WATERLINE + dice.uniform(6, 90)
        strokes.append(_stroke(x, y, dice.uniform(6, 26), 2, "#ffcf86", dice.uniform(0.2, 0.6)))
    return strokes


def _stroke(x: float, y: float, length: float, thickness: float, fill: str, opacity: float) -> str:
    return (
        f'<rect x="{x - length / 2:.0f}" y="{y:.0f}" width="{length:.0f}" height="{thickness:.1f}" '
        f'rx="{thickness / 2:.1f}" fill="{fill}" opacity="{opacity:.2f}"/>'
    )


def _lighthouse() -> list[str]:
    return [
        '<path d="M1330 600q70-44 150-36 80-20 130 10v40h-290z" fill="#22253b"/>',
        '<path d="M1432 566l8-186h34l8 186z" fill="#ece4d8"/>',
        '<path d="M1437 500l2-44h37l2 44zM1434 566l2-34h44l2 34z" fill="#a5443b"/>',
        '<path d="M1434 380h46v-8h-46zM1443 372v-30h28v30z" fill="#2b2d44"/>',
        '<path d="M1440 342l17-20 17 20z" fill="#2b2d44"/>',
        '<rect x="1448" y="347" width="18" height="20" fill="#ffeeb9"/>',
        '<path d="M1448 357L760 286v96z" fill="url(#beam)"/>',
    ]


def _ferry(dice: random.Random) -> list[str]:
    parts = ['<g transform="translate(0 -2)">', '<path d="M326 686H1012l-40 92q-290 26-600 0z" fill="url(#mirror)"/>']
    parts.append('<path d="M300 622h700q22 0 40-12l-30 68H330z" fill="#1f3350"/>')
    parts.append('<path d="M328 682h686v4q-340 9-686 2z" fill="#f3e6d6" opacity=".75"/>')
    parts.append('<path d="M309 640h714l-7 16H316z" fill="#c8553d"/>')
    parts.append('<path d="M372 622v-66h560l34 66zM440 556v-52h400l30 52zM640 504v-40h130l20 40z" fill="url(#hull)"/>')
    parts.append('<path d="M520 504v-58h52l6 58z" fill="#c8553d"/><path d="M519 462h55l1 12h-56z" fill="#f4efe6"/>')
    parts.append('<path d="M700 464v-66h4v66zM704 400l40 62h-3zM700 400l-40 62h3z" fill="#2b2d44"/>')
    for row, (left, right, y) in enumerate([(396, 920, 578), (462, 832, 520)]):
        for x in range(left, right, 30):
            glow = "#ffdc94" if dice.random() < 0.82 else "#8b8f9f"
            parts.append(f'<rect x="{x}" y="{y}" width="{18 - row * 2}" height="{22 - row * 3}" rx="3" fill="{glow}"/>')
    parts.append('<path d="M654 474h118l7 16H654z" fill="#ffe7b0"/>')
    parts += [f'<path d="M{x} 622v-14h2v14z" fill="#2b2d44"/>' for x in range(400, 980, 24)]
    parts.append('<path d="M392 607h580v2H392z" fill="#2b2d44"/>')
    parts += [
        f'<path d="M{x} 622v-17q0-5 5-5t5 5v17z" fill="#1c2136"/><circle cx="{x + 5}" cy="596" r="4.5" fill="#1c2136"/>'
        for x in (428, 470, 488, 612, 700, 744, 858, 884)
    ]
    return [*parts, *_wake(dice), "</g>"]


def _wake(dice: random.Random) -> list[str]:
    strokes: list[str] = []
    for _ in range(90):
        x, y = dice.uniform(350, 1000), 692 + dice.random() ** 1.4 * 130
        length, thickness = dice.uniform(10, 54), dice.uniform(2, 4)
        strokes.append(_stroke(x, y, length, thickness, dice.choice(["#ffd894", "#f1ebe0", "#c8553d"]), 0.34))
    for at in range(26):
        y, length = 682 + dice.uniform(-3, 7) + at * 0.7, dice.uniform(16, 60)
        strokes.append(_stroke(1016 + at * 15, y, length, 3, "#f7efe2", 0.6 - at * 0.02))
    return strokes


def _gulls(dice: random.Random) -> list[str]:
    gulls: list[str] = []
    for _ in range(11):
        x, y, size = dice.uniform(420, 1060), dice.uniform(230, 430), dice.uniform(7, 17)
        half, rise = f"{size / 2:.0f}", f"{-size * 0.7:.0f}"
        wing = f"M{x - size:.0f} {y:.0f}q{half} {rise} {size:.0f} 0q{half} {rise} {size:.0f} 0"
        gulls.append(f'<path d="{wing}" fill="none" stroke="#f8ead6" stroke-width="2.4" stroke-linecap="round"/>')
    return gulls


if __name__ == "__main__":
    TARGET.write_text(draw(), encoding="utf-8")
