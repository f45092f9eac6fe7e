"""What the chat says, in its two languages; a phrase missing in one of them cannot be built."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Every phrase of the page. Braces are filled in by `str.format`."""

    code: str
    other: str
    tagline: str
    ask_tab: str
    documents_tab: str
    question: str
    placeholder: str
    send: str
    new: str
    earlier: str
    no_earlier: str
    forget: str
    export_markdown: str
    export_docx: str
    nothing_to_export: str
    theme: str
    within: str
    within_only: str
    any_document: str
    any_issuer: str
    any_year: str
    document: str
    issuer: str
    year: str
    welcome: str
    welcome_more: str
    empty: str
    empty_more: str
    try_these: str
    reading: str
    you: str
    answer: str
    understood: str
    correct_it: str
    literally: str
    evidence: str
    open_source: str
    line: str
    page: str
    also: str
    comma: str
    considered: str
    scores: str
    not_found: str
    searched: str
    searched_within: str
    nearest: str
    copy: str
    copied: str
    good: str
    bad: str
    note: str
    keep_note: str
    thanks: str
    source: str
    close: str
    before: str
    after: str
    gone: str
    upload: str
    upload_hint: str
    holding: str
    find: str
    column_title: str
    column_issuer: str
    column_number: str
    column_date: str
    column_size: str
    column_chunks: str
    remove: str
    remove_sure: str
    removed: str
    steps_reading: str
    steps_embedding: str
    starting: str
    files: str
    chunks: str
    left: str
    indexed: str
    skipped: str
    refresh: str
    wrong: str
    too_many: str
    seconds: str
    confidence: str
    history_full: str
    logged_in: str
    log_out: str


CHINESE = Words(
    code="zh",
    other="English",
    tagline="答案是原文，出处到字",
    ask_tab="问答",
    documents_tab="文件",
    question="问题",
    placeholder="问一个问题，也可以接着追问",
    send="提问",
    new="新对话",
    earlier="以前的对话",
    no_earlier="还没有以前的对话。对话只存在这个浏览器里。",
    forget="删除这段对话",
    export_markdown="导出 Markdown",
    export_docx="导出 Word",
    nothing_to_export="这段对话里还没有问题。",
    theme="明暗",
    within="提问范围",
    within_only="只问：{0}",
    any_document="全部文件",
    any_issuer="全部机关",
    any_year="全部年份",
    document="文件",
    issuer="发文机关",
    year="年份",
    welcome="向文件提问",
    welcome_more="答案是文件里的原话，每一句都能翻到它所在的位置。文件里没有的，会直说没有。",
    empty="这里还没有文件",
    empty_more="到“文件”页拖入政策文件，就可以提问了。",
    try_these="可以从这些问题开始",
    reading="正在查阅文件…",
    you="你的问题",
    answer="答案",
    understood="理解为",
    correct_it="改问题",
    literally="按原话问",
    evidence="出处",
    open_source="翻到原文",
    line="第 {0} 行",
    also="同样的话还在 {0}",
    comma="、",
    page="第 {0} 页",
    considered="还看过的段落（{0}）",
    scores="得分 {0:+.2f} · 语义 {1:.3f} · 词语 {2:.2f}",
    not_found="这些文件里没有答案",
    searched="查遍了 {0} 个文件、{1} 个段落。",
    searched_within="查遍了所选范围（{0}），全库共 {1} 个文件、{2} 个段落。",
    nearest="最接近的段落，但它们没有回答这个问题：",
    copy="复制答案和出处",
    copied="已复制",
    good="答得好",
    bad="答得不好",
    note="说说哪里好、哪里不对（可不填）",
    keep_note="保存",
    thanks="记下了，谢谢。",
    source="原文",
    close="关闭原文",
    before="显示前文",
    after="显示后文",
    gone="这个文件已经不在库里了。",
    upload="添加文件",
    upload_hint="拖入文件或点击选择；最多 {0} 个，每个不超过 {1} MB",
    holding="{0} 个文件 · {1} 个段落",
    find="在列表里找：标题、机关、文号",
    column_title="标题",
    column_issuer="发文机关",
    column_number="文号",
    column_date="日期",
    column_size="字数",
    column_chunks="段落",
    remove="移出",
    remove_sure="把这个文件移出？",
    removed="已移出：{0}",
    steps_reading="正在读文件",
    steps_embedding="正在编入索引",
    starting="正在准备…",
    files="文件 {0}/{1}",
    chunks="段落 {0}/{1}",
    left="大约还要 {0} 秒",
    indexed="完成：新增 {0} 个文件，更新 {1} 个，编入 {2} 个段落，用时 {3:.1f} 秒。",
    skipped="未能加入 {0}：{1}",
    refresh="重新编入上传的文件",
    wrong="出了点问题，没有完成。请再试一次；若仍不行，请看运行 policyqa chat 的窗口。",
    too_many="一次最多添加 {0} 个文件，这次有 {1} 个，请分几次添加。",
    seconds="{0:.2f} 秒",
    confidence="把握 {0:.0%}",
    history_full="这段对话已有 {0} 个问题，从这里开始是新的一段，前面的在“以前的对话”里。",
    logged_in="已登录：{0}",
    log_out="退出登录",
)

ENGLISH = Words(
    code="en",
    other="中文",
    tagline="Exact words, exact place",
    ask_tab="Ask",
    documents_tab="Documents",
    question="Question",
    placeholder="Ask a question, or follow up",
    send="Ask",
    new="New conversation",
    earlier="Earlier conversations",
    no_earlier="No earlier conversations yet. They are kept in this browser only.",
    forget="Delete this conversation",
    export_markdown="Export Markdown",
    export_docx="Export Word",
    nothing_to_export="There is no question in this conversation yet.",
    theme="Light or dark",
    within="Ask within",
    within_only="Ask only within: {0}",
    any_document="All documents",
    any_issuer="All issuers",
    any_year="All years",
    document="Document",
    issuer="Issuer",
    year="Year",
    welcome="Ask your documents",
    welcome_more="Answers are the documents' own words, each one tap from its place. "
    "What the documents do not say, you are told they do not say.",
    empty="There are no documents here yet",
    empty_more="Drop policy documents into the Documents tab, then ask.",
    try_these="Questions to begin with",
    reading="Reading the documents…",
    you="Your question",
    answer="Answer",
    understood="Understood as",
    correct_it="Correct it",
    literally="Ask as typed",
    evidence="Sources",
    open_source="Open the source",
    line="line {0}",
    also="the same words in {0}",
    comma=", ",
    page="page {0}",
    considered="Other passages considered ({0})",
    scores="score {0:+.2f} · meaning {1:.3f} · words {2:.2f}",
    not_found="Not in these documents",
    searched="Searched all {0} documents, {1} passages.",
    searched_within="Searched within {0}; the whole index has {1} documents, {2} passages.",
    nearest="The nearest passages, which do not answer the question:",
    copy="Copy with sources",
    copied="Copied",
    good="Good answer",
    bad="Bad answer",
    note="What is good or wrong about it? (optional)",
    keep_note="Save",
    thanks="Noted, thank you.",
    source="Source",
    close="Close the source",
    before="Show what stands before",
    after="Show what follows",
    gone="This document is no longer in the index.",
    upload="Add documents",
    upload_hint="Drop files here or click to choose; at most {0} at a time, {1} MB each",
    holding="{0} documents · {1} passages",
    find="Find in the list: title, issuer, number",
    column_title="Title",
    column_issuer="Issuer",
    column_number="Number",
    column_date="Date",
    column_size="Characters",
    column_chunks="Passages",
    remove="Remove",
    remove_sure="Remove this document?",
    removed="Removed: {0}",
    steps_reading="Reading files",
    steps_embedding="Indexing",
    starting="Getting ready…",
    files="files {0}/{1}",
    chunks="passages {0}/{1}",
    left="about {0} s left",
    indexed="Done: {0} files new, {1} changed, {2} passages indexed, in {3:.1f} s.",
    skipped="{0} was left out: {1}",
    refresh="Index the uploads again",
    wrong="Something went wrong and this was not done. Try again; if it stays so, look at the "
    "window that runs policyqa chat.",
    too_many="At most {0} files at a time; these are {1}. Add them in several goes.",
    seconds="{0:.2f} s",
    confidence="confidence {0:.0%}",
    history_full="The conversation before had {0} questions; this is a new one, "
    "and that one is among the earlier conversations.",
    logged_in="Logged in: {0}",
    log_out="Log out",
)

LANGUAGES = {words.code: words for words in (CHINESE, ENGLISH)}


def preferred(accept_language: str) -> Words:
    """The language that a browser asks for first; Chinese when it names neither.

    >>> preferred("en-GB,en;q=0.9,zh;q=0.8").code
    'en'
    """
    for wish in accept_language.split(","):
        code = wish.split(";")[0].strip().lower()[:2]
        if code in LANGUAGES:
            return LANGUAGES[code]
    return CHINESE
