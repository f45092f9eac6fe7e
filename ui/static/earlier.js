element.addEventListener("click", (event) => {
  const data = event.target.closest("button")?.dataset;
  if (data?.open !== undefined) trigger("select", { number: Number(data.open) });
  if (data?.forget !== undefined) trigger("delete", { number: Number(data.forget) });
});
