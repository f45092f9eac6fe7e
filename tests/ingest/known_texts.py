"""Six invented documents whose every heading and character is known.

A document is a list of (kind, text). Kinds: `title`; `h1`, `h2` for headings on a line of their
own; `p` for paragraphs; `i` for items; `row` for table rows, cells between bars, the first row the
header; `run` for a paragraph whose first sentence is its heading; `art` for an article of a law.
"""

from __future__ import annotations

Text = list[tuple[str, str]]

_FILL = (
    "各有关部门要按照职责分工，健全工作机制，完善配套政策，强化跟踪评估，"
    "确保各项任务按期完成；对工作中出现的新情况、新问题，应当及时研究解决。"
)

NOTICE: Text = [
    ("title", "临江市人民政府办公室关于加强公共数据开放利用工作的通知"),
    ("p", "临政办发〔2025〕17号"),
    ("p", "各区县人民政府，市政府各部门："),
    ("p", f"为规范公共数据开放，促进数据要素流通，现就有关事项通知如下。{_FILL}"),
    ("h1", "一、明确工作目标"),
    (
        "p",
        f"到2027年，全市开放公共数据集达到3200个以上，年均增长12.5%，数据质量合格率不低于98%。{_FILL}",
    ),
    ("h1", "二、落实重点任务"),
    ("run", f"（一）编制开放目录。各部门应当于每年3月底前更新目录，并向社会公布。{_FILL}"),
    ("run", f"（二）提升数据质量。建立“一数一源”标准，错误数据应当在5个工作日内更正。{_FILL}"),
    ("h1", "三、加强组织保障"),
    ("p", f"市大数据局负责统筹协调，市财政局安排专项资金1800万元。{_FILL}"),
    ("p", "临江市人民政府办公室"),
    ("p", "2025年4月9日"),
]

REGULATION: Text = [
    ("title", "临江市智能网联汽车管理条例"),
    ("h1", "第一章 总则"),
    (
        "art",
        "第一条 为了规范智能网联汽车应用，保障道路交通安全，根据有关法律、行政法规，制定本条例。",
    ),
    (
        "art",
        f"第二条 本条例适用于本市行政区域内智能网联汽车的道路测试、示范应用和商业运营。{_FILL}",
    ),
    ("h1", "第二章 道路测试"),
    ("art", "第三条 申请道路测试的主体应当具备下列条件："),
    ("i", "（一）在中华人民共和国境内登记的独立法人；"),
    ("i", "（二）具有汽车及零部件制造、技术研发等相关业务能力；"),
    ("i", "（三）对测试车辆可能造成的损害具有不低于500万元的赔偿能力。"),
    ("art", f"第四条 测试车辆应当在封闭场地内完成不少于1000公里的测试。{_FILL}"),
    ("h1", "第三章 法律责任"),
    ("art", f"第五条 违反本条例第四条规定的，处2万元以上10万元以下罚款。{_FILL}"),
    ("art", "第六条 本条例自2026年1月1日起施行。"),
]

PLAN: Text = [
    ("title", "临江市低空经济发展行动方案（2026—2028年）"),
    ("p", f"为加快发展低空经济，培育新质生产力，制定本方案。{_FILL}"),
    ("h1", "一、总体目标"),
    ("p", f"到2028年，低空经济规模达到260亿元，建成起降点150个，开通航线40条。{_FILL}"),
    ("h1", "二、主要任务"),
    ("h2", "（一）完善基础设施"),
    ("p", f"新建通用机场2个，改造直升机起降点18个，布局充换电设施。{_FILL}"),
    ("h2", "（二）拓展应用场景"),
    ("p", f"推广无人机物流配送、农林植保和应急救援，年飞行架次超过30万。{_FILL}"),
    ("h1", "三、任务分工"),
    ("row", "序号 | 任务 | 牵头单位 | 完成时限"),
    ("row", "1 | 编制起降点布局规划 | 市自然资源局 | 2026年6月"),
    ("row", "2 | 建设低空监管平台 | 市交通运输局 | 2027年12月"),
    ("row", "3 | 设立产业基金20亿元 | 市财政局 | 2026年9月"),
    ("h1", "四、保障措施"),
    ("p", f"成立工作专班，实行清单化管理，每季度通报进展。{_FILL}"),
]

REPORT: Text = [
    ("title", "2025年临江市政府工作报告"),
    ("p", "各位代表："),
    ("p", f"现在，我代表市人民政府向大会报告工作，请予审议。{_FILL}"),
    ("h1", "一、2024年工作回顾"),
    ("p", f"过去一年，全市生产总值达到5120亿元、增长6.1%，城镇新增就业8.3万人。{_FILL}"),
    ("p", f"一年来，我们主要做了以下工作。一是稳住工业基本盘；二是扩大有效投资。{_FILL}"),
    ("h1", "二、2025年工作安排"),
    ("h2", "（一）培育壮大新兴产业"),
    ("p", f"实施技改项目600个，新增高新技术企业120家，研发投入强度达到3.2%。{_FILL}"),
    ("h2", "（二）持续改善民生"),
    ("p", f"新建幼儿园35所，改造老旧小区210个，惠及居民4.6万户。{_FILL}"),
    ("p", "各位代表！让我们团结奋斗，为建设现代化新临江而努力！"),
]

_EFFECT = (
    "This guidance applies to every department of the city. It takes effect on 1 March 2026 and "
    "replaces Circular No. 5 of 2023."
)
_SCOPE = (
    "A system counts as artificial intelligence where it infers from data how to produce output. "
    "Simple spreadsheets, with at most 3.5 percent of automated entries, are outside the scope."
)
_DUTIES = (
    "Each department keeps a public register of its systems. The register is updated within ten "
    "working days, and it names the purpose, the supplier and the person who is responsible."
)

MEMO: Text = [
    ("title", "Guidance on the Use of Artificial Intelligence in Public Services"),
    ("p", _EFFECT),
    ("h1", "Scope and definitions"),
    ("p", _SCOPE),
    ("h1", "Duties of departments"),
    ("p", _DUTIES),
    ("h1", "Review"),
    ("p", "The council reviews this guidance every two years and publishes the result."),
]

_ROUNDED = "各項指標以統計年鑒公布的數據為準，部分數據因四捨五入存在總計與分項合計不等的情況。"

BULLETIN: Text = [
    ("title", "2024年臨江市數字經濟發展統計公報"),
    ("p", f"根據初步核算，全市數字經濟核心產業增加值為860.4億元，比上年增長9.7%。{_ROUNDED}"),
    ("h1", "一、數字產業"),
    ("p", "全年軟件業務收入412億元，集成電路產量35億塊，機器人產量2.1萬台。"),
    ("row", "指標 | 單位 | 2023年 | 2024年"),
    ("row", "核心產業增加值 | 億元 | 784.3 | 860.4"),
    ("row", "軟件業務收入 | 億元 | 376.0 | 412.0"),
    ("h1", "二、基礎設施"),
    ("p", f"年末建成第五代移動通信基站18650個，每萬人擁有基站32.4個。{_ROUNDED}"),
    ("h1", "三、數據要素"),
    ("p", f"公共數據平台歸集數據76億條，支撐應用場景143個。{_ROUNDED}"),
]

TEXTS: dict[str, Text] = {
    "notice": NOTICE,
    "regulation": REGULATION,
    "plan": PLAN,
    "report": REPORT,
    "memo": MEMO,
    "bulletin": BULLETIN,
}


def headings(text: Text) -> list[str]:
    """The headings in order, the title first, without white space."""
    found: list[str] = []
    for kind, words in text:
        if kind in {"title", "h1", "h2"}:
            found.append(words)
        elif kind == "run":
            found.append(words.partition("。")[0])
        elif kind == "art":
            found.append(words.partition(" ")[0])
    return ["".join(heading.split()) for heading in found]


def body(text: Text) -> str:
    """The running text, without white space."""
    read = [words for kind, words in text if kind not in {"title", "h1", "h2"}]
    return "".join("".join(read).split())
