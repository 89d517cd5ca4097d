"""The extras: what each is for, its size and licence, importing its packages, and finding its model."""

import importlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from ...messages import InWords, Message, message, verbatim
from ..errors import EngineError

Name = Literal["speech", "tags", "vision"]
State = Literal["ready", "no_packages", "no_model"]


@dataclass(frozen=True)
class Extra:
    """One extra. `files` must be in the folder of its model, one name of each group; `mb` is their size.

    `also` are files that some of its models need. `repository` and `revision` name the model where models
    are published.
    """

    name: Name
    code: str
    packages: tuple[str, ...]
    modules: tuple[str, ...]
    model: str
    mb: int
    licence: str
    repository: str
    revision: str
    files: tuple[tuple[str, ...], ...]
    also: tuple[str, ...] = ()

    @property
    def purpose(self) -> Message:
        """What it is for."""
        return message(f"engine.extra.{self.name}")

    @property
    def install(self) -> str:
        """The command that installs the packages."""
        return f"pip install 'highlight-mcp[{self.name}]'"

    @property
    def fetch(self) -> str:
        """The command that fetches the model."""
        return f"highlight-mcp extras fetch {self.name}"

    @property
    def variable(self) -> str:
        """The setting that names a folder of one's own with the model."""
        return f"HIGHLIGHT_{self.name.upper()}_MODEL"

    def installed(self) -> bool:
        """Whether the packages are there; they are not imported for it."""
        return all(find_spec(module) is not None for module in self.modules)

    def found(self, folder: Path | None) -> bool:
        """Whether the folder holds the model."""
        return folder is not None and all(file_of(folder, group) is not None for group in self.files)

    def state(self, models: Mapping[str, Path]) -> State:
        """Whether it can be used with the model folders given."""
        if not self.installed():
            return "no_packages"
        return "ready" if self.found(models.get(self.name)) else "no_model"

    def next_step(self, models: Mapping[str, Path]) -> Message:
        """What to run so that it can be used; empty when it can."""
        steps = [] if self.installed() else [self.install]
        steps += [] if self.found(models.get(self.name)) else [f"{self.fetch} ({self.mb} MB, {self.licence})"]
        return message("engine.extra.steps", steps=tuple(steps)) if steps else verbatim("")


def file_of(folder: Path, names: tuple[str, ...]) -> Path | None:
    """The first of the files that is there, in the folder or its `onnx` folder."""
    places = (place / name for name in names for place in (folder, folder / "onnx"))
    return next((path for path in places if path.is_file()), None)


SPEECH = Extra(
    name="speech", code="needs_extra:asr",
    packages=("faster-whisper",), modules=("faster_whisper",),
    model="Whisper base (CTranslate2)", mb=148, licence="MIT",
    repository="Systran/faster-whisper-base", revision="a80717a3a48b1b28aa687bca146cb7301feae1b1",
    files=(("model.bin",), ("config.json",), ("tokenizer.json",)),
    also=("vocabulary.*", "preprocessor_config.json"),
)  # fmt: skip
TAGS = Extra(
    name="tags", code="needs_extra:tags",
    packages=("onnxruntime", "huggingface-hub"), modules=("onnxruntime",),
    model="CED-tiny (ONNX, int8)", mb=6, licence="Apache-2.0",
    repository="k2-fsa/sherpa-onnx-ced-tiny-audio-tagging-2024-04-19",
    revision="efe3a5cfad74e56598d855d055006903adc00e38",
    files=(("model.int8.onnx", "model.onnx"), ("class_labels_indices.csv",)),
)  # fmt: skip
VISION = Extra(
    name="vision", code="needs_extra:vision",
    packages=("onnxruntime", "tokenizers", "huggingface-hub"), modules=("onnxruntime", "tokenizers"),
    model="CLIP ViT-B/32 (ONNX, int8)", mb=156, licence="MIT",
    repository="Xenova/clip-vit-base-patch32",
    revision="4c1807b705b1d015fb032789cc4d221b23025a6f",
    files=(("vision_model_quantized.onnx", "vision_model.onnx"), ("text_model_quantized.onnx", "text_model.onnx"),
           ("tokenizer.json",)),
)  # fmt: skip
EXTRAS: dict[str, Extra] = {extra.name: extra for extra in (SPEECH, TAGS, VISION)}


def module(extra: Extra, name: str) -> Any:
    """A module of the extra's packages, kept from the network. Raises EngineError `needs_extra`."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise EngineError(
            "needs_extra", "engine.extra_broken", name=extra.name, error=str(error), install=extra.install
        ) from None


def model_file(extra: Extra, folder: Path | None, names: tuple[str, ...]) -> Path:
    """One file of the model. Raises EngineError `needs_extra` that names what is missing and how to get it."""
    file = file_of(folder, names) if folder is not None else None
    if file is None:
        raise EngineError(
            "needs_extra",
            "engine.model_missing",
            name=extra.name,
            names=" or ".join(names),
            place=str(folder or extra.variable),
            fetch=extra.fetch,
            mb=extra.mb,
            licence=extra.licence,
            variable=extra.variable,
        )
    return file


@contextmanager
def reading(extra: Extra, path: Path) -> Iterator[None]:
    """Turn what a library says about a broken model into EngineError."""
    try:
        yield
    except EngineError:
        raise
    except Exception as error:
        # ONNX Runtime has exceptions of its own; the tokenizers library raises bare ones.
        theirs = type(error) is Exception or type(error).__module__.startswith("onnxruntime")
        if not theirs and not isinstance(error, RuntimeError | ValueError | OSError | KeyError | TypeError):
            raise
        raise _broken(extra, path, error) from error


def _broken(extra: Extra, path: Path, error: Exception) -> EngineError:
    reason = error.what if isinstance(error, InWords) else verbatim(" ".join(str(error).split())[:200])
    facts = {"name": extra.name, "path": str(path), "fetch": extra.fetch}
    return EngineError("needs_extra", "engine.model_broken", **facts, reason=reason)


def session(extra: Extra, path: Path) -> Any:
    """An ONNX Runtime session on the CPU with one thread for each of two cores. Raises EngineError."""
    runtime = module(extra, "onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 2
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    with reading(extra, path):
        return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
