from datetime import timedelta

import pytest

from api.access import limits, links
from api.auth import by_session
from api.deps import Work
from api.roles import Action, Role
from logistics.store import links as kept


def make(world, role, **whose):
    return world.database.run(
        lambda s: links.make(s, role, district="Kaixuan", actor="test", at=world.at, **whose)
    )


def look(world, secret, address="10.0.0.1", at=None):
    return links.look(Work(world.database), secret, address=address, at=at or world.at)


def come_in(world, link):
    return links.come_in(Work(world.database), link, language="zh", at=world.at)


def name_room(world, door, room, address="10.0.0.1"):
    return links.name_room(
        Work(world.database), door, room, address=address, language="zh", at=world.at
    )


def test_a_link_binds_to_the_first_phone(world):
    made, secret = make(world, "household", household=world.inside.household)
    came = come_in(world, look(world, secret))
    who = by_session(Work(world.database), came.secret, world.at)
    assert who.household_code == world.inside.household
    assert who.roles == {Role.HOUSEHOLD}
    with pytest.raises(links.LinkBound):
        come_in(world, made)


def test_looking_at_a_link_does_not_use_it_up(world):
    _, secret = make(world, "courier", courier="K1")
    for _ in range(3):
        assert look(world, secret).bound_at is None


def test_a_new_link_of_a_household_closes_the_old_one_and_its_phone(world):
    _, secret = make(world, "household", household=world.inside.household)
    came = come_in(world, look(world, secret))
    make(world, "household", household=world.inside.household)
    assert by_session(Work(world.database), came.secret, world.at) is None
    with pytest.raises(links.LinkClosed):
        look(world, secret)


def test_unknown_expired_and_revoked_links_are_told_the_same(world):
    made, secret = make(world, "courier", courier="K1")
    late = world.at + timedelta(days=31)
    world.database.run(lambda s: links.take_back(s, made.id, actor="test", at=world.at))
    said = []
    for tried, at in (("x" * 24, world.at), (secret, world.at), (secret, late)):
        with pytest.raises(links.LinkClosed) as refused:
            look(world, tried, at=at)
        said.append(refused.value.facts)
    assert said == [{}, {}, {}]


def test_guessing_links_is_slowed_down(world):
    for n in range(limits.LINKS_FROM.most):
        with pytest.raises(links.LinkClosed):
            look(world, f"guess-{n}")
    _, secret = make(world, "courier", courier="K1")
    with pytest.raises(limits.TooManyTries):
        look(world, secret)
    assert look(world, secret, address="10.0.0.2").role == "courier"


def test_the_database_does_not_know_a_links_secret(world):
    _, secret = make(world, "courier", courier="K1")
    file = world.database._engine.url.database
    world.database.close()
    with open(file, "rb") as raw:  # noqa: PTH123
        assert secret.encode() not in raw.read()


def test_a_notice_opens_a_room_once(world):
    world.database.run(
        lambda s: kept.revoke_of_household(s, _home(s, world.inside.household), at=world.at)
    )
    door, secret = make(world, "door", place=world.inside.stairwell)
    came = name_room(world, look(world, secret), " １０１ 室")
    who = by_session(Work(world.database), came.secret, world.at)
    assert who.household_code == world.inside.household
    with pytest.raises(links.RoomNotOpened) as taken:
        name_room(world, door, "101", address="10.0.0.2")
    with pytest.raises(links.RoomNotOpened) as missing:
        name_room(world, door, "999", address="10.0.0.3")
    assert taken.value.facts == missing.value.facts


def test_a_notice_does_not_open_another_stairwells_room(world):
    door, _ = make(world, "door", place=world.outside.stairwell)
    with pytest.raises(links.RoomNotOpened):
        name_room(world, door, "5-101")


def test_nobody_lives_in_many_rooms(world):
    door, _ = make(world, "door", place=world.inside.stairwell)
    for n in range(limits.ROOMS_FROM.most):
        with pytest.raises(links.RoomNotOpened):
            name_room(world, door, f"9{n:02}")
    with pytest.raises(limits.TooManyTries):
        name_room(world, door, "101")


def test_a_notice_is_no_link_and_a_link_is_no_notice(world):
    door, _ = make(world, "door", place=world.inside.stairwell)
    with pytest.raises(links.LinkBound):
        come_in(world, door)


def test_a_leaders_link_reaches_the_building_and_nothing_else(world):
    _, secret = make(world, "leader", place=world.inside.building)
    came = come_in(world, look(world, secret))
    who = by_session(Work(world.database), came.secret, world.at)
    assert who.place_code == world.inside.building
    assert who.reach(Action.RUN_STEP) is None
    assert who.reach(Action.LEADER_PAGE) is not None


@pytest.mark.parametrize(
    ("role", "whose"),
    [
        ("household", {}),  # whose?
        ("household", {"courier": "K1"}),  # not a household
        ("planner", {"place": "P1"}),  # the desk signs in with a password
        ("leader", {"place": "KX-01-01", "courier": "K1"}),  # one of the two
    ],
)
def test_a_link_is_for_one(world, role, whose):
    with pytest.raises(links.LinkUnclear):
        make(world, role, **whose)


def _home(session, code):
    from logistics.store import places  # noqa: PLC0415

    return places.household_by_code(session, code).id
