/*
 * A draft on the newsroom's own page. mg.js asks for this file only where the address ends in #mg-preview=<token>, a
 * link that staff made; the token is told to our own address, which answers while it is good, and else 404.
 *
 * The first <member-goal> of that campaign on the page, else the first of all, gives way to one of the same attributes
 * with the preview in it. No number is newer than it and no rule of showing hides it; closing it only hides it. Like
 * the element it builds nodes and parses no HTML.
 */
let d = document,
  token = location.hash.split("mg-preview=")[1],
  slug = JSON.parse(atob(token.split(".")[0].replace(/-/g, "+").replace(/_/g, "/")))[0],
  make = (tag, name, props) => Object.assign(d.createElement(tag), { className: "mg" + name }, props),
  ready = new Promise(go => d.readyState == "loading" ? d.addEventListener("DOMContentLoaded", go) : go()),
  find = () => d.querySelector(`member-goal[campaign="${slug}"]`) || d.querySelector("member-goal"),

  drawn = n => {
    let b = make("section", "", { lang: n.lang, dir: n.dir, ariaLabel: n.label }),
      later = make("p", "-later");
    Object.assign(b.dataset, { asOf: "9999-12-31", until: "", stage: n.stage, plain: n.plain, look: n.look, skin: n.skin });
    if (n.close.length) b.dataset.rules = "";
    b.append(...[
      n.kicker && make("p", "-kicker", { textContent: n.kicker }),
      make("p", "-headline", { textContent: n.headline }),
      n.bar && make("progress", "-bar", { max: n.bar.max, value: n.bar.value, ariaLabel: n.bar.label }),
      n.call && make("p", "-call", { textContent: n.call }),
      n.button && make("a", "-button", { href: "#", textContent: n.button, onclick: e => e.preventDefault() }),
      n.as_of_text && make("time", "-asof", { textContent: n.as_of_text }),
      n.close.length && later
    ].filter(part => part));
    later.append(...n.close.map(textContent => Object.assign(d.createElement("button"), { textContent })));
    return b;
  },

  show = n => {
    let old = find(),
      fresh = old.cloneNode(false),
      b = drawn(n),
      note = make("p", "-note", { textContent: n.note });
    delete fresh.dataset.mg;
    fresh.dataset.always = "";
    b.addEventListener("click", e => e.target.closest(".mg-later") && (fresh.dataset.mg = "off"));
    fresh.append(b, note);
    old.replaceWith(fresh);
    fresh.scrollIntoView({ block: "center" });
  };

fetch(new URL("g/" + slug + "/preview?t=" + token, import.meta.url))
  .then(answer => answer.ok && answer.json())
  .then(news => news && ready.then(() => find() && show(news)));
addEventListener("hashchange", () => location.hash.match("mg-preview=") && location.reload());
