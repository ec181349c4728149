"""Phones and tablets with Android: LiteRT on the CPU."""

from zoo.target import Target

__all__ = ["TARGET"]

TARGET = Target(
    name="android",
    summary="Android phones, LiteRT on the CPU, an app in Kotlin",
    compiler="tflite",
    executor="litert",
    app="android",
    schemes={
        "none": "float32",
        "fp16": "float16",
        "ptq": "w8a8-asym",
        "qat": "w8a8-asym",
        "qdq": "qdq",
    },
    accepts=("w8a8-sym", "w8a16-sym", "dpu-pow2"),
    refuses={
        "ai8x": "it rounds half up, and its last layer gives 32-bit sums; use w8a8-asym",
        **dict.fromkeys(
            ("q6", "q7", "q8", "q9"), "LiteRT has no products of 16-bit weights; use w8a16-sym"
        ),
        "kpu-u8": "it rounds twice like the K210's KPU, LiteRT's kernels once; use w8a8-asym",
        "w8a16-asym": "LiteRT's 16-bit activations are symmetric; use w8a16-sym",
        "w4a8-asym": (
            "LiteRT's kernels for phones have no 4-bit products, so 4-bit weights would only lose "
            "accuracy; use w8a8-asym"
        ),
    },
    facts={
        "architecture": "arm64-v8a, armeabi-v7a, x86_64",
        "operating_system": "Android 7 (API level 24) or newer",
        "runtime": "LiteRT 2.3",
    },
)
