"""Why a file was left out, in the language of the page; the rooms below give it in English."""

from __future__ import annotations

import re

from ui.words import Words

_CHINESE = (
    ("files ending in nothing are not read", "不读没有扩展名的文件"),
    (r"files ending in (\S+) are not read.*", "不读扩展名为 {0} 的文件，请另存为 PDF、DOCX 或文本"),
    (r"it is larger than (\d+) MB.*", "超过 {0} MB，请拆成几个小文件"),
    ("it is no PDF, though its name says so", "名为 PDF，内容却不是"),
    ("it is no Word document, though its name says so", "名为 Word 文档，内容却不是"),
    ("it is no text, though its name says so", "名为文本，内容却不是"),
    ("it holds no text, whatever its name says", "内容不是文本"),
    ("it holds no text in a known encoding.*", "文字编码无法识别，请另存为 UTF-8"),
    (r"it is damaged at byte (\d+).*", "第 {0} 个字节损坏，请另存为 UTF-8"),
    (r"it is damaged (\S+) text.*", "{0} 文本已损坏，请另存为 UTF-8"),
    ("it is cut off in the middle of a character.*", "文件不完整，请换一份完整的"),
    ("it is damaged or cut off.*", "文件损坏或不完整，请换一份完整的"),
    ("it is protected by a password or older.*", "有密码保护或格式太旧，请另存为 .docx"),
    ("it is protected by a password.*", "有密码保护，请另存为不带密码的"),
    ("it holds no Word document.*", "里面没有 Word 文档，请另存为 .docx"),
    (r"it unpacks to more than (\d+) MB", "解开后超过 {0} MB"),
    ("it declares entities.*", "含有实体声明，正常的文件不会有"),
    ("it holds no (?:text|page)|it is empty", "里面没有文字"),
    (r"it holds more than (\d+) million characters.*", "超过 {0} 百万字，请拆成几个文件"),
    (r"it has more than (\d+) scanned pages.*", "扫描页超过 {0} 页，请拆成几个文件"),
    (r"it has more than (\d+) pages.*", "超过 {0} 页，请拆成几个文件"),
    (r"it takes more than (\d+) s to read.*", "读了 {0} 秒还没读完，请拆成几个文件"),
    (r"it holds more than ([\d,]+) paragraphs.*", "超过 {0} 段，请拆成几个文件"),
    (r"it holds more than ([\d,]+) tags.*", "超过 {0} 个标签，请拆成几个文件"),
    (r"its page (\d+) is damaged.*", "第 {0} 页损坏，请换一份完整的"),
    ("no text was recognised in the pictures.*", "各页是图片，没有认出文字"),
    (
        "reading it broke off.*",
        "读到一半停了：文件损坏，或占内存超过 1 GB；请重新保存，或拆成几个文件",
    ),
    ("OFD is read with an extra.*", "装上 policyqa[ofd] 就能读，或在阅读器里导出为 PDF"),
    ("its pages are pictures of text.*", "各页是扫描图片；装上 policyqa[ocr] 就能读"),
    ("its text layer is not readable.*", "文字层无法读取，请打印成新的 PDF"),
    ("its parts are nested too deeply", "结构嵌套太深"),
    ("there is no permission to read it", "没有读取它的权限"),
    ("there is no such file", "文件不在了"),
    ("it is a link that leaves the folder", "是指向文件夹之外的链接"),
    ("it is no file that holds data", "不是普通文件"),
    (r"it cannot be opened \((.*)\)", "打不开（{0}）"),
    ("it changed while it was read.*", "读取时它变了，请等它完整后再添加"),
)


def in_words(reason: str, words: Words) -> str:
    """The reason for a reader of that language; as it is where no words are known.

    >>> in_words("it is empty", CHINESE)
    '里面没有文字'
    """
    for pattern, chinese in _CHINESE if words.code == "zh" else ():
        if match := re.fullmatch(pattern, reason):
            return chinese.format(*match.groups())
    return reason
