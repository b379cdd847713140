from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.bringing import transfers
from logistics.domain.stock import stock

amounts = st.dictionaries(
    st.tuples(st.sampled_from(("P1", "P2", "P3")), st.sampled_from(("a", "b"))),
    st.integers(1, 9),
)


def told(moves) -> list[tuple[str, str, str, int]]:
    return [(m.lot_id, m.source, m.target, m.quantity) for m in moves]


def test_goods_that_lie_at_their_point_stay_there() -> None:
    assert transfers({("P2", "a"): 5}, {("P2", "a"): 5}, "P1") == []


def test_what_is_spare_comes_from_the_depot_then_from_the_other_points() -> None:
    moves = transfers({("P3", "a"): 6, ("P2", "a"): 1}, {("P1", "a"): 3, ("P2", "a"): 5}, "P1")
    assert told(moves) == [("a", "stock:P1", "stock:P3", 3), ("a", "stock:P2", "stock:P3", 3)]


def test_what_nobody_has_is_asked_of_the_depot() -> None:
    assert told(transfers({("P2", "a"): 4}, {}, "P1")) == [("a", "stock:P1", "stock:P2", 4)]


@given(needed=amounts, there=amounts)
def test_each_point_has_what_it_needs_where_there_is_enough(needed, there) -> None:
    lots: Counter[str] = Counter()
    for (_, lot), quantity in there.items():
        lots[lot] += quantity
    for (_, lot), quantity in needed.items():
        lots[lot] -= quantity
    if min(lots.values(), default=0) < 0:
        return
    held = Counter({(stock(point), lot): quantity for (point, lot), quantity in there.items()})
    for move in transfers(needed, there, "P1"):
        held[move.source, move.lot_id] -= move.quantity
        held[move.target, move.lot_id] += move.quantity
        assert held[move.source, move.lot_id] >= 0
    assert all(held[stock(point), lot] >= quantity for (point, lot), quantity in needed.items())
