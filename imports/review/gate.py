"""An open question of a review."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gate:
    """One open question: its stable code, the sentence that asks it, and the template that answers.

    `template` is shown in the review with `gate` and the import; commands print the sentence.
    `fact` is what the question is about, by itself, where the template asks in words of its own.
    """

    code: str
    sentence: str
    template: str
    fact: str = ""
