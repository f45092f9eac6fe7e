() => {
  document.querySelector("#desk").classList.remove("reading");
  document.querySelector("#source-panel").removeAttribute("aria-busy");
}
