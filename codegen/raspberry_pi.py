"""Raspberry Pi 4: what its programs are built for."""

from codegen.arm_linux import ArmLinux
from codegen.board_images import BoardImage

__all__ = ["RASPBERRY_PI_4"]

RASPBERRY_PI_4 = ArmLinux(
    "cortex-a72", BoardImage("Raspberry Pi OS 12 (Debian 12)", {"GLIBC": (2, 36)})
)
