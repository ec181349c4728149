"""NVIDIA Jetson: what its programs are built for, so that they run on the oldest one, too."""

from codegen.board_images import BoardImage
from codegen.linux import LinuxMachine
from codegen.packages import DebianSettings

__all__ = ["JETSON", "JETSON_PACKAGE"]

JETSON = LinuxMachine(
    "Jetson boards",
    "aarch64",
    "cortex-a57",
    (2, 27),
    (BoardImage("JetPack 4.6 (Ubuntu 18.04)", {"GLIBC": (2, 27)}),),
)
JETSON_PACKAGE = DebianSettings(
    templates="tensorrt/debian",
    runtime="TensorRT",
    processor="the GPU",
    depends="libc6 (>= 2.27), g++, libnvinfer-dev, libnvonnxparsers-dev",
    # Of JetPack 4.6, 5.1 and 6.
    recommends="cuda-cudart-dev-10-2 | cuda-cudart-dev-11-4 | cuda-cudart-dev-12-6",
    options="--source /dev/video0 --track --power board",
)
