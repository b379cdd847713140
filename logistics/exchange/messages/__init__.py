"""What people write, read into order lines (docs/messages.md)."""

from logistics.exchange.messages.lexicon import Lexicon
from logistics.exchange.messages.reader import LONGEST, Reader
from logistics.exchange.messages.reading import Household, Line, Piece, Question, Reading

__all__ = ["LONGEST", "Household", "Lexicon", "Line", "Piece", "Question", "Reader", "Reading"]
