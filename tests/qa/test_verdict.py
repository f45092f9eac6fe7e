"""Yes or no, by the form of the deciding words."""

from __future__ import annotations

import pytest

from qa.verdict import verdict


@pytest.mark.parametrize(
    ("question", "deciding", "said"),
    [
        ("居住证可以转让吗？", "居住证不得转让", "否"),
        ("学校是否应当公开收费标准？", "应当公开收费项目和标准", "是"),
        ("是否禁止燃放烟花？", "禁止燃放烟花爆竹", "是"),
        ("能不能延期缴纳", "可以延期缴纳税款", "是"),
        ("未成年人能否进入？", "未成年人可以进入", "是"),
        ("May a permit be transferred?", "许可证不得转让", "No"),
        ("这样做对么？", "应当这样做", "是"),
        ("多少家企业？", "100家", ""),
        ("办理流程是什么？", "先登记，后领取", ""),
        ("窗口怎么", "先登记，后领取", ""),
        ("您知道有多少家企业吗？", "100家", ""),
        ("Can you tell me how many there are?", "100家", ""),
        ("when was it issued?", "2020年", ""),
    ],
)
def test_a_denial_that_was_not_asked_for_is_a_no(question: str, deciding: str, said: str) -> None:
    assert verdict(question, deciding) == said
