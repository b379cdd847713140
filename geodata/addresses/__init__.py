"""Addresses as people say them: read, found in messages, printed, resolved to a stairwell."""

from geodata.addresses.address import Address, Parsed, Style
from geodata.addresses.folding import name_key
from geodata.addresses.printing import format_address, normalise, style_of
from geodata.addresses.reading import find, parse
from geodata.addresses.registry import Candidate, Place, Registry, Resolved

__all__ = [
    "Address",
    "Candidate",
    "Parsed",
    "Place",
    "Registry",
    "Resolved",
    "Style",
    "find",
    "format_address",
    "name_key",
    "normalise",
    "parse",
    "style_of",
]
