"""Documents, names, questions and uploads that try to run script, to call out or to read files."""

from __future__ import annotations

import contextlib
import json
import shutil
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

from index.build import update

ROOT = Path(__file__).parents[2]

OUTSIDE = "http://198.51.100.7"
"""An address for documentation (RFC 5737): a request to it is seen and goes nowhere."""

MARKUP = [
    "<script>window.hacked=1</script>",
    "<img src=x onerror='window.hacked=1'>",
    f"<img src={OUTSIDE}/a.png>",
    "<svg onload=window.hacked=1>",
    "<svg><script>window.hacked=1</script></svg>",
    "<svg><animate onbegin=window.hacked=1 attributeName=x dur=1s>",
    "<iframe src='javascript:window.hacked=1'></iframe>",
    f"<iframe src={OUTSIDE}></iframe>",
    "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "<body onload=window.hacked=1>",
    "<details open ontoggle=window.hacked=1>",
    "<video><source onerror=window.hacked=1></video>",
    f"<video poster={OUTSIDE}/p.png></video>",
    f"<audio src={OUTSIDE}/a.mp3 autoplay></audio>",
    "<input autofocus onfocus=window.hacked=1>",
    "<select autofocus onfocus=window.hacked=1>",
    "<textarea autofocus onfocus=window.hacked=1>",
    "<marquee onstart=window.hacked=1>",
    "<object data='javascript:window.hacked=1'></object>",
    f"<object data={OUTSIDE}/o></object>",
    f"<embed src={OUTSIDE}/e>",
    f"<link rel=stylesheet href={OUTSIDE}/s.css>",
    f"<link rel=prefetch href={OUTSIDE}/p>",
    f"<style>@import url({OUTSIDE}/i.css);</style>",
    f"<style>body{{background:url({OUTSIDE}/b.png)}}</style>",
    f"<div style='background:url({OUTSIDE}/d.png)'>",
    f"<base href={OUTSIDE}/>",
    f"<meta http-equiv=refresh content='0;url={OUTSIDE}'>",
    f"<form action={OUTSIDE}><button autofocus>",
    "<a href='javascript:window.hacked=1'>点</a>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.hacked=1>",
    "<noscript><p title='</noscript><img src=x onerror=window.hacked=1>'>",
    "<template><script>window.hacked=1</script></template>",
    "<!--><script>window.hacked=1</script>-->",
    "<![CDATA[<script>window.hacked=1</script>]]>",
    "</mark></div></button><script>window.hacked=1</script>",
    "'\"><img src=x onerror=window.hacked=1>",
    '" onmouseover="window.hacked=1" autofocus onfocus="window.hacked=1',
    "' onfocus='window.hacked=1' autofocus='",
    "`-window.hacked=1-`",
    "${window.hacked=1}",
    "${`${window.hacked=1}`}",
    "`;window.hacked=1;`",
    "\\`+(window.hacked=1)+\\`",
    "{{constructor.constructor('window.hacked=1')()}}",
    '{{#with "s" as |string|}}{{string.sub.constructor}}{{/with}}',
    "{{{html}}}<img src=x onerror=window.hacked=1>",
    "{{#each this}}{{this}}{{/each}}",
    "{% raw %}{{7*7}}{% endraw %}",
    "@children",
    "&lt;script&gt;window.hacked=1&lt;/script&gt;",
    "&#60;img src=x onerror=window.hacked=1&#62;",
    "\\u003cscript\\u003ewindow.hacked=1\\u003c/script\\u003e",
    "%3Cscript%3Ewindow.hacked=1%3C/script%3E",
    "＜script＞window.hacked=1＜/script＞",
    "<scr\u0000ipt>window.hacked=1</scr\u0000ipt>",
    "<sc<script>ript>window.hacked=1</sc</script>ript>",
    "<IMG SRC=x OnErRoR=window.hacked=1>",
    "<img/src=x/onerror=window.hacked=1>",
    "<img src=x onerror\n=\nwindow.hacked=1>",
    "<x onclick=window.hacked=1 tabindex=1 autofocus onfocus=window.hacked=1>",
    "[点](javascript:window.hacked=1)",
    f"![图]({OUTSIDE}/m.png)",
    f"![图][1]\n\n[1]: {OUTSIDE}/r.png",
    f"<{OUTSIDE}/auto>",
    "[x]: javascript:window.hacked=1",
    "$$\\href{javascript:window.hacked=1}{x}$$",
    "$\\includegraphics{x}$",
    "```html\n<script>window.hacked=1</script>\n```",
    '```mermaid\ngraph TD;A-->B;click A "javascript:window.hacked=1"\n```',
    "\u202e<script>window.hacked=1</script>\u202c",
    "\ud7ff\ufdd0<script>window.hacked=1</script>",
]
NAMES = [
    "<img src=x onerror=window.hacked=1>.md",
    "'\"><svg onload=window.hacked=1>.md",
    "${window.hacked=1}.md",
    "{{constructor}}.md",
    "\u202egnp.md",
    "../../../../tmp/policyqa-escaped.md",
    "..\\..\\policyqa-escaped.md",
    ".hidden.md",
    "con.md",
    "a" * 300 + ".md",
    "；rm -rf ~；.md",
    "%2e%2e%2fescaped.md",
    "空\n行.md",
    "file:.md",
]
PATHS = [
    "etc/passwd",
    "/etc/passwd",
    "../../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "file:///etc/passwd",
    "{folder}/catalogue.sqlite",
    "{folder}/uploads/x.md",
    "{folder}/feedback.jsonl",
    "{folder}/../users.json",
    "{root}/pyproject.toml",
    "{root}/ui/chat.py",
    "/proc/self/environ",
    OUTSIDE,
]
ROUTES = [
    "gradio_api/file=",
    "gradio_api/file/",
    "gradio_api/proxy=",
    "gradio_api/stream/x/y/",
    "file=",
    "static/",
    "assets/",
    "theme.css/../",
]
WRONG_UPLOADS = {
    "a.exe": b"MZ\x00\x00",
    "b.md": b"\x7fELF\x00\x00",
    "c.pdf": b"<html>no pdf</html>",
    "d.docx": b"PK\x03\x04broken",
    "e.txt": b"\x00" * 100,
    "f.svg": b"<svg onload=alert(1)>",
    "g.html.exe": b"<script>",
    "h": b"no ending",
}


@pytest.fixture(scope="module")
def hostile(serve, tmp_path_factory, embedder):
    """A chat over documents made of payloads; gives its address, its index and its documents."""
    made = tmp_path_factory.mktemp("hostile")
    folder = made / "index"
    for number, payload in enumerate(MARKUP):
        said = payload.replace("\0", "�")  # a text that holds a NUL is refused as none
        fact = f"第{number}号载荷的数量是{number + 1000}个"
        text = f"# 载荷第{number}号 {said}\n\n{fact}，{said}。\n"
        name = f"{number:03d}{payload if number % 3 == 0 else ''}".replace("/", "_")
        name = name.replace("\0", "").replace("\n", " ").encode()[:200].decode(errors="ignore")
        (made / f"{name}.md").write_text(text, "utf-8")
    (made / "users.json").write_text("secret", "utf-8")
    update(folder, sorted(made.glob("*.md")), embedder)
    return serve(folder), folder


def count(page) -> int:
    return int(page.evaluate("window.hacked === undefined ? 0 : 1"))


def ask(page, question: str) -> None:
    turns = page.locator("#transcript .turn[data-turn]")
    before = turns.count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    expect(turns).to_have_count(before + 1)


def test_there_are_a_hundred_payloads_and_more() -> None:
    assert len({*MARKUP, *NAMES, *PATHS, *WRONG_UPLOADS}) >= 100


def test_no_document_and_no_question_runs_script_or_calls_out(open_page, hostile) -> None:
    page = open_page(hostile[0])
    page.wait_for_selector(".welcome")
    for number, payload in enumerate(MARKUP):
        if number % 12 == 0 and number:
            page.get_by_role("button", name="新对话").click()
            page.wait_for_selector(".welcome")
        ask(page, f"第{number}号载荷的数量是多少个？{payload}"[:1000])
        place = page.locator("#transcript .turn").last.locator(".place").first
        place.click()
        shown = f'#source-panel [data-document="{place.get_attribute("data-document")}"]'
        page.wait_for_selector(f"{shown} :is(mark, .page)")
        assert count(page) == 0, payload
        page.keyboard.press("Escape")
    page.get_by_role("tab", name="文件").click()
    page.wait_for_selector("table.documents tbody tr")
    assert page.locator("table.documents tbody tr").count() == len(MARKUP)
    page.reload()
    page.wait_for_selector("#transcript .turn")
    assert count(page) == 0
    assert (
        page.evaluate("document.querySelectorAll('#transcript script, #transcript iframe').length")
        == 0
    )


def test_what_a_browser_kept_is_not_trusted(open_page, hostile) -> None:
    page = open_page(hostile[0])
    page.wait_for_selector(".welcome")
    ask(page, "第1号载荷的数量是多少个？")
    page.evaluate("""() => {
        const button = document.querySelector("#transcript .place");
        button.dataset.document = "<img src=x onerror=window.hacked=1>";
        button.dataset.spans = '[[0, 99999999], ["x", {}], [-5, 3]]';
    }""")
    page.locator("#transcript .place").first.click()
    expect(page.locator("#source-panel header")).to_contain_text("已经不在库里")
    page.evaluate(
        "for (const key of Object.keys(localStorage)) localStorage.setItem(key, '<img src=x>')"
    )
    page.reload()
    page.wait_for_selector(".welcome")
    assert count(page) == 0


def test_uploads_keep_to_their_folder_and_kind(open_page, hostile) -> None:
    address, folder = hostile
    page = open_page(address)
    page.wait_for_selector(".welcome")
    page.get_by_role("tab", name="文件").click()
    good = [
        {"name": name, "mimeType": "text/markdown", "buffer": f"# 文{at}\n\n正文{at}。\n".encode()}
        for at, name in enumerate(NAMES)
    ]
    bad = [
        {"name": name, "mimeType": "text/plain", "buffer": data}
        for name, data in WRONG_UPLOADS.items()
    ]
    page.set_input_files("#upload input[type=file]", good + bad)
    expect(page.locator("#progress")).to_contain_text("完成", timeout=90_000)
    expect(page.locator("#progress .refused")).to_have_count(len(bad))
    kept = [path for path in (folder / "uploads").rglob("*") if path.is_file()]
    assert 0 < len(kept) <= len(NAMES)
    assert all(path.parent == folder / "uploads" for path in kept)
    assert not any(path.name.startswith(".") for path in kept)
    assert not {path.name for path in kept} & set(WRONG_UPLOADS)
    assert not Path("/tmp/policyqa-escaped.md").exists()  # noqa: S108 - the payload's own target
    assert count(page) == 0


def test_no_file_is_served_but_the_pages_own(hostile) -> None:
    address, folder = hostile
    shutil.copy(folder / "catalogue.sqlite", folder / "uploads.bin")
    leaked = []
    for path in PATHS:
        asked = path.format(folder=folder, root=ROOT)
        for route in ROUTES:
            url = address + route + urllib.parse.quote(asked, safe="/%:")
            with contextlib.suppress(urllib.error.HTTPError, urllib.error.URLError):
                with urllib.request.urlopen(url, timeout=20) as answer:
                    body = answer.read()
                if b"<gradio-app" not in body:
                    leaked.append((url, body[:80]))
    assert leaked == []


@pytest.mark.parametrize(
    "file", ["/etc/passwd", "{folder}/catalogue.sqlite", "{root}/pyproject.toml"]
)
def test_a_forged_upload_reads_no_other_file(hostile, file: str) -> None:
    address, folder = hostile
    with urllib.request.urlopen(address + "config", timeout=20) as answer:
        config = json.load(answer)
    field = next(one["id"] for one in config["components"] if one["type"] == "file")
    event = next(one for one in config["dependencies"] if [field, "upload"] in one["targets"])
    path = file.format(folder=folder, root=ROOT)
    forged = [{"path": path, "orig_name": "x.md", "meta": {"_type": "gradio.FileData"}}]
    body = {"data": [forged, ["x.md"], {}], "fn_index": event["id"], "session_hash": "forged"}
    request = urllib.request.Request(
        address + "gradio_api/queue/join",
        json.dumps(body).encode(),
        {"content-type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=20).close()
    data = address + "gradio_api/queue/data?session_hash=forged"
    with urllib.request.urlopen(data, timeout=60) as answer:
        told = answer.read().decode()
    assert '"success":false' in told
    assert "Traceback" not in told
    assert not (folder / "uploads" / "x.md").exists()
