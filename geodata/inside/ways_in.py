"""From each gate of a compound to a stairwell's slot, with the time for parking and carrying."""

from dataclasses import dataclass

from geodata.district import District
from geodata.inside.carrying import CarryPolicy, Stairwell, slot_time_s
from geodata.travel.matrix import Stop, travel_matrix
from geodata.travel.network import Network
from geodata.travel.snap import snap


@dataclass(frozen=True, slots=True, kw_only=True)
class WayIn:
    """A way from a gate to the slot of a stairwell.

    Attributes
    ----------
    travel_s, distance_m
        From the gate to the stairwell's door, as in the matrix.
    slot_s
        To park, unload and put the bags on the slot.
    """

    gate: str
    travel_s: int
    distance_m: int
    slot_s: int

    @property
    def total_s(self) -> int:
        """Seconds from the gate until all bags lie on the slot."""
        return self.travel_s + self.slot_s


def ways_in(
    district: District,
    stairwell: str,
    mode: str,
    bags: int,
    *,
    policy: CarryPolicy | None = None,
    network: Network | None = None,
) -> tuple[WayIn, ...]:
    """List the gates of a stairwell's compound from which it is reached, quickest first.

    Parameters
    ----------
    network
        One made with what is closed; else that of the district as it is.

    Raises
    ------
    CarryRefused
        If there is no such stairwell.
    ModeUnknown
        If there is no such mode of travel.
    """
    policy = policy or CarryPolicy()
    network = network or Network.of(district, mode)
    mark = Stairwell.of(district, stairwell).id
    row = district.stairwells.set_index("id").loc[mark]
    owner = district.buildings.set_index("id").loc[row["building_id"], "compound_id"]
    door = Stop(id=mark, lon=row.geometry.x, lat=row.geometry.y)
    passed = district.gates["id"].isin(_passable(network)) & (owner != "")
    gates = district.gates[passed & (district.gates["compound_id"] == owner)]
    stops = [
        Stop(id=gate, lon=spot.x, lat=spot.y)
        for gate, spot in zip(gates["id"], gates.geometry, strict=True)
    ]
    matrix = travel_matrix(district, [*stops, door], mode, network=network)
    access_m = snap(network, [(door.lon, door.lat)])[0].access_m
    slot_s = slot_time_s(network.mode, bags, policy, access_m=access_m)
    found = [
        WayIn(
            gate=gate.id,
            travel_s=int(matrix.duration_s[number, -1]),
            distance_m=int(matrix.distance_m[number, -1]),
            slot_s=slot_s,
        )
        for number, gate in enumerate(stops)
        if matrix.duration_s[number, -1] >= 0
    ]
    return tuple(sorted(found, key=lambda way: (way.total_s, way.gate)))


def _passable(network: Network) -> frozenset[str]:
    """List the gates on the network's ways that are open to its mode."""
    gates = network.district.gates
    allowed = set(gates.loc[gates[network.streets.mode.passage], "id"])
    on_ways = network.streets.gate_node.items()
    return frozenset(g for node, g in on_ways if g in allowed and not network.blocked[node])
