element.addEventListener("click", (event) => {
  const data = event.target.closest("button")?.dataset;
  if (data?.document) {
    document.querySelector("#tabs [role=tab]").click();
    document.querySelector("#desk").classList.add("reading");
    document.querySelector("#source-panel").setAttribute("aria-busy", "true");
    trigger("select", { document: data.document, spans: [] });
  }
  if (data?.remove && window.confirm(data.sure)) trigger("delete", { document: data.remove });
});
element.addEventListener("input", ({ target }) => {
  const wanted = target.value.trim().toLowerCase();
  element.querySelectorAll("tbody tr").forEach((row) => {
    row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
});
