"""Models of the right shape with weights of no meaning: what loads and runs them is real, what they say is not."""

import csv
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

SIZE, WORDS = 16, 64
LETTERS = [" a", " b", " c", " d", " e", " goal", " penalty", ".", "!", "<unk>"]
MARKS = [
    "<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>",
    "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>",
]  # fmt: skip
LABELS = ["Speech", "Dog", "Bark", "Siren", "Applause", "Baby cry, infant cry"]


def whisper(folder: Path) -> Path:
    """A CTranslate2 Whisper of one layer with its tokenizer."""
    whisper_spec, library = import_module("ctranslate2.specs.whisper_spec"), import_module("tokenizers")

    folder.mkdir(parents=True)
    words = [*LETTERS, *MARKS, *(f"<|{step * 0.02:.2f}|>" for step in range(1501))]
    spec = whisper_spec.WhisperSpec(1, 1, 1, 1)
    values = np.random.default_rng(7)

    def some(*shape: int) -> Any:
        return values.normal(0, 0.1, shape).astype(np.float32)

    def norm(layer: Any) -> None:
        layer.gamma, layer.beta = np.ones(SIZE, np.float32), np.zeros(SIZE, np.float32)

    def linear(layer: Any, out: int, into: int) -> None:
        layer.weight, layer.bias = some(out, into), some(out)

    def attention(layer: Any) -> None:
        norm(layer.layer_norm)
        sizes = (3 * SIZE, SIZE) if len(layer.linear) == 2 else (SIZE, 2 * SIZE, SIZE)
        for part, size in zip(layer.linear, sizes, strict=True):
            linear(part, size, SIZE)

    def feed(layer: Any) -> None:
        norm(layer.layer_norm)
        linear(layer.linear_0, 2 * SIZE, SIZE)
        linear(layer.linear_1, SIZE, 2 * SIZE)

    spec.encoder.conv1.weight, spec.encoder.conv1.bias = some(SIZE, 80, 3), some(SIZE)
    spec.encoder.conv2.weight, spec.encoder.conv2.bias = some(SIZE, SIZE, 3), some(SIZE)
    spec.encoder.position_encodings.encodings = some(1500, SIZE)
    norm(spec.encoder.layer_norm)
    attention(spec.encoder.layer[0].self_attention)
    feed(spec.encoder.layer[0].ffn)
    spec.decoder.embeddings.weight = some(len(words), SIZE)
    spec.decoder.position_encodings.encodings = some(448, SIZE)
    spec.decoder.projection.weight = some(len(words), SIZE)
    norm(spec.decoder.layer_norm)
    attention(spec.decoder.layer[0].self_attention)
    attention(spec.decoder.layer[0].attention)
    feed(spec.decoder.layer[0].ffn)
    spec.register_vocabulary(words)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = []
    spec.config.alignment_heads = [[0, 0]]
    spec.validate()
    spec.optimize(quantization="float32")
    spec.save(str(folder))
    known = {word: place for place, word in enumerate(words)}
    reader = library.Tokenizer(library.models.WordLevel(known, unk_token="<unk>"))
    reader.pre_tokenizer = library.pre_tokenizers.WhitespaceSplit()
    reader.decoder = library.decoders.Fuse()
    reader.add_special_tokens([word for word in words if word.startswith("<|")])
    reader.save(str(folder / "tokenizer.json"))
    return folder


def ced(folder: Path) -> Path:
    """Audio tagging as ONNX: (1, 64, frames) to six likelihoods; louder sound is more of a dog."""
    onnx = import_module("onnx")
    helper, kinds = onnx.helper, onnx.TensorProto

    folder.mkdir(parents=True)
    make = helper.make_tensor_value_info
    weight = np.zeros((1, len(LABELS)), np.float32)
    weight[0, LABELS.index("Dog")] = 0.2
    bias = np.full(len(LABELS), -3.0, np.float32)
    nodes = [
        helper.make_node("ReduceMean", ["feats"], ["mean"], axes=[1, 2], keepdims=0),
        helper.make_node("Reshape", ["mean", "shape"], ["column"]),
        helper.make_node("MatMul", ["column", "weight"], ["raw"]),
        helper.make_node("Add", ["raw", "bias"], ["logits"]),
        helper.make_node("Sigmoid", ["logits"], ["prob"]),
    ]
    constants = [
        helper.make_tensor("shape", kinds.INT64, [2], [-1, 1]),
        helper.make_tensor("weight", kinds.FLOAT, weight.shape, weight.reshape(-1)),
        helper.make_tensor("bias", kinds.FLOAT, bias.shape, bias),
    ]
    given, answer = [make("feats", kinds.FLOAT, ["N", 64, "T"])], [make("prob", kinds.FLOAT, ["N", 6])]
    _save(onnx, nodes, given, answer, constants, folder / "model.int8.onnx")
    with (folder / "class_labels_indices.csv").open("w", newline="", encoding="utf-8") as opened:
        rows = csv.writer(opened)
        rows.writerow(["index", "mid", "display_name"])
        rows.writerows([place, f"/m/{place}", label] for place, label in enumerate(LABELS))
    return folder


def clip(folder: Path) -> Path:
    """Two ONNX models in one space of three: a picture is its mean colours, a text what its words are named after."""
    onnx, library = import_module("onnx"), import_module("tokenizers")
    helper, kinds = onnx.helper, onnx.TensorProto

    (folder / "onnx").mkdir(parents=True)
    make = helper.make_tensor_value_info
    pictures = [helper.make_node("ReduceMean", ["pixel_values"], ["image_embeds"], axes=[2, 3], keepdims=0)]
    given = [make("pixel_values", kinds.FLOAT, ["N", 3, 224, 224])]
    answer = [make("image_embeds", kinds.FLOAT, ["N", 3])]
    _save(onnx, pictures, given, answer, [], folder / "onnx" / "vision_model_quantized.onnx")
    table = np.zeros((WORDS, 3), np.float32)
    known = {"<unk>": 0, "red": 1, "green": 2, "blue": 3, "else": 4, "blurry": 5, "empty": 6, "random": 7}
    table[1], table[2], table[3] = (3, -3, -3), (-3, 3, -3), (-3, -3, 3)
    table[4] = table[5] = table[6] = table[7] = (0.1, 0.1, 0.1)
    texts = [
        helper.make_node("Gather", ["table", "input_ids"], ["rows"], axis=0),
        helper.make_node("ReduceSum", ["rows", "axis"], ["text_embeds"], keepdims=0),
    ]
    constants = [
        helper.make_tensor("table", kinds.FLOAT, table.shape, table.reshape(-1)),
        helper.make_tensor("axis", kinds.INT64, [1], [1]),
    ]
    given = [make("input_ids", kinds.INT64, ["N", "L"])]
    answer = [make("text_embeds", kinds.FLOAT, ["N", 3])]
    _save(onnx, texts, given, answer, constants, folder / "onnx" / "text_model_quantized.onnx")
    reader = library.Tokenizer(library.models.WordLevel(known, unk_token="<unk>"))
    reader.pre_tokenizer = library.pre_tokenizers.WhitespaceSplit()
    reader.save(str(folder / "tokenizer.json"))
    (folder / "config.json").write_text(json.dumps({}), encoding="utf-8")
    return folder


def _save(onnx: Any, nodes: list[Any], given: list[Any], answer: list[Any], constants: list[Any], file: Path) -> None:
    helper = onnx.helper
    graph = helper.make_graph(nodes, "made_for_tests", given, answer, constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), str(file))
