const speak = () => {
  const words = element.querySelector("[data-lang]")?.dataset;
  if (!words) return;
  document.documentElement.lang = words.lang === "en" ? "en" : "zh-CN";
  const theme = document.querySelector("#theme");
  theme?.setAttribute("aria-label", words.theme);
  theme?.setAttribute("title", words.theme);
};
speak();
setTimeout(speak, 500);  // the button may be drawn after the name
watch("value", speak);
