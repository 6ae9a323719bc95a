"""What the cell says to people beside its alarms: reasons and refusals, each with a stable code."""

from cell.texts.phrase import Phrase, UnknownPhraseError
from cell.texts.speaking import PHRASES, recognise, say, translate

__all__ = ["PHRASES", "Phrase", "UnknownPhraseError", "recognise", "say", "translate"]
