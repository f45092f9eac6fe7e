() => {
  // What Gradio itself says in a message, above all of uploads, it says in English only.
  const chinese = [
    [/^Error$/, "没有完成"],
    [/^Warning$/, "注意"],
    [/^Info$/, "提示"],
    [/^File\(s\) exceed the maximum allowed size of (.+?): (.+)$/, "超过 $1，请拆成几个小文件：$2"],
    [/^Invalid file types?: (.+)\. Only .+ allowed\.$/, "不读这种文件：$1。请另存为 PDF、DOCX 或文本。"],
    [/^Connection to the server was lost.*$/, "与 policyqa 的连接断了，正在重新连接…"],
    [/^Queue is full.*$/, "提问的人太多，请过一会儿再问。"],
  ];
  const say = (message) => {
    const texts = document.createTreeWalker(message, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode.data.trim();
      const [known, words] = chinese.find(([one]) => one.test(text)) ?? [];
      if (known) texts.currentNode.data = text.replace(known, words);
    }
  };
  new MutationObserver((changes) => {
    if (document.documentElement.lang === "en") return;
    const added = changes.flatMap((change) => [...change.addedNodes]);
    added.filter((one) => one.nodeType === Node.ELEMENT_NODE && one.closest(".toast-wrap")).forEach(say);
  }).observe(document.body, { childList: true, subtree: true });
}
