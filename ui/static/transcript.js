element.setAttribute("role", "log");
element.setAttribute("aria-live", "polite");
const copy = async (button) => {
  const text = button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch {  // a page over plain http from another machine has no clipboard
    const area = document.body.appendChild(document.createElement("textarea"));
    area.value = text;
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  const label = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = label; }, 1500);
};
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const data = button.dataset;
  if (data.copy !== undefined) copy(button);
  else if (data.document) {
    element.querySelectorAll("[aria-current]").forEach((one) => one.removeAttribute("aria-current"));
    button.setAttribute("aria-current", "true");
    document.querySelector("#desk").classList.add("reading");
    document.querySelector("#source-panel").setAttribute("aria-busy", "true");
    trigger("select", { document: data.document, spans: JSON.parse(data.spans), answer: JSON.parse(data.answer) });
  } else if (data.vote) {
    const turn = button.closest("[data-turn]");
    turn.querySelectorAll(".vote").forEach((one) => one.setAttribute("aria-pressed", one === button));
    const form = turn.querySelector("form.note");
    form.hidden = false;
    form.dataset.chosen = data.vote;
    trigger("like", { turn: turn.dataset.turn, vote: Number(data.vote), note: "" });
  }
});
element.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const turn = form.closest("[data-turn]").dataset.turn;
  trigger("like", { turn, vote: Number(form.dataset.chosen), note: form.elements.note.value });
  form.hidden = true;
});
watch("value", () => element.querySelector(".turn:last-child")?.scrollIntoView());
