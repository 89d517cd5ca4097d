"""A language model as a reader of wishes that the rules could not read: what it is asked, what of its answer counts.

Pure: who asks it is another's business (`engine/edit/second_reading.py`). The answer is believed in nothing: it goes
through the validators of all operations, and is held against the words and the session, value by value.
"""

from .account import Verdict, judge
from .prompt import ANSWER_SCHEMA, first_messages, repair_messages
from .wish import Wish, wish_in

__all__ = ["ANSWER_SCHEMA", "Verdict", "Wish", "first_messages", "judge", "repair_messages", "wish_in"]
