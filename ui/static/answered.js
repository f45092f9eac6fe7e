watch("value", () => {
  const { turn, html } = props.value;
  const { id } = JSON.parse(turn);
  if (document.querySelector(`#transcript [data-turn="${id}"]`)) return;  // it began a new talk
  document.querySelector("#transcript .pending")?.remove();
  delete document.querySelector("#transcript").dataset.waiting;
  const drawn = document.querySelector("#transcript .drawn");
  drawn.insertAdjacentHTML("beforeend", html);
  drawn.lastElementChild.scrollIntoView();
});
