() => {
  // Enter that confirms a word in a Chinese input method is not yet a question.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.stopImmediatePropagation();
    if (event.key === "Escape") document.querySelector("#source-panel [data-close]")?.click();
  }, true);
  const kept = localStorage.getItem("policyqa-theme");
  if (kept) document.body.classList.toggle("dark", kept === "dark");
}
