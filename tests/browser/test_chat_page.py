"""What a reader does all day, in real Chromium against the real command."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from ingest.read import LARGEST_FILE

QUESTION = "到2028年打造多少个工业智能体？"

SLOW = """
import time
from ui.library import Library
at_once = Library.answer
Library.answer = lambda *asked: (time.sleep(2), at_once(*asked))[1]
"""


def ask(page: Page, question: str) -> Locator:
    """Ask and wait for the answer; gives its turn."""
    turns = page.locator("#transcript .turn[data-turn]")
    before = turns.count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    expect(turns).to_have_count(before + 1, timeout=60_000)
    page.wait_for_timeout(100)  # the page keeps a turn once it is on the screen
    return turns.nth(before)


def ready(page: Page) -> Page:
    page.wait_for_selector("#talk :is(.welcome, .turn):visible")
    return page


def test_the_words_of_a_citation_stand_highlighted_in_the_source(open_page, chat) -> None:
    page = ready(open_page(chat))
    turn = ask(page, QUESTION)
    assert "200个左右" in turn.locator(".answer mark").inner_text()
    citation = turn.locator(".cited .place").first
    quote = citation.locator(".quote").inner_text()
    citation.click()
    mark = page.locator("#source-panel mark").first
    expect(mark).to_be_in_viewport()
    assert mark.inner_text() == quote
    expect(mark.locator("strong")).to_be_in_viewport()
    assert mark.locator("strong").inner_text() == turn.locator(".answer mark").inner_text()
    page.keyboard.press("Escape")
    expect(mark).to_be_hidden()
    turn.locator("summary").click()
    expect(turn.locator(".considered .scores").first).to_be_visible()
    expect(turn.locator(".considered .quote", has_text=quote[:20])).to_have_count(0)


def test_a_source_that_was_closed_on_its_way_stays_closed(open_page, chat) -> None:
    page = ready(open_page(chat))
    turn = ask(page, QUESTION)
    turn.locator(".cited .place").first.click()
    expect(page.locator("#source-panel mark").first).to_be_visible()
    page.keyboard.press("Escape")
    turn.locator(".considered .place").first.evaluate("""(place) => {
        place.click();
        document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    }""")
    document, spans = (
        turn.locator(".considered .place").first.get_attribute(f"data-{what}")
        for what in ("document", "spans")
    )
    arrived = f"#source-panel [data-document='{document}'][data-spans='{spans}']"
    page.wait_for_selector(arrived, state="attached")
    page.wait_for_timeout(300)  # the page draws what has arrived
    expect(page.locator("#source-panel .text")).to_be_hidden()
    expect(page.get_by_role("button", name="新对话")).to_be_visible()


def test_no_other_place_is_shown_while_one_is_on_its_way(open_page, chat) -> None:
    page = ready(open_page(chat))
    turn = ask(page, QUESTION)
    turn.locator(".cited .place").first.click()
    expect(page.locator("#source-panel strong")).to_be_visible()
    shown_at_once = """(place) => {
        place.click();
        const text = document.querySelector("#source-panel .text");
        return text.checkVisibility({ visibilityProperty: true });
    }"""
    turn.locator("summary").click()
    other = turn.locator(".considered .place").last
    assert not other.evaluate(shown_at_once)
    spans = other.get_attribute("data-spans")
    expect(page.locator(f"#source-panel .text[data-spans='{spans}']")).to_be_visible()


def test_a_place_that_is_opened_again_is_led_to_again(open_page, chat) -> None:
    page = ready(open_page(chat))
    place = ask(page, QUESTION).locator(".cited .place").first
    place.click()
    text = page.locator("#source-panel .text")
    expect(text).to_be_focused()
    text.evaluate("(text) => { text.scrollTop = text.scrollHeight; }")
    expect(page.locator("#source-panel strong")).not_to_be_in_viewport()
    place.click()
    expect(page.locator("#source-panel strong")).to_be_in_viewport()


def test_more_of_the_text_leaves_what_is_read_in_its_place(
    open_page, serve, seed_index: Path
) -> None:
    page = ready(open_page(serve(seed_index, first="import ui.source; ui.source._AROUND = 600")))
    ask(page, "到2028年培育多少家创新载体？").locator(".cited .place").first.click()
    answer = page.locator("#source-panel strong")
    expect(answer).to_be_in_viewport()
    page.get_by_role("button", name="显示后文").scroll_into_view_if_needed()
    height = "(mark) => Math.round(mark.getBoundingClientRect().top)"
    before = answer.evaluate(height)
    page.get_by_role("button", name="显示后文").click()
    page.wait_for_selector("#source-panel [data-more='2']")
    page.wait_for_timeout(300)  # the page draws what has arrived
    assert answer.evaluate(height) == before


def test_an_error_is_told_in_the_language_of_the_page(
    open_page, serve, seed_index: Path, tmp_path: Path
) -> None:
    shutil.copytree(seed_index, tmp_path / "index")
    address = serve(tmp_path / "index")
    chinese, english = ready(open_page(address)), ready(open_page(address, "en-US"))
    (tmp_path / "index" / "catalogue.sqlite").write_bytes(b"no catalogue" * 1000)
    for page, said in ((chinese, "已损坏"), (english, "is damaged")):
        page.fill("#question textarea", QUESTION)
        page.press("#question textarea", "Enter")
        expect(page.locator(".toast-wrap")).to_contain_text(said)
        expect(page.locator("#question textarea")).to_have_value(QUESTION)


def test_what_gradio_says_is_said_in_chinese_too(open_page, chat, tmp_path: Path) -> None:
    large, wrong = tmp_path / "大.md", tmp_path / "表.xlsx"
    with large.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    wrong.write_bytes(b"PK")
    page = ready(open_page(chat))
    page.get_by_role("tab", name="文件").click()
    page.set_input_files("#upload input[type=file]", wrong)
    expect(page.locator("#progress .refused")).to_contain_text("不读扩展名为 .xlsx 的文件")
    page.set_input_files("#upload input[type=file]", large)
    expect(page.locator(".toast-wrap")).to_contain_text("请拆成几个小文件")
    expect(page.locator(".toast-title")).to_have_text("没有完成")


def test_what_the_documents_do_not_say_is_said_so(open_page, chat) -> None:
    turn = ask(ready(open_page(chat)), "2035年火星移民有多少人？")
    expect(turn.locator(".not-found")).to_contain_text("这些文件里没有答案")
    expect(turn.locator(".not-found")).to_contain_text(re.compile(r"查遍了 \d+ 个文件"))
    expect(turn.locator(".passages .place").first).to_be_visible()


def test_a_follow_up_is_understood_shown_and_can_be_corrected(open_page, chat) -> None:
    page = ready(open_page(chat))
    ask(page, QUESTION)
    turn = ask(page, "那2030年呢？")
    expect(turn.locator(".understood")).to_contain_text("到2030年打造多少个工业智能体？")
    turn.get_by_text("改问题").click()
    expect(page.locator("#question textarea")).to_have_value("到2030年打造多少个工业智能体？")
    turn.get_by_text("按原话问").click()
    literal = page.locator("#transcript .turn[data-turn]").nth(2)
    expect(literal.locator(".asked")).to_contain_text("那2030年呢？")
    expect(literal.locator(".understood")).to_have_count(0)


def test_what_was_unfolded_stays_so_when_the_next_answer_comes(open_page, chat) -> None:
    page = ready(open_page(chat))
    first = ask(page, QUESTION)
    first.locator("summary").click()
    ask(page, "到2028年培育多少家创新载体？")
    expect(first.locator("details")).to_have_attribute("open", "")


def test_a_question_stands_there_while_it_waits_and_comes_back_when_it_fails(
    open_page, serve, tmp_path: Path
) -> None:
    page = ready(open_page(serve(tmp_path / "none")))
    page.fill("#question textarea", QUESTION)
    page.press("#question textarea", "Enter")
    expect(page.locator("#transcript .pending")).to_contain_text(QUESTION)
    expect(page.locator(".toast-wrap")).to_contain_text("拖入政策文件")
    expect(page.locator("#transcript .pending")).to_have_count(0)
    expect(page.locator("#question textarea")).to_have_value(QUESTION)


def test_a_question_on_its_way_is_not_answered_into_another_conversation(
    open_page, serve, seed_index: Path
) -> None:
    page = ready(open_page(serve(seed_index, first=SLOW)))
    ask(page, QUESTION)
    turns = page.locator("#transcript .turn[data-turn]")
    for leave in (page.get_by_role("button", name="新对话"), page.locator("#earlier .past").first):
        page.fill("#question textarea", "那2030年呢？")
        page.press("#question textarea", "Enter")
        expect(page.locator("#transcript .pending")).to_be_visible()
        before = turns.count()
        leave.click()
        expect(page.locator("#question textarea")).to_have_value("那2030年呢？")
        expect(page.locator("#transcript .pending")).to_have_count(0)
        page.wait_for_timeout(4000)  # longer than the answer takes
        expect(turns).to_have_count(1 - before)
    ask(page, "到2028年培育多少家创新载体？")
    expect(turns).to_have_count(2)


def test_a_full_conversation_goes_to_the_shelf(open_page, serve, seed_index: Path) -> None:
    page = ready(open_page(serve(seed_index, first="import ui.turns; ui.turns.LONGEST = 2")))
    turns = page.locator("#transcript .turn[data-turn]")
    ask(page, QUESTION)
    ask(page, "到2028年培育多少家创新载体？")
    page.fill("#question textarea", "那2030年呢？")
    page.press("#question textarea", "Enter")
    expect(turns).to_have_count(1)
    expect(turns.locator(".understood")).to_contain_text("到2030年培育多少家创新载体？")
    expect(page.locator("#earlier .past")).to_have_count(1)
    page.reload()
    expect(turns).to_have_count(1)
    page.locator("#earlier .past").click()
    expect(turns).to_have_count(2)
    assert "200个左右" in turns.first.locator(".answer").inner_text()


def test_an_uploaded_document_is_indexed_and_answers(open_page, chat, tmp_path: Path) -> None:
    notice = tmp_path / "关于高温津贴的通知.md"
    notice.write_text(
        "# 关于高温津贴的通知\n\n云溪市人民政府办公室\n\n2027年3月1日\n\n"
        "高温津贴标准为每人每月345元，自2027年6月起执行。\n",
        "utf-8",
    )
    broken = tmp_path / "坏.md"
    broken.write_bytes(b"\x00\x01\x02" * 99)
    page = ready(open_page(chat))
    page.get_by_role("tab", name="文件").click()
    page.set_input_files("#upload input[type=file]", [notice, broken])
    expect(page.locator("#progress")).to_contain_text("新增 1 个文件", timeout=90_000)
    expect(page.locator("#progress .refused")).to_contain_text("坏.md：名为文本，内容却不是")
    row = page.locator("table.documents tr", has_text="高温津贴")
    page.get_by_role("searchbox").fill("山东")
    expect(row).to_be_hidden()
    page.get_by_role("searchbox").fill("高温")
    expect(page.locator("table.documents tbody tr:visible")).to_have_count(1)
    expect(row).to_be_visible()
    page.get_by_role("tab", name="问答").click()
    turn = ask(page, "高温津贴标准是每月多少元？")
    assert "345元" in turn.locator(".answer").inner_text()

    page.get_by_role("tab", name="文件").click()
    page.once("dialog", lambda dialog: dialog.accept())
    row.get_by_role("button", name="移出").click()
    expect(row).to_have_count(0)


def test_a_question_can_be_kept_to_one_document_after_an_upload(
    open_page, chat, tmp_path: Path
) -> None:
    notice = tmp_path / "关于取暖补助的通知.md"
    notice.write_text("# 关于取暖补助的通知\n\n取暖补助标准为每户每年720元。\n", "utf-8")
    page = ready(open_page(chat))
    page.get_by_role("tab", name="文件").click()
    page.set_input_files("#upload input[type=file]", [notice])
    expect(page.locator("#progress")).to_contain_text("新增 1 个文件", timeout=90_000)
    page.get_by_role("tab", name="问答").click()
    ask(page, "取暖补助标准是每年多少元？")
    page.get_by_role("button", name="提问范围").click()
    page.locator("#scope-document input").click()
    page.get_by_role("option", name=re.compile("山东")).click()
    turn = ask(page, "取暖补助标准是每年多少元？")
    expect(turn.locator(".not-found")).to_contain_text("所选范围（山东")
    page.locator("#within > button").click()
    page.get_by_role("tab", name="文件").click()
    expect(page.locator("table.documents")).to_be_visible()
    page.get_by_role("tab", name="问答").click()
    expect(page.locator("#within > button")).to_contain_text("只问：山东")
    page.locator("#language").click()
    expect(page.locator("#within > button")).to_contain_text("Ask only within: 山东")


def test_a_conversation_can_be_exported(open_page, chat) -> None:
    page = ready(open_page(chat))
    answer = ask(page, QUESTION).locator(".answer mark").inner_text()
    with page.expect_download() as markdown:
        page.get_by_role("button", name="导出 Markdown").click()
    text = markdown.value.path().read_text("utf-8")
    assert answer in text
    assert "第 11 行" in text
    with page.expect_download() as word:
        page.get_by_role("button", name="导出 Word").click()
    with zipfile.ZipFile(word.value.path()) as packed:
        assert answer in packed.read("word/document.xml").decode("utf-8")


def test_an_answer_can_be_copied_and_judged(open_page, chat) -> None:
    page = ready(open_page(chat, permissions=["clipboard-read", "clipboard-write"]))
    turn = ask(page, QUESTION)
    turn.get_by_role("button", name="复制答案和出处").click()
    expect(turn.get_by_text("已复制")).to_be_visible()
    assert "第 11 行" in page.evaluate("navigator.clipboard.readText()")
    turn.get_by_role("button", name="答得好").click()
    turn.locator(".note input").fill("出处准确")
    turn.get_by_role("button", name="保存").click()
    expect(page.get_by_text("记下了，谢谢。").first).to_be_visible()  # for ten seconds
    expect(turn.get_by_role("button", name="答得好")).to_have_attribute("aria-pressed", "true")


def test_history_outlives_a_reload(open_page, chat) -> None:
    page = ready(open_page(chat))
    ask(page, QUESTION)
    page.reload()
    expect(page.locator("#transcript .turn .answer")).to_contain_text("200个左右")
    page.get_by_role("button", name="新对话").click()
    expect(page.locator(".welcome")).to_be_visible()
    page.reload()
    page.locator("#earlier .past").click()
    expect(page.locator("#transcript .turn .answer")).to_contain_text("200个左右")


def test_the_interface_speaks_the_browsers_language_and_the_other(open_page, chat) -> None:
    page = ready(open_page(chat, "en-US"))
    expect(page.locator("#send")).to_have_text("Ask")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("#language").click()
    expect(page.locator("#send")).to_have_text("提问")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.reload()
    expect(page.locator("#send")).to_have_text("提问")


def test_an_example_question_is_answered(open_page, chat) -> None:
    page = ready(open_page(chat))
    page.locator(".example").first.click()
    expect(page.locator("#transcript .turn .cited")).to_be_visible()


def test_the_keyboard_is_enough(open_page, chat) -> None:
    page = ready(open_page(chat))
    turn = ask(page, QUESTION)
    turn.locator(".cited .place").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#source-panel .text")).to_be_focused()
    page.keyboard.press("Escape")
    expect(turn.locator(".cited .place").first).to_be_focused()


def test_a_phone_shows_the_source_over_the_chat(open_page, chat) -> None:
    page = ready(open_page(chat, viewport={"width": 390, "height": 780}, has_touch=True))
    turn = ask(page, QUESTION)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    turn.locator(".cited .place").first.tap()
    expect(page.locator("#source-panel mark").first).to_be_in_viewport()
    page.locator("[data-close]").tap()
    expect(page.locator("#question textarea")).to_be_in_viewport()


def test_others_go_on_asking_while_documents_are_indexed(open_page, chat, tmp_path: Path) -> None:
    big = tmp_path / "关于智能工厂名录的通知.md"
    rows = (
        f"第{row}家智能工厂每年生产机床{row}台，并给予{row}万元奖励。\n\n" for row in range(2400)
    )
    big.write_text("# 关于智能工厂名录的通知\n\n" + "".join(rows), "utf-8")
    adding, asking = ready(open_page(chat)), ready(open_page(chat))
    adding.get_by_role("tab", name="文件").click()
    adding.set_input_files("#upload input[type=file]", big)
    bar = adding.get_by_role("progressbar", name="正在编入索引")
    expect(bar).to_be_visible()
    expect(adding.locator("#progress")).to_contain_text(
        re.compile(r"段落 \d+/\d+ · 大约还要 \d+ 秒")
    )
    turn = ask(asking, QUESTION)
    assert "200个左右" in turn.locator(".answer").inner_text()
    expect(bar).to_be_visible()
    expect(adding.locator("#progress")).to_contain_text("新增 1 个文件", timeout=120_000)
    row = adding.locator("table.documents tr", has_text="智能工厂名录")
    adding.once("dialog", lambda dialog: dialog.accept())
    row.get_by_role("button", name="移出").click()
    expect(row).to_have_count(0)


def test_the_first_document_makes_the_index(open_page, serve, tmp_path: Path) -> None:
    page = ready(open_page(serve(tmp_path / "new")))
    expect(page.locator(".welcome")).to_contain_text("这里还没有文件")
    notice = tmp_path / "通知.md"
    notice.write_text("# 关于补贴的通知\n\n到2027年补贴标准为每人300元。\n", "utf-8")
    page.get_by_role("tab", name="文件").click()
    page.set_input_files("#upload input[type=file]", notice)
    expect(page.locator("#progress")).to_contain_text("新增 1 个文件", timeout=60_000)
    page.get_by_role("tab", name="问答").click()
    expect(page.locator(".welcome")).to_contain_text("向文件提问")
    turn = ask(page, "补贴标准为每人多少元？")
    assert "300元" in turn.locator(".answer").inner_text()


def test_on_a_phone_the_whole_line_to_ask_in_is_on_the_screen(open_page, chat) -> None:
    page = ready(open_page(chat, viewport={"width": 390, "height": 800}))
    box = page.locator("#send").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 390
    turn = ask(page, QUESTION)
    assert "200个左右" in turn.locator(".answer mark").inner_text()
