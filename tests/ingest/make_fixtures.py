"""Makes the documents in `fixtures/` with real tools: LibreOffice, Chromium, iconv, python-docx.

Run once, on a machine that has them; the tests read what it made:

    python tests/ingest/make_fixtures.py
"""

from __future__ import annotations

import html
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import docx
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

sys.path.insert(0, str(Path(__file__).parent))
from known_texts import TEXTS, Text

FIXTURES = Path(__file__).parent / "fixtures"
LOCKED = Path(__file__).parent / "locked"
PAGES = Path(__file__).parent / "pages"
LOCKED_PDF = (
    'pdf:writer_pdf_Export:{"EncryptFile":{"type":"boolean","value":"true"},'
    '"DocumentOpenPassword":{"type":"string","value":"secret"}}'
)

STYLE = """
body { font: 12pt "Noto Sans CJK SC"; text-align: justify } p { text-indent: 2em; margin: .4em 0 }
h1 { font-size: 20pt; text-align: center } h2 { font-size: 15pt } h3 { font-size: 13.5pt }
table { border-collapse: collapse; margin: 1em 0 } td, th { border: 1px solid; padding: 4px 8px }
@page { size: A4; margin: 25mm 22mm;
  @top-center { content: "临江市人民政府公报"; font-size: 9pt }
  @bottom-center { content: "— " counter(page) " —"; font-size: 9pt } }
"""
TWO_COLUMNS = """
main { column-count: 2; column-gap: 9mm } h1, table { column-span: all } table { width: 100% }
@page { margin: 22mm 18mm }
"""
MENU = '<nav><ul><li><a href="/">首页</a></li><li><a href="/zwgk">政务公开</a></li></ul></nav>'
FOOTER = (
    '<footer><p>版权所有 临江市人民政府 备案号00000000</p></footer><script>var a = "正文";</script>'
)


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=180)


def markdown(text: Text) -> str:
    lines: list[str] = []
    signs = {"title": "# ", "h1": "## ", "h2": "### "}
    rows = 0
    for kind, words in text:
        rows = rows + 1 if kind == "row" else 0
        if kind == "row":
            end = lines.pop() if rows > 1 else ""
            lines.append(f"{end}| {words} |\n" + ("|---|---|---|---|\n" if rows == 1 else ""))
        else:
            lines.append(f"{signs.get(kind, '')}{words}\n")
    return "\n".join(lines)


def plain(text: Text) -> str:
    return "\n\n".join(f"\n{words}\n" if kind == "h1" else words for kind, words in text) + "\n"


def page(text: Text, style: str = STYLE, *, site: bool = True) -> str:
    parts: list[str] = []
    tags = {"title": "h1", "h1": "h2", "h2": "h3"}
    table: list[str] = []
    for kind, words in [*text, ("", "")]:
        if kind == "row":
            cell = "td" if table else "th"
            cells = "".join(
                f"<{cell}>{html.escape(part.strip())}</{cell}>" for part in words.split("|")
            )
            table.append(f"<tr>{cells}</tr>")
            continue
        if table:
            parts.append(f"<table>{''.join(table)}</table>")
            table = []
        if words:
            tag = tags.get(kind, "p")
            parts.append(f"<{tag}>{html.escape(words)}</{tag}>")
    before, after = (MENU, FOOTER) if site else ("", "")
    return (
        '<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8">'
        f"<title>{text[0][1]}_临江市</title>"
        f"<style>{style}</style></head><body>{before}<main>{chr(10).join(parts)}</main>{after}"
        "</body></html>"
    )


def word(text: Text, path: Path, *, numbered: bool) -> None:
    """A DOCX with styles, a header and page numbers; if `numbered`, Word makes the numbers 一、."""
    document = docx.Document()
    document.styles["Normal"].font.name = "Noto Serif CJK SC"
    section = document.sections[0]
    section.header.paragraphs[0].text = "临江市人民政府公报"
    _page_number(section.footer.paragraphs[0])
    num_id = _chinese_numbering(document) if numbered else 0
    levels = {"title": 0, "h1": 1, "h2": 2}
    table = None
    for kind, words in text:
        if kind == "row":
            cells = [cell.strip() for cell in words.split("|")]
            if table is None:
                table = document.add_table(0, len(cells), style="Table Grid")
            for cell, content in zip(table.add_row().cells, cells, strict=True):
                cell.text = content
            continue
        table = None
        if kind not in levels:
            document.add_paragraph(words)
            continue
        mark, sign, rest = words.partition("、")
        if numbered and kind == "h1" and sign and len(mark) == 1:
            heading = document.add_heading(rest, 1)
            _number(heading._p, num_id)  # noqa: SLF001 - python-docx has no other way
        else:
            document.add_heading(words, levels[kind])
    document.save(str(path))


def _page_number(paragraph: docx.text.paragraph.Paragraph) -> None:
    for kind, instruction in (("begin", ""), ("", "PAGE"), ("end", "")):
        run_ = paragraph.add_run()._r  # noqa: SLF001 - python-docx has no other way
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = instruction
        run_.append(element)


def _chinese_numbering(document: Document) -> int:
    numbering = document.part.numbering_part.element
    kind = OxmlElement("w:abstractNum")
    kind.set(qn("w:abstractNumId"), "90")
    level = OxmlElement("w:lvl")
    level.set(qn("w:ilvl"), "0")
    for tag, value in (
        ("w:start", "1"),
        ("w:numFmt", "chineseCounting"),
        ("w:suff", "nothing"),
        ("w:lvlText", "%1、"),
    ):
        element = OxmlElement(tag)
        element.set(qn("w:val"), value)
        level.append(element)
    kind.append(level)
    numbering.insert(0, kind)
    return int(numbering.add_num(90).numId)


def _number(paragraph: docx.oxml.text.paragraph.CT_P, num_id: int) -> None:
    properties = paragraph.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = 0
    properties.get_or_add_numId().val = num_id


def chromium(source: Path, target: Path) -> None:
    run(
        *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"),
        *(f"--print-to-pdf={target}", source.as_uri()),
    )


def libreoffice(source: Path, kind: str, target: Path) -> None:
    run(
        "soffice",
        "--headless",
        "--convert-to",
        kind,
        "--outdir",
        str(target.parent / "o"),
        str(source),
    )
    made = target.parent / "o" / f"{source.stem}.{kind.partition(':')[0]}"
    made.replace(target)


def convert(source: Path, encoding: str, target: Path) -> None:
    command = ["iconv", "-f", "UTF-8", "-t", encoding, str(source)]
    text = subprocess.run(command, check=True, capture_output=True)
    target.write_bytes(text.stdout)


def make(name: str, text: Text, work: Path) -> None:
    def at(end: str) -> Path:
        return work / f"{name}-{end}"

    at("md.md").write_text(markdown(text), encoding="utf-8")
    at("crlf.md").write_text(markdown(text), encoding="utf-8-sig", newline="\r\n")
    at("utf8.txt").write_text(plain(text), encoding="utf-8")
    at("dos.txt").write_text(plain(text), encoding="utf-8", newline="\r\n")
    convert(at("dos.txt"), "BIG5" if name == "bulletin" else "GBK", at("legacy.txt"))
    convert(at("utf8.txt"), "UTF-16", at("utf16.txt"))
    at("site.html").write_text(page(text), encoding="utf-8")
    old = page(text).replace("utf-8", "gb2312", 1)
    at("old.html").write_text(old, encoding="gb18030")
    at("plain.html").write_text(page(text, site=False), encoding="utf-8")
    libreoffice(at("plain.html"), "odt:writer8", at("middle.odt"))
    libreoffice(at("middle.odt"), "docx:MS Word 2007 XML", at("office.docx"))
    word(text, at("numbered.docx"), numbered=True)
    libreoffice(at("numbered.docx"), "pdf:writer_pdf_Export", at("office.pdf"))
    if name not in {"regulation", "report"}:
        # Chromium's files are large: four are enough.
        chromium(at("plain.html"), at("browser.pdf"))
    at("two.html").write_text(page(text, STYLE + TWO_COLUMNS, site=False), encoding="utf-8")
    chromium(at("two.html"), at("columns.pdf"))
    for end in ("dos.txt", "plain.html", "middle.odt", "two.html"):
        at(end).unlink()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name, text in TEXTS.items():
            make(name, text, work)
        libreoffice(work / "memo-office.docx", LOCKED_PDF, work / "locked.pdf")
        (work / "locked.pdf").replace(LOCKED / "locked.pdf")
        shutil.rmtree(work / "o")
        shutil.rmtree(FIXTURES, ignore_errors=True)
        FIXTURES.mkdir()
        for made in sorted(work.iterdir()):
            shutil.copy(made, FIXTURES / made.name)
    for source in sorted(PAGES.glob("*.html")):
        chromium(source, source.with_suffix(".pdf"))


if __name__ == "__main__":
    main()
