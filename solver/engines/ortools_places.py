"""What OR-Tools' model says of drop slots and bays: cohorts, shelves that nobody clears."""

from solver.engines.ortools_nodes import Model


def _at_places(model: Model) -> dict[int, list[int]]:
    """Give positions of stops by place."""
    at: dict[int, list[int]] = {}
    for number, stop in enumerate(model.stops):
        if stop.place >= 0:
            at.setdefault(stop.place, []).append(number)
    return at


def add_cohorts(model: Model) -> None:
    """Let one cohort at most use each place, and each bay."""
    routing, solver = model.routing, model.routing.solver()
    cohorts = [model.instance.vehicles[s.first].cohort for s in model.slots]
    names = sorted({c for c in cohorts if c is not None})
    if len(names) < 2:  # noqa: PLR2004
        return
    pairs = [(number, -1) for number in range(len(names))]
    pairs += [
        (number, slot)
        for number, name in enumerate(names)
        for slot, cohort in enumerate(cohorts)
        if cohort in (name, None)
    ]
    for place, numbers in _at_places(model).items():
        whose = solver.IntVar(0, len(names) - 1, f"cohort of place {place}")
        for number in numbers if len(numbers) > 1 else ():
            rider = routing.VehicleVar(model.indices[number])
            solver.Add(solver.AllowedAssignments((whose, rider), pairs))
    for bay in model.instance.problem.bays:
        whose = solver.IntVar(0, len(names) - 1, f"cohort of bay {bay.location}")
        for number, cohort in enumerate(cohorts):
            if model.slots[number].point == bay.location and cohort is not None:
                others = solver.IsDifferentCstVar(whose, names.index(cohort))
                solver.Add(routing.ActiveVehicleVar(number) + others <= 1)


def add_shelves(model: Model) -> None:
    """Lay no more in all on a shelf that is never cleared than it has room for."""
    routing, solver = model.routing, model.routing.solver()
    for place, numbers in _at_places(model).items():
        shelf = model.instance.problem.places[place]
        if shelf.shelf is None or shelf.cleared:
            continue
        served = [routing.ActiveVar(model.indices[n]) for n in numbers]
        for axis, room in enumerate(shelf.shelf):
            amounts = [model.stops[n].loaded[axis] for n in numbers]
            if sum(amounts) > room:
                solver.Add(solver.ScalProd(served, amounts) <= room)
