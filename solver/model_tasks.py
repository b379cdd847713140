"""What a model is asked to serve: clients and shipments."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NoReturn

from solver import model_values as values
from solver.arguments import ArgumentInvalid, amounts, whole
from solver.model_ground import Ground
from solver.model_parts import Client, Depot, Errand, Spot, VehicleType
from solver.problem import Job, Place, Shipment, ShipmentStep


class Tasks(Ground):
    """Clients and shipments on their ground."""

    def __init__(self, *, separation: int = 0) -> None:
        super().__init__(separation=separation)
        self._clients: list[Client] = []
        self._shipments: list[Errand] = []

    @property
    def clients(self) -> tuple[Client, ...]:
        """All clients."""
        return tuple(self._clients)

    @property
    def shipments(self) -> tuple[Errand, ...]:
        """All shipments."""
        return tuple(self._shipments)

    def add_client(
        self,
        x: float | None = None,
        y: float | None = None,
        delivery: int | Sequence[int] = (),
        pickup: int | Sequence[int] = (),
        *,
        service_duration: int = 0,
        tw_early: int = 0,
        tw_late: int | None = None,
        release_time: int = 0,
        prize: int = 0,
        required: bool = True,
        group: object = None,
        location: Spot | None = None,
        name: str = "",
        time_windows: Sequence[tuple[int, int]] = (),
        setup_duration: int = 0,
        priority: int = 0,
        skills: Iterable[int] = (),
        place: Place | str | None = None,
        building: str | None = None,
        zone: int = 0,
        parts: Sequence[int | Sequence[int]] = (),
        points: Sequence[Depot] = (),
        courier: VehicleType | int | None = None,
        preferred_courier: VehicleType | int | None = None,
    ) -> Client:
        """Add a client to serve.

        Parameters
        ----------
        delivery, pickup
            Brought from the point where the trip loads; taken along to its end. One number, or
            one per dimension.
        release_time
            Instant from which a trip with these goods may leave.
        prize
            What leaving the client out costs; only with ``required=False``. A required client is
            left out only if nobody can serve it.
        time_windows
            Several windows instead of ``tw_early`` and ``tw_late``.
        setup_duration
            Before the service, unless the stop before was at the same location.
        place
            Drop slot at which couriers must not meet; ``building`` counts faces.
        zone
            Rank; inside a trip ranks never fall (clean before dirty).
        parts
            Amounts of the single bags, between which the client may be split over trips and
            couriers; ``delivery`` is their sum and may be left out.
        points
            Depots that have its goods; none: any.
        courier, preferred_courier
            Who must, or better should, come: a vehicle's id, or a type with a single vehicle.
        """
        if group is not None:
            self._no_groups(group)
        bags = tuple(amounts(f"parts[{n}]", part) for n, part in enumerate(parts))
        job = Job(
            id=1 + max((client.job.id for client in self._clients), default=0),
            location=len(self._locations),
            description=name,
            setup_s=whole("setup_duration", setup_duration),
            service_s=whole("service_duration", service_duration),
            delivery=values.delivered(delivery, bags),
            pickup=amounts("pickup", pickup),
            skills=values.skill_set(skills),
            priority=whole("priority", priority, most=100),
            windows=values.client_windows(tw_early, tw_late, time_windows),
            place=self._place(place),
            building=building,
            zone=whole("zone", zone),
            points=tuple(self._depot("points", depot).location.index for depot in points),
            release_s=whole("release_time", release_time),
            parts=bags,
            courier=self._courier("courier", courier),
            preferred_courier=self._courier("preferred_courier", preferred_courier),
            prize=values.prize_of(prize, required=required),
        )
        spot = self._at(x, y, location, name)
        client = Client(spot, replace(job, location=spot.index))
        self._clients.append(client)
        return client

    def add_shipment(
        self,
        pickup_location: Spot,
        delivery_location: Spot,
        *,
        pickup_tw_early: int = 0,
        pickup_tw_late: int | None = None,
        pickup_service_duration: int = 0,
        delivery_tw_early: int = 0,
        delivery_tw_late: int | None = None,
        delivery_service_duration: int = 0,
        amount: int | Sequence[int] = (),
        via_location: Spot | None = None,
        via_tw_early: int = 0,
        via_tw_late: int | None = None,
        via_service_duration: int = 0,
        priority: int = 0,
        skills: Iterable[int] = (),
        name: str = "",
    ) -> Errand:
        """Add what one vehicle fetches and brings in the same trip, perhaps ``via`` a third stop.

        A medicine errand collects the card, goes to the pharmacy (``via``), and comes back.
        """
        number = 1 + max((e.shipment.pickup.id for e in self._shipments), default=0)

        def step(end: str, spot: Spot, early: int, late: int | None, stay: int) -> ShipmentStep:
            return ShipmentStep(
                id=number,
                location=self._known(f"{end}_location", spot).index,
                description=name,
                service_s=whole(f"{end}_service_duration", stay),
                windows=values.one_window(f"{end}_tw", early, late),
            )

        via = None
        if via_location is not None:
            via = step("via", via_location, via_tw_early, via_tw_late, via_service_duration)
        errand = Errand(
            Shipment(
                pickup=step(
                    "pickup", pickup_location, pickup_tw_early, pickup_tw_late,
                    pickup_service_duration,
                ),
                delivery=step(
                    "delivery", delivery_location, delivery_tw_early, delivery_tw_late,
                    delivery_service_duration,
                ),
                via=via,
                amount=amounts("amount", amount),
                skills=values.skill_set(skills),
                priority=whole("priority", priority, most=100),
            )
        )  # fmt: skip
        self._shipments.append(errand)
        return errand

    def add_client_group(self, *_: object, **__: object) -> NoReturn:
        """Refuse PyVRP's groups (one client out of several), which the solver does not have."""
        self._no_groups("add_client_group")

    def _place(self, place: Place | str | None) -> str | None:
        if place is None:
            return None
        name = place.id if isinstance(place, Place) else place
        if not any(known.id == name for known in self._places):
            raise ArgumentInvalid("place", name, "no place has this name: call add_place first")
        return name

    def _courier(self, argument: str, who: VehicleType | int | None) -> int | None:
        if who is None:
            return None
        if isinstance(who, VehicleType):
            if len(who.ids) != 1:
                mend = f"the type has {len(who.ids)} vehicles: give one of the ids {who.ids}"
                raise ArgumentInvalid(argument, who.name, mend)
            return who.ids[0]
        return whole(argument, who)

    def _no_groups(self, group: object) -> NoReturn:
        mend = "groups of clients are not supported: add the one client that counts"
        raise ArgumentInvalid("group", group, mend)
