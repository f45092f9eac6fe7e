const text = () => element.querySelector(".text");
const mark = () => element.querySelector("mark strong") ?? element.querySelector("mark");
const topOf = (one) => one.getBoundingClientRect().top;
let held;  // how high the mark stood before more of the text was asked for
const show = () => {
  if (!text()) return;
  if (held !== undefined) text().scrollTop += mark() ? topOf(mark()) - held : held;
  else if (mark()) text().scrollTop += topOf(mark()) - topOf(text()) - text().clientHeight / 3;
  else text().scrollTop = 0;
  held = undefined;
};
watch("value", () => requestAnimationFrame(() => {
  document.querySelector("#source-panel").removeAttribute("aria-busy");
  if (!document.querySelector("#desk.reading")) return;  // it was closed while on its way
  show();
  text()?.focus({ preventScroll: true });
}));
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.close !== undefined) {
    document.querySelector("#desk").classList.remove("reading");
    document.querySelector("#transcript [aria-current]")?.focus();
  } else if (button.dataset.more) {
    held = mark() ? topOf(mark()) : text().scrollTop;
    const { document, spans, answer } = text().dataset;
    trigger("select", { document, spans: JSON.parse(spans), answer: JSON.parse(answer), more: Number(button.dataset.more) });
  }
});
