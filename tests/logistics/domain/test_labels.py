import pytest

from logistics.domain.labels import LabelFormat, LabelFormatInvalid, Mark, marks_of
from tests.logistics.exchange.packing_examples import bag


@pytest.mark.parametrize(
    ("changes", "marks"),
    [
        ({"lines": ()}, ()),
        ({}, (Mark.FRAGILE,)),  # eggs
        ({"compartment": "cold", "lines": ()}, (Mark.COLD,)),
        ({"compartment": "chemical", "lines": ()}, (Mark.CHEMICAL,)),
        ({"compartment": "medicine-cold", "lines": ()}, (Mark.COLD, Mark.PERSONAL)),
        ({"tier": 0, "weight_g": 12_001}, (Mark.FIRST, Mark.FRAGILE, Mark.HEAVY)),
    ],
)
def test_a_bag_says_what_it_asks_of_its_carrier(changes: dict[str, object], marks: object) -> None:
    assert marks_of(bag(1, **changes), heavy_g=12_000) == marks


def form(**changes: tuple[int, int]) -> LabelFormat:
    given = {
        "page_um": (210_000, 297_000),
        "grid": (3, 8),
        "label_um": (70_000, 36_000),
        "margin_um": (0, 4_500),
        "gap_um": (0, 0),
    }
    return LabelFormat(name="x", **given | changes)


def test_labels_fill_their_sheet() -> None:
    assert form().per_page == 24


@pytest.mark.parametrize(
    "changes",
    [
        {"grid": (4, 8)},  # wider than the page
        {"grid": (3, 9)},  # higher
        {"grid": (0, 8)},
        {"gap_um": (1, 0)},
        {"label_um": (40_000, 36_000)},  # nobody could read the room
    ],
)
def test_labels_that_do_not_fit_are_refused(changes: dict[str, tuple[int, int]]) -> None:
    with pytest.raises(LabelFormatInvalid):
        form(**changes)
