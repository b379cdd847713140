"""Words that are neither goods nor in the vocabulary: told apart into wishes and nouns."""

import re

_SAYING = re.compile(
    r"[的了吧啊哦呢吗么给请让把被就都也还很太别勿您你我他她它们这那哪谁是在有没无会能可以该想愿怕说讲看听知觉得"
    r"挑选用炖煲烧炒煮蒸劈分装送放挂拿取接收等叫喊敲按打走到回出进上下里外前后边旁门楼梯口厅保安柜架早晚快慢先再越自己务必千万须"
    r"谢辛苦麻烦劳驾拜托方便家人孩娃宝老病药医身体身]"
)
_LATIN_SAYING = re.compile(
    r"\b(?:please|the|at|by|on|in|to|door|gate|leave|put|is|are|not|don't|no|my|our|we|i|you|very|"
    r"much|thanks|if|can|will|before|after|for|have|has|baby|child|elderly|ring|call|only|much|"
    r"would|could|who|someone|nobody|home|out|stairs|lift|possible|soon|asap)\b"
)
_FEW = 2


def is_wish(words: str) -> bool:
    """Say whether words that name no known goods read like a remark and not like a noun."""
    folded = words.lower()
    if folded.isascii():
        return bool(_LATIN_SAYING.search(folded))
    hits = len(_SAYING.findall(folded))
    return hits >= _FEW or (hits == 1 and len(folded) > 4)  # noqa: PLR2004
