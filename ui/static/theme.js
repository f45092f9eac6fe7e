() => {
  const dark = document.body.classList.toggle("dark");
  localStorage.setItem("policyqa-theme", dark ? "dark" : "light");
}
