"""The sorts of utterance that order nothing."""

from typing import Literal

Kind = Literal["question", "remark", "statement", "later", "hypothesis", "reported", "addressed", "told"]
