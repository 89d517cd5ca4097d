"""Sentences for people in the two languages of the product."""

from typing import Literal

from .frozen_model import FrozenModel

Language = Literal["en", "zh"]


class Say(FrozenModel):
    """One sentence in English and in Chinese."""

    en: str
    zh: str

    def within(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


def language_of(name: str | None) -> Language:
    """The nearest language that we speak: Chinese for `zh…`, otherwise English."""
    return "zh" if (name or "").lower().startswith("zh") else "en"
