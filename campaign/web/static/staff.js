/* Copy buttons: without script or without a clipboard they stay hidden, and the text can be selected. */
document.querySelectorAll("[data-copies]").forEach(button => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).value);
    let words = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = words }, 2000);
  });
});
