() => {
  // Enter that confirms a word in a Chinese input method is not yet a question.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.stopImmediatePropagation();
    // Nor is an empty line.
    if (event.key === "Enter" && event.target.matches("#question textarea") && !event.target.value.trim()) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    if (event.key === "Escape") document.querySelector("#source-panel [data-close]")?.click();
  }, true);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#send")) return;
    const field = document.querySelector("#question textarea");
    if (field.value.trim()) return;
    event.stopImmediatePropagation();
    field.focus();
  }, true);
  // Examples, corrections and literal questions, wherever they stand, go through the field.
  const say = (text, literally) => {
    const field = document.querySelector("#question textarea");
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    if (literally === undefined) return field.focus();
    field.dataset.literally = literally ? "yes" : "";
    setTimeout(() => document.querySelector("#send").click(), 0);
  };
  document.addEventListener("click", (event) => {
    const data = event.target.closest("button")?.dataset;
    if (data?.say) say(data.say, false);
    else if (data?.literally) say(data.literally, true);
    else if (data?.edit) say(data.edit);
  });
  const kept = localStorage.getItem("policyqa-theme");
  if (kept) document.body.classList.toggle("dark", kept === "dark");
}
