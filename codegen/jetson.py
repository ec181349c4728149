"""NVIDIA Jetson: what its programs are built for, so that they run on the oldest one, too."""

from codegen.arm_linux import ArmLinux
from codegen.board_images import BoardImage

__all__ = ["JETSON"]

JETSON = ArmLinux("cortex-a57", BoardImage("JetPack 4.6 (Ubuntu 18.04)", {"GLIBC": (2, 27)}))
