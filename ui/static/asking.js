(question, _before, talk, past, ...rest) => {
  const transcript = document.querySelector("#transcript");
  const field = document.querySelector("#question textarea");
  const turns = transcript.querySelectorAll("[data-turn]");
  const before = field.dataset.literally ? "" : [...turns].at(-1)?.dataset.understood ?? "";
  delete field.dataset.literally;
  if (question.trim()) {
    const turn = transcript.querySelector(".asking").cloneNode(true);
    turn.hidden = false;
    turn.className = "turn pending";
    turn.querySelector(".asked span:last-child").textContent = question;
    transcript.dataset.waiting = question;
    transcript.querySelector(".drawn").append(turn);
    turn.scrollIntoView();
    field.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  return turns.length < LONGEST ? [question, before, "", "", ...rest] : [question, before, talk, past, ...rest];
}
