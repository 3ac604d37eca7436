/*
 * <member-goal campaign="25k" lang="en"> keeps the number of the fragment inside it fresh.
 *
 *   campaign   the campaign's slug
 *   lang       asks for the number's words in that language; without it, the campaign's first language
 *   data-always   the rules of showing are left out: a big screen
 *   refresh    seconds between two questions while the element is visible: 60, never less than 1
 *
 * It asks <address of this script>/g/<campaign>(.<lang>).json when it becomes visible, then every
 * `refresh` seconds while it stays so. Only a newer `as_of` replaces what stands; a failure changes
 * nothing. From `until` on the words that depend on time give way to the plain number. An empty
 * element is filled with nodes; no HTML is parsed, nothing is written to the console.
 *
 * Of the answer it uses slug, count, target, percent, currency, stage, text, as_of, until, and where they are given:
 * plain (the number without words of its stage), button (words of the link of an empty element), as_of_text, soon (the
 * text of this very day, true until `until`), w (the variant). `mg` (show.js) says whether it is shown, and in which words;
 * what it leaves at `e.c` is called once these are drawn.
 *
 * State is kept on the fragment: data-as-of, data-until, data-plain (the number without words of its
 * stage), data-stage (the stage its words were written for). The hash #mg=joined-<slug> is kept as
 * localStorage["mg-joined-<slug>"] and taken off the address.
 *
 * What is served is this file without comments and line breaks (mg.min.js, made by `python -m tests.browser.shrink`),
 * at most 2,048 bytes. Hence the short names:
 *   d the document   e the element   id its campaign   b the fragment in it   x the fragment's data-...
 *   n the news: the JSON answered   s the stage   z whether `until` is over   y the headline   k what was drawn last
 *   t an instant   i the interval   q(part) finds a part of the fragment, set(part, to) changes it,
 *   make(tag, part, to) makes it   w(value) writes a number or an instant as the language does
 */
(d => {
  // Without an address of its own, where it stands in the page twice, and where the page may not touch its history or
  // storage, nothing (more) happens. Errors are not provoked: the first one costs a page as much as all the rest.
  try {
    let base = d.currentScript.src.replace(/(static\/)?mg[^/]*$/, "g/");
    // A link of the staff's pages that shows a draft here: the one thing that is ever loaded besides.
    location.hash.match("#mg-p") && import(base + "../mg-p.js");

    customElements.define("member-goal", class extends HTMLElement {
      connectedCallback() {
        let e = this,
          id = e.getAttribute("campaign"),
          lang = e.lang,
          news = {},
          next, k, i,
          q = p => e.querySelector(".mg" + p),
          set = (p, to) => Object.assign(q(p) || {}, to),
          make = (tag, p, to) => Object.assign(d.createElement(tag), { className: "mg" + p }, to),
          w = v => v.toLocaleString(lang || []),

        draw = b => {
          let x = b.dataset,
            // A fragment put here since the last news knows more than they do.
            n = news.as_of == x.asOf && news,
            s = n ? n.stage : x.stage,
            z = new Date(x.until) <= new Date(),
            y = z ? x.plain : n.soon || n.text;
          if (k == (k = x.asOf + z)) return;
          y && set("-headline", { textContent: y });
          // Hidden parts keep their place: nothing below the banner moves.
          set("-call", { hidden: z || s != x.stage && /\b(end|rea|sc)/.test(s + " " + x.stage) });
          if (!n) return;
          set("-bar", { hidden: /^(ea|sc|ended_c)/.test(s), max: n.target, value: n.count, ariaLabel: x.plain });
          set("-asof", { dateTime: x.asOf, textContent: n.as_of_text || w(new Date(x.asOf)) });
        },

        take = n => {
          let b = q(""), go = n.button;
          if (n.slug == id && n.text && n.count === +n.count && new Date(n.as_of) > new Date(b?.dataset.asOf || 0)) {
            if (!b) {
              e.append(b = make("section", "", { lang, dir: "auto" }));
              b.append(
                go ? make("p", "-headline") : "",
                make("progress", "-bar"),
                make("a", go ? "-button" : "-headline", { href: base + id + "/go", textContent: go }),
                make("time", "-asof")
              );
              b.dataset.stage = n.stage;
            }
            news = n;
            // The button says which words and which article it was pressed under.
            set("-button", { href: base + id + "/go?" + new URLSearchParams({ v: n.w || "", a: e.dataset.article || location.pathname }) });
            Object.assign(b.dataset, {
              asOf: n.as_of,
              until: n.until || "",
              plain: n.plain || (n.currency ? n.percent + "%" : w(n.count) + " / " + w(n.target))
            });
            draw(b);
          }
          e.c?.(e.c = 0);
        },

        tick = () => {
          let b = q(""), t = Date.now();
          // While the page is "loading", an element that looks empty may yet get its fragment.
          if (d.hidden || d.readyState > "l" || b?.hidden) return;
          b && draw(b);
          if (t < next) return;
          next = t + Math.max(1, e.getAttribute("refresh") || 60) * 1e3 - 500;
          // no-cache: asks whether a kept answer still holds, so that a page opened again never shows less.
          fetch(base + id + (lang && "." + lang) + ".json", { cache: "no-cache" })
            .then(r => r.ok && r.json())
            .then(n => "always" in e.dataset ? n : mg(e, n, base + id))
            .then(take)
            .catch(() => {});
        },

        // An element taken out of the page is reported as out of view, and so stops.
        see = on => {
          clearInterval(i);
          i = on && setInterval(tick, 1e3, tick());
        };
        self.IntersectionObserver
          ? new IntersectionObserver(all => see(all.pop().isIntersecting)).observe(e)
          : see(1);
      }
    });

    location.hash.replace(/^#mg=(joined-[\w-]+)$/, (x, key) => {
      history.replaceState(0, "", location.href.split("#")[0]);
      localStorage["mg-" + key] = 1;
    });
  } catch {}
})(document);
