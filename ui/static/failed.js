() => {
  // A conversation that was opened meanwhile has drawn over the turn, so its words are kept apart.
  const { waiting } = document.querySelector("#transcript").dataset;
  if (!waiting) return;
  const field = document.querySelector("#question textarea");
  field.value ||= waiting;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  document.querySelector("#transcript .pending")?.remove();
  delete document.querySelector("#transcript").dataset.waiting;
}
