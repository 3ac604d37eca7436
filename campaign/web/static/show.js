/*
 * Who sees the banner: the rules of showing, chosen here, in the browser. Nothing about the reader leaves it.
 *
 * The element asks `mg(element, news, address)` with every number whose campaign has rules (`news.rules`). The answer is
 * the news to draw, words under test included, or nothing. rules.json is asked for each time, so that an editor's switch
 * acts in every open page. Where it can't be had, what stands stays.
 *
 * `mg.why` and `mg.pick` are the twins of `refusal` and `variant_of` in campaign/domain/display.py; one file of cases,
 * tests/fixtures/showing.json, runs against both. A rule that is not there compares as undefined and refuses nothing.
 *
 * The page: data-section, data-tags, data-country, data-article and data-member on the element, else the page's own meta
 * tags (article:section, article:tag). The reader: localStorage["mg-<slug>"], {lot, all: seen so often, now: today, day, in, off}, and
 * "mg-joined-<slug>". Without storage it is shown to a part of the page views only.
 *
 * A refused banner keeps its box until it is out of view, so that nothing moves; data-mg on the element is "off", then
 * "gone". Served in mg.js before the element: at most 2,048 bytes. Hence the short names:
 *   r the rules   m the reader's memory (in: joined, off: closed until)   t seconds   e the element   x its data-...
 *   u the campaign's address   a the article   l the language   v the variant   w why not   b the fragment
 */
(d => {
  let now = () => Date.now() / 1e3 | 0,
    get = url => fetch(url).then(a => a.json()),

    why = (r, page, m, t) => {
      if (r.off) return "off";
      if (t < r.from || t >= r.to) return "dates";
      if (m.in) return "member";
      if (t < m.off) return "closed";
      for (let [name, part, wanted, list] of r.at || [])
        if (wanted != list.some(q => page[part].some(x => q.endsWith("*") ? x.startsWith(q.slice(0, -1)) : x == q)))
          return name;
      return m.ok ? m.all >= r.most ? "most" : m.now >= r.day ? "day" : "" : m.lot >= r.blind ? "blind" : "";
    },

    pick = (r, lot) => r.vary?.find(x => lot < x[1])?.[0],

    // 1 where it is kept.
    keep = (id, m) => {
      try {
        localStorage["mg-" + id] = JSON.stringify(m);
        return 1;
      } catch {}
    },

    load = (e, id) => {
      let m = { lot: Math.random() * 1e4 | 0, all: 0 }, day = now() / 86400 | 0, kept = {};
      try {
        kept = localStorage;
        Object.assign(m, JSON.parse(kept["mg-" + id] || null));
      } catch {}
      if (m.day != day) m.now = 0;
      m.day = day;
      m.in = e.dataset.member || kept["mg-joined-" + id];
      m.ok = keep(id, m);
      return e.m = m;
    },

    hide = (e, x = e.dataset) => {
      x.mg = "off";
      new IntersectionObserver(all => all.pop().isIntersecting || (x.mg &&= "gone")).observe(e);
    },

    mg = self.mg = (e, n, u) => n.rules ? get(u + "/rules.json").then(r => {
      let id = n.slug, x = e.dataset, l = e.lang || d.documentElement.lang, path = location.pathname,
        a = x.article || path,
        m = e.m || load(e, id),
        v = pick(r, m.lot),
        // The `e` is that of "article".
        told = (own, name = own) => (x[own] || [...d.querySelectorAll(`[property$="e:${name}"]`)].map(x => x.content) + "")
          .toLowerCase().split(/ *, */),
        once = w => e.w != w && (e.w = w, Math.random() < r.say && navigator.sendBeacon(u + "/seen", [w, v, a])),
        shut = i => {
          i == 1 ? keep("joined-" + id, m.in = 1) : m.off = i ? 9e9 : now() + 21600;
          keep(id, m);
          hide(e);
          once("close" + i);
        },
        // What is seen on this page does not end its own showing.
        w = why(r, { p: [path], s: told("section"), t: told("tags", "tag"),
          c: told("country"), l: [l, l.slice(0, 2)] }, e.p ? { ...m, all: 0, now: 0 } : m, now());

      once(w || "shown");
      if (w) return x.mg || hide(e);
      delete x.mg;
      if (!e.p) {
        e.p = ++m.all;
        m.now++;
        keep(id, m);
        r.close && setTimeout(() => {
        let b = e.querySelector(".mg"), p = d.createElement("p"), up = b.dataset.look == "bottom";
        p.className = "mg-later";
        (r.close[l] || r.close[""]).map((textContent, i) => p.append(
          Object.assign(d.createElement("button"), { textContent, onclick: () => shut(i) })));
        b.append(p);
        if (up) x.mgUp = "";
        (up ? d : e).addEventListener("keydown", y => y.key == "Escape" && shut(0));
        });
      }
      return v ? get(u + "/v-" + v + (e.lang && "." + e.lang) + ".json") : n;
    }) : n;

  mg.why = why;
  mg.pick = pick;
  d.querySelectorAll("member-goal:has([data-rules])").forEach(
    e => why({}, 0, load(e, e.getAttribute("campaign")), now()) && hide(e));
})(document);
