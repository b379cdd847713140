"""Lists before they are sent: what is picked, written, and made clear."""

import pytest

from logistics.domain.drafts import Draft, DraftTooLong, Picked

HOME = "KX-01-01-1-101"


def test_an_amount_replaces_the_one_before_and_nothing_takes_it_off() -> None:
    draft = Draft(household=HOME).pick("土豆", "1", "斤").pick("鸡蛋", "30", "个")
    draft = draft.pick("土豆", "2.50", "斤")
    assert draft.picked == (
        Picked(item="土豆", quantity="2.5", unit="斤"),
        Picked(item="鸡蛋", quantity="30", unit="个"),
    )
    assert draft.pick("土豆", "", "斤").picked == draft.picked[1:]
    assert draft.pick("鸡蛋", "0", "个").picked == draft.picked[:1]


@pytest.mark.parametrize("said", ["-1", "NaN", "Infinity", "二", "1e40", "1; 2"])
def test_what_is_no_amount_picks_nothing(said: str) -> None:
    assert Draft(household=HOME).pick("土豆", said, "斤").picked == ()


def test_words_that_were_not_clear_are_replaced_where_they_stood() -> None:
    draft = Draft(household=HOME, text="青菜2斤，来点水果 不要香菜")
    assert draft.settle("来点水果", "苹果3斤").text == "青菜2斤， 苹果3斤 不要香菜"
    assert draft.settle("来点水果", "").text == "青菜2斤， 不要香菜"
    assert Draft(household=HOME, text="肉").settle("肉", "").empty


def test_a_picked_line_is_left_out_by_its_words() -> None:
    draft = Draft(household=HOME).pick("土豆", "30", "斤").pick("鸡蛋", "2", "板")
    assert [one.item for one in draft.settle("土豆30斤", "").picked] == ["鸡蛋"]


def test_a_draft_comes_back_as_it_was_kept() -> None:
    draft = Draft(
        household=HOME, text="青菜2斤", note="放门口", plain=frozenset({"土豆"}), list_id="li_1",
        version=3,
    ).pick("土豆", "1", "斤")  # fmt: skip
    assert Draft.of_facts(draft.facts(), "another") == draft
    assert Draft.of_facts({}, HOME) == Draft(household=HOME)


def test_a_draft_longer_than_a_list_may_be_is_refused() -> None:
    with pytest.raises(DraftTooLong) as refused:
        Draft(household=HOME, text="菜" * 4001)
    assert refused.value.facts["longest"] == 4000
    assert Draft(household=HOME, text="菜" * 4000).text
