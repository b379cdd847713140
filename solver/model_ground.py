"""The ground of a model: where things are, how one gets there, where nobody may meet."""

from collections.abc import Sequence

from solver.arguments import (
    ArgumentInvalid,
    amounts,
    coordinate,
    maybe_whole,
    whole,
    window,
    windows,
)
from solver.model_parts import Client, Depot, Edge, Location, Profile, Spot, location_of
from solver.problem import Bay, Matrix, Place


class Ground:
    """Locations, depots, profiles with their edges, drop slots and loading bays.

    Parameters
    ----------
    separation
        Seconds that must lie between two persons' presences at one place, unless the place says
        otherwise.
    """

    def __init__(self, *, separation: int = 0) -> None:
        self._separation_s = whole("separation", separation)
        self._locations: list[Location] = []
        self._depots: list[Depot] = []
        self._profiles: list[Profile] = []
        self._edges: list[Edge] = []
        self._places: list[Place] = []
        self._bays: list[Bay] = []
        self._matrices: dict[str, Matrix] = {}

    @property
    def locations(self) -> tuple[Location, ...]:
        """All locations, in the order of the matrices' rows."""
        return tuple(self._locations)

    @property
    def depots(self) -> tuple[Depot, ...]:
        """All depots."""
        return tuple(self._depots)

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """All profiles."""
        return tuple(self._profiles)

    @property
    def places(self) -> tuple[Place, ...]:
        """All drop slots."""
        return tuple(self._places)

    @property
    def separation(self) -> int:
        """Seconds between two persons at one place, for the places added from now on."""
        return self._separation_s

    @separation.setter
    def separation(self, seconds: int) -> None:
        self._separation_s = whole("separation", seconds)

    def add_location(self, x: float, y: float, *, name: str = "") -> Location:
        """Add a point of the map, for several depots or clients to share."""
        place = Location(len(self._locations), coordinate("x", x), coordinate("y", y), name)
        self._locations.append(place)
        return place

    def add_depot(
        self,
        x: float | None = None,
        y: float | None = None,
        tw_early: int = 0,
        tw_late: int | None = None,
        *,
        location: Spot | None = None,
        name: str = "",
    ) -> Depot:
        """Add a point where vehicles start, load and end.

        Parameters
        ----------
        tw_early, tw_late
            Its hours: vehicles leave it after the one and are back by the other.
        location
            Instead of coordinates: where something else lies already.
        """
        early, late = window("tw_early", tw_early, "tw_late", tw_late)
        depot = Depot(self._at(x, y, location, name), early, late, name)
        self._depots.append(depot)
        return depot

    def add_profile(self, *, name: str = "") -> Profile:
        """Add a way to travel; vehicle types without one take the first."""
        name = name or f"profile-{len(self._profiles) + 1}"
        if any(profile.name == name for profile in self._profiles):
            raise ArgumentInvalid("name", name, "another profile has this name: choose another")
        profile = Profile(name)
        self._profiles.append(profile)
        return profile

    def add_edge(
        self,
        frm: Spot,
        to: Spot,
        distance: int,
        duration: int = 0,
        profile: Profile | None = None,
    ) -> Edge:
        """Add a directed way; for all profiles where none is named.

        An edge of a profile goes before one of all, a later edge before an earlier one. Once a
        model has an edge, no way leads where it has none; without any, straight lines count.
        """
        edge = Edge(
            self._known("frm", frm),
            self._known("to", to),
            whole("distance", distance),
            whole("duration", duration),
        )
        if edge.frm is edge.to and (edge.distance or edge.duration):
            raise ArgumentInvalid("to", to, "the way from a location to itself takes nothing")
        if profile is None:
            self._edges.append(edge)
        else:
            self._profile(profile)
            profile.edges.append(edge)
        return edge

    def add_place(
        self,
        name: str = "",
        *,
        lanes: int = 1,
        shelf: int | Sequence[int] | None = None,
        cleared: Sequence[int] = (),
        closed: Sequence[tuple[int, int]] = (),
        separation: int | None = None,
    ) -> Place:
        """Add a drop slot: couriers there do not meet each other, nor the building leader.

        Parameters
        ----------
        lanes
            Couriers who may be there at once.
        shelf, cleared
            What fits between two of the instants at which the leader empties it.
        closed
            Times at which the leader is there, as (early, late).
        separation
            Seconds between two persons; the model's where none is given.
        """
        name = name or f"place-{len(self._places) + 1}"
        if any(place.id == name for place in self._places):
            raise ArgumentInvalid("name", name, "another place has this name: choose another")
        apart = maybe_whole("separation", separation)
        place = Place(
            id=name,
            lanes=whole("lanes", lanes, least=1),
            shelf=None if shelf is None else amounts("shelf", shelf),
            cleared=tuple(whole(f"cleared[{n}]", at) for n, at in enumerate(cleared)),
            closed=windows("closed", closed),
            separation_s=self._separation_s if apart is None else apart,
        )
        self._places.append(place)
        return place

    def add_bay(self, depot: Depot, lanes: int = 1) -> Bay:
        """Let at most ``lanes`` vehicles load at a depot at once."""
        bay = Bay(
            location=self._depot("depot", depot).location.index,
            lanes=whole("lanes", lanes, least=1),
        )
        self._bays.append(bay)
        return bay

    def _at(self, x: float | None, y: float | None, location: Spot | None, name: str) -> Location:
        """Give where something new is: at coordinates, or where something else is already."""
        if isinstance(x, Location | Depot | Client):
            raise ArgumentInvalid("x", x, "give it as location=, or the two coordinates")
        if location is not None:
            if x is not None or y is not None:
                raise ArgumentInvalid("location", location, "give it or x and y, not both")
            return self._known("location", location)
        if x is None or y is None:
            missing = "x" if x is None else "y"
            raise ArgumentInvalid(missing, None, "give both coordinates, or location=")
        return self.add_location(x, y, name=name)

    def _known(self, argument: str, spot: Spot) -> Location:
        """Give where a thing of this model lies."""
        if not isinstance(spot, Location | Depot | Client):
            raise ArgumentInvalid(argument, spot, "give a location, depot or client")
        found = location_of(spot)
        if found.index >= len(self._locations) or self._locations[found.index] is not found:
            raise ArgumentInvalid(
                argument, spot, "it belongs to another model: add it to this one"
            )
        return found

    def _depot(self, argument: str, depot: Depot) -> Depot:
        if not any(depot is known for known in self._depots):
            raise ArgumentInvalid(argument, depot, "it is no depot of this model: add it first")
        return depot

    def _profile(self, profile: Profile | None) -> Profile | None:
        if profile is not None and not any(profile is known for known in self._profiles):
            raise ArgumentInvalid("profile", profile, "it is none of this model: add it first")
        return profile
