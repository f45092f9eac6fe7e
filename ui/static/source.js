const show = () => {
  const mark = element.querySelector("mark");
  const text = element.querySelector(".text");
  if (!text) return;
  if (mark) text.scrollTop += mark.getBoundingClientRect().top - text.getBoundingClientRect().top - text.clientHeight / 3;
  else text.scrollTop = 0;
};
watch("value", () => requestAnimationFrame(() => {
  if (!document.querySelector("#desk.reading")) return;  // it was closed while on its way
  show();
  element.querySelector(".text")?.focus({ preventScroll: true });
}));
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.close !== undefined) {
    document.querySelector("#desk").classList.remove("reading");
    document.querySelector("#transcript [aria-current]")?.focus();
  } else if (button.dataset.more) {
    const panel = element.querySelector("[data-document]").dataset;
    trigger("select", { document: panel.document, spans: JSON.parse(panel.spans), more: Number(button.dataset.more) });
  }
});
