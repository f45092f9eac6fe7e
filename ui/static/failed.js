() => {
  const pending = document.querySelector("#transcript .pending");
  if (!pending) return;
  const field = document.querySelector("#question textarea");
  field.value ||= pending.querySelector(".asked span:last-child").textContent;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  pending.remove();
}
