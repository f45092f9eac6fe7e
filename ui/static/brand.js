const speak = () => {
  const language = element.querySelector("[data-lang]")?.dataset.lang;
  document.documentElement.lang = language === "en" ? "en" : "zh-CN";
};
speak();
watch("value", speak);
