"""What a terminal shows of an answer."""

from __future__ import annotations

from rich.console import Console

from ingest.types import Span
from qa.types import Answer, Citation
from ui.render import show_answer


def _citation(quote: str) -> Citation:
    return Citation(
        quote=quote,
        answer="3",
        at=quote.rindex("3"),
        spans=(Span(0, len(quote)),),
        line=1,
        document_id="d",
        doc="通知.md",
        title="通知",
        heading_path=("通知",),
        score=1.0,
        also=("转发.md", "解读.md"),
    )


def test_only_the_words_that_answer_are_marked_in_the_quote() -> None:
    quote = "全市3个县\n共建 3 所学校。"
    out = Console(record=True, force_terminal=True, color_system="standard", width=80)
    show_answer(out, Answer("几所学校？", "3", 0.9, (_citation(quote),), (), 0.1))
    shown = out.export_text(styles=True)
    assert "“全市3个县 共建 \x1b[1;32m3\x1b[0m 所学校。”" in shown


def test_where_else_the_words_stand_is_told() -> None:
    out = Console(record=True, width=200)
    show_answer(out, Answer("几所学校？", "3", 0.9, (_citation("共建 3 所学校。"),), (), 0.1))
    assert "通知.md, line 1; the same words in 转发.md, 解读.md" in out.export_text()
