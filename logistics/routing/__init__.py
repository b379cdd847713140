"""From packed bags to a problem of arrays, and from its plan back to trips."""
