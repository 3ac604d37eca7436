/* Copy buttons: without script or without a clipboard they stay hidden, and the text can be selected. */
let copies = within => within.querySelectorAll("[data-copies]").forEach(button => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.ariaLive = "polite";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).value);
    let words = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = words }, 2000);
  });
});
copies(document);

/* A form that asks for a preview: sliders beside its day and number, and the answer put in place as they move. */
document.querySelectorAll("form[data-live]").forEach(form => {
  let waits, asked = 0;

  let slider = (field, most, step, read, write) => {
    let range = Object.assign(document.createElement("input"), { type: "range", min: 0, max: most, step, value: read() });
    range.setAttribute("aria-label", form.querySelector(`label[for="${field.id}"]`).textContent + ", slider");
    range.addEventListener("input", () => { field.value = write(+range.value) });
    field.addEventListener("input", () => { range.value = read() });
    field.after(range);
  };

  let on = form.elements.on, count = form.elements.count, day = 864e5;
  let first = Date.parse(on.min);
  slider(on, (Date.parse(on.max) - first) / day, 1, () => (Date.parse(on.value) - first) / day,
    days => new Date(first + days * day).toISOString().slice(0, 10));
  slider(count, +count.dataset.most, +count.dataset.step, () => +count.value || 0, String);

  let show = async () => {
    let mine = ++asked, address = "?" + new URLSearchParams(new FormData(form));
    let answer = await fetch(address);
    let page = new DOMParser().parseFromString(await answer.text(), "text/html");
    let news = page.getElementById(form.dataset.live);
    if (mine != asked || !answer.ok || !news) return;
    document.getElementById(form.dataset.live).replaceWith(news);
    history.replaceState(null, "", address);
    copies(news);
  };

  form.addEventListener("input", () => {
    clearTimeout(waits);
    waits = setTimeout(show, 120);
  });
});
