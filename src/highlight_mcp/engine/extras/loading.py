"""Importing the packages of an extra and finding its model, or saying what is missing."""

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import EngineError
from .catalogue import Extra, file_of


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
    found = file_of(folder, names) if folder is not None else None
    if found is None:
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
    return found


@contextmanager
def reading(extra: Extra, path: Path) -> Iterator[None]:
    """Turn what a library says about a broken model into EngineError."""
    try:
        yield
    except EngineError:
        raise
    except (RuntimeError, ValueError, OSError, KeyError, TypeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise EngineError(
            "needs_extra", "engine.model_broken", name=extra.name, path=str(path), reason=reason, fetch=extra.fetch
        ) from error
    except Exception as error:
        # ONNX Runtime has exceptions of its own; the tokenizers library raises bare ones.
        if type(error) is Exception or type(error).__module__.startswith("onnxruntime"):
            reason = " ".join(str(error).split())[:200]
            raise EngineError(
                "needs_extra", "engine.model_broken", name=extra.name, path=str(path), reason=reason, fetch=extra.fetch
            ) from error
        raise


def session(extra: Extra, path: Path) -> Any:
    """An ONNX Runtime session on the CPU with one thread for each of two cores. Raises EngineError."""
    runtime = module(extra, "onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 2
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    with reading(extra, path):
        return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
