/*
 * Who sees the banner: the rules of showing, chosen here, in the browser. Nothing about the reader leaves it.
 * Members are thanked in it where the rules have words for that (p.mg-thanks, which takes the place of call and button),
 * whatever they have seen before; else they are left alone.
 *
 * The element asks `mg(element, news, address)` with every number whose campaign has rules (`news.rules`). The answer is
 * the news to draw, words under test included, or nothing. rules.json is asked for each time, so that an editor's switch
 * acts in every open page. Where it can't be had, what stands stays.
 *
 * `mg.why` and `mg.pick` are the twins of `refusal` and `variant_of` in campaign/domain/display.py; one file of cases,
 * tests/fixtures/showing.json, runs against both. A rule that is not there compares as undefined and refuses nothing.
 *
 * The page: data-section, data-tags, data-country, data-article and data-member on the element, else the page's own meta
 * tags (article:section, article:tag). The reader: localStorage["mg-<slug>"], {id, lot, all: seen so often, now: today, day, off}, and
 * "mg-joined-<slug>". Without storage it is shown to a part of the page views only.
 *
 * A refused banner keeps its box until it is out of view, so that nothing moves; data-mg on the element is "off", then
 * "gone". Served in mg.js behind the element, which takes the hash of who joined: at most 2,048 bytes. Hence the short names:
 *   r the rules   m the reader's memory (in: joined, off: closed until)   t seconds   e the element   x its data-...
 *   u the campaign's address   l the language   v the variant   w why not   b the fragment
 */
(d => {
  let { assign } = Object, now = () => Date.now() / 1e3 | 0,
    get = url => fetch(url).then(a => a.json()),

    why = (r, page, m, t) =>
      r.off ? "off" :
      t < r.from || t >= r.to ? "dates" :
      m.in && !r.thanks ? "member" :
      t < m.off ? "closed" :
      (r.at?.find(([, part, wanted, list]) =>
        wanted != list.some(q => page[part].some(x => q.endsWith("*") ? x.startsWith(q.slice(0, -1)) : x == q))
      ) || [m.in ? "" : m.ok ? m.all >= r.most ? "most" : m.now >= r.day ? "day" : "" : m.lot >= r.blind ? "blind" : ""])[0],

    pick = (r, lot) => r.vary?.find(x => lot < x[1])?.[0],

    // 1 where it is kept.
    keep = m => {
      try {
        localStorage["mg-" + m.id] = JSON.stringify(m);
        return 1;
      } catch {}
    },

    load = (e, id = e.getAttribute("campaign")) => {
      let m = { id, lot: Math.random() * 1e4 | 0, all: 0 }, kept = {};
      try {
        kept = localStorage;
        assign(m, JSON.parse(kept["mg-" + id] || null));
      } catch {}
      m.day == (m.day = now() / 86400 | 0) || (m.now = 0);
      m.in = e.dataset.member || kept["mg-joined-" + id];
      m.ok = keep(m);
      return e.m = m;
    },

    hide = (e, x = e.dataset) => {
      x.mg = "off";
      new IntersectionObserver(all => all.pop().isIntersecting || (x.mg &&= "gone")).observe(e);
    },

    mg = self.mg = (e, n, u) => n.rules ? get(u + "/rules.json").then(r => {
      let x = e.dataset, l = e.lang || d.documentElement.lang, path = location.pathname,
        m = e.m || load(e),
        v = pick(r, m.lot),
        // The `e` is that of "article".
        told = (own, name = own) => (x[own] || [...d.querySelectorAll(`[property$="e:${name}"]`)].map(x => x.content) + "")
          .toLowerCase().split(/ *, */),
        once = w => e.w != w && (e.w = w, Math.random() < r.say && navigator.sendBeacon(u + "/seen", [w, v, x.article || path])),
        shut = i => {
          m.off = i ? 9e9 : now() + 21600;
          keep(m);
          hide(e);
          once("close" + i);
        },
        // What is seen on this page does not end its own showing.
        w = why(r, { p: [path], s: told("section"), t: told("tags", "tag"),
          c: told("country"), l: [l, l.slice(0, 2)] }, { ...m, ...e.p }, now());

      once(w || (m.in ? "thanked" : "shown"));
      if (w) return x.mg || hide(e);
      delete x.mg;
      if (!e.p) {
        e.p = { ok: 0, lot: -1 };
        m.in || (m.all++, m.now++);
        keep(m);
        // The element calls it once it has drawn the news.
        e.c = () => {
          let b = e.querySelector(".mg"), add = (name, words, node) => {
            let p = d.createElement("p");
            p.className = "mg-" + name;
            p.append(...(words[l] || words[""]).map(node));
            b.append(p);
          };
          m.in && add("thanks", r.thanks, text => text);
          if (r.close) {
            add("later", r.close, (textContent, i) => assign(d.createElement("button"), { textContent, onclick: () => shut(i) }));
            (b.dataset.look == "bottom" ? d : e).addEventListener("keydown", y => y.key == "Escape" && shut(0));
          }
        };
      }
      return v ? get(u + "/v-" + v + (e.lang && "." + e.lang) + ".json") : n;
    }) : n;

  mg.why = why;
  mg.pick = pick;
  // A fragment's own data-thanks stands in for the rule of that name until the rules are here.
  d.querySelectorAll("member-goal>[data-rules]").forEach(({ parentNode: e, dataset: x }) =>
    why(x, 0, load(e), now()) && hide(e));
})(document);
