element.addEventListener("click", (event) => {
  const data = event.target.closest("button")?.dataset;
  if (data?.document) {
    document.querySelector("#tabs [role=tab]").click();
    document.querySelector("#desk").classList.add("reading");
    trigger("select", { document: data.document, spans: [], more: 0 });
  }
  if (data?.remove && window.confirm(data.sure)) trigger("delete", { document: data.remove });
});
