"""The newspaper page that the product ships with."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.chunk import chunk
from ingest.read import read
from ingest.types import Document, Role, join

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(scope="module")
def seed() -> Document:
    (path,) = SEEDS.glob("*.md")
    return read(path, path.name)


def with_role(document: Document, role: Role) -> list[str]:
    return [
        join(document.text, block.spans)
        for section in document.sections
        for block in section.blocks
        if block.role is role
    ]


def test_the_five_articles_are_separate_and_one_has_its_sections(seed: Document) -> None:
    articles = list(dict.fromkeys(section.path[0] for section in seed.sections))
    assert articles == [
        "山东加力推动“人工智能+制造”",
        "内蒙古首批工业遗产公布 6处工业遗存入选",
        "四川“十四五”期间电子信息产业 规模达1.7万亿元",
        "安徽4月份电子信息业增加值 同比增长58.3%",
        "江苏商业航天重点企业 产值规模约330亿元",
    ]
    assert [s.heading for s in seed.sections if s.path[0] == articles[0]][1:] == [
        "产品量质突破 供给企业培优",
        "全域应用赋能 创新能力提升",
        "关键要素支撑 安全治理护航",
    ]
    assert seed.title == articles[0]


@pytest.mark.parametrize(
    "sentence",
    [
        "支持大型企业、国有企业加大创新投入，集聚资源打造具有全球影响力的生态标杆企业；",
        "支持电信运营商和数智科技企业提升服务能力，承接行业赋能应用。",
        "依托省新旧动能转换等基金引导更多社会资本投向“人工智能+制造”领域。",
        "数字化研发设计工具普及率分别达68.6%、87.3%。",
        "汽车产量30.6万辆，其中新能源汽车产量16.5万辆，分别增长32.2%、42.4%。",
        "据介绍，2025年，江苏全省航空航天产业集群229家规上企业实现开票销售559.81亿元，",
    ],
)
def test_a_sentence_broken_by_a_column_is_whole_in_one_passage(
    seed: Document, sentence: str
) -> None:
    assert any(sentence in passage.text for passage in chunk(seed, len))


def test_pull_quotes_captions_and_bylines_are_told_from_text(seed: Document) -> None:
    assert [quote[:6] for quote in with_role(seed, Role.PULL_QUOTE)] == [
        "支持大型企业",
        "加速人工智能",
        "强化人工智能",
    ]
    assert [caption[:3] for caption in with_role(seed, Role.CAPTION)] == ["图为史"]
    bylines = ["本报记者 路铁晨", *["本报讯", "(内文)"], "本报讯", "(川讯)", "本报讯", "(徽讯)"]
    assert with_role(seed, Role.BYLINE) == [*bylines, "本报讯", "(苏文)"]
