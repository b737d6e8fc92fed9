"""An open question of a review."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gate:
    """One open question: its stable code, the sentence that asks it, and the template that answers.

    `template` is shown in the review with `gate` and the import; commands print the sentence.
    """

    code: str
    sentence: str
    template: str
