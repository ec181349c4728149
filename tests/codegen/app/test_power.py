"""Watts and clocks, from drawn folder trees of boards and from a stand-in for NVIDIA's library."""

import math
import subprocess
from pathlib import Path

import pytest
from spot_app import save, spot

pytestmark = pytest.mark.toolchain
NVML = Path(__file__).with_name("fake_nvml.c")


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    return save(tmp_path_factory.mktemp("photo") / "photo.png", spot(60, 60))


def draw(root, files):
    """Write the files of a board's /sys."""
    for name, content in files.items():
        path = root / "sys" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{content}\n")
    return root


def summary(app, photo, sensor, **environment):
    words = ("--source", photo, "--repeat", 3, "--json", "--power", sensor)
    finished = app.run(*words, environment=environment)
    assert finished.status == 0, finished.error
    return finished.lines[-1]["summary"]


def refused(app, photo, sensor, **environment):
    finished = app.run("--source", photo, "--power", sensor, environment=environment)
    assert finished.status == 1
    return finished.error


KRIA = {"class/hwmon/hwmon0/name": "cpu", "class/hwmon/hwmon1/power1_input": 4500000}
NANO = {
    # JetPack 4: milliwatts. POM_5V_IN is the whole board.
    "bus/i2c/drivers/ina3221x/6-0040/iio:device0/rail_name_0": "POM_5V_IN",
    "bus/i2c/drivers/ina3221x/6-0040/iio:device0/in_power0_input": 5250,
    "bus/i2c/drivers/ina3221x/6-0040/iio:device0/rail_name_1": "POM_5V_GPU",
    "bus/i2c/drivers/ina3221x/6-0040/iio:device0/in_power1_input": 1200,
    "class/devfreq/57000000.gpu/cur_freq": 921600000,
}
ORIN_NANO = {
    # JetPack 5 and 6: millivolts and milliamperes.
    "class/hwmon/hwmon1/name": "ina3221",
    "class/hwmon/hwmon1/in1_label": "VDD_IN",
    "class/hwmon/hwmon1/in1_input": 5000,
    "class/hwmon/hwmon1/curr1_input": 1300,
    "class/hwmon/hwmon1/in2_label": "VDD_CPU_GPU_CV",
    "class/hwmon/hwmon1/in2_input": 5000,
    "class/hwmon/hwmon1/curr2_input": 400,
    "class/devfreq/17000000.ga10b/cur_freq": 624750000,
}
AGX = {
    # Two chips, and no rail that is all.
    "class/hwmon/hwmon1/name": "ina3221",
    "class/hwmon/hwmon1/in1_label": "VDD_GPU_SOC",
    "class/hwmon/hwmon1/in1_input": 10000,
    "class/hwmon/hwmon1/curr1_input": 300,
    "class/hwmon/hwmon2/name": "ina3221",
    "class/hwmon/hwmon2/in2_label": "VDD_CPU_CV",
    "class/hwmon/hwmon2/in2_input": 5000,
    "class/hwmon/hwmon2/curr2_input": 500,
}


@pytest.mark.parametrize(
    ("files", "watts", "gpu_mhz"),
    [(KRIA, 4.5, None), (NANO, 5.25, 921.6), (ORIN_NANO, 6.5, 624.75), (AGX, 5.5, None)],
    ids=["kria", "jetson-nano", "orin-nano", "agx-orin"],
)
def test_boards(app, photo, tmp_path, files, watts, gpu_mhz):
    found = summary(app, photo, draw(tmp_path, files))
    assert found["watts"] == pytest.approx(watts)
    assert found.get("gpu_mhz") == (gpu_mhz and pytest.approx(gpu_mhz))
    ratio = found["frames_per_second"] / found["frames_per_joule"]
    assert math.isclose(ratio, watts, rel_tol=1e-6)


def test_board_without_a_monitor(app, photo, tmp_path):
    assert refused(app, photo, tmp_path) == (
        f"error: --power {tmp_path}: no monitor in {tmp_path}/sys/class/hwmon or {tmp_path}/sys/"
        "bus/i2c/drivers/ina3221x measures power; name a file that holds microwatts, gpu for an "
        "NVIDIA GPU, or leave --power out\n"
    )


@pytest.fixture(scope="module")
def driver(cpp_tools, tmp_path_factory):  # noqa: ARG001
    """A folder with a stand-in for NVML that draws 60 W, then 80 W, and so on."""
    folder = tmp_path_factory.mktemp("driver")
    library = folder / "libnvidia-ml.so.1"
    subprocess.run(["gcc", "-shared", "-fPIC", "-Wall", "-o", library, NVML], check=True)
    return folder


def test_gpu(app, photo, driver):
    found = summary(app, photo, "gpu", LD_LIBRARY_PATH=str(driver))
    assert 60 <= found["watts"] <= 80
    assert found["gpu_mhz"] == 2460


def test_text_tells_watts_and_clock(app, photo, tmp_path):
    words = ("--source", photo, "--power", draw(tmp_path, NANO))
    assert app.run(*words).error.rstrip().endswith(" frames/s per watt, GPU at 922 MHz")


def test_gpu_without_a_driver(app, photo, tmp_path):
    message = refused(app, photo, "gpu", LD_LIBRARY_PATH=str(tmp_path))
    assert message == (
        "error: --power gpu: libnvidia-ml.so.1: cannot open shared object file: No such file or "
        "directory; it comes with NVIDIA's driver; a Jetson has none, there name board\n"
    )


def test_gpu_that_does_not_tell(app, photo, driver):
    message = refused(app, photo, "gpu", LD_LIBRARY_PATH=str(driver), FAKE_NVML="silent")
    assert message == (
        "error: --power gpu: nvmlDeviceGetPowerUsage: Not Supported; leave --power out\n"
    )


def test_library_of_something_else(app, photo, tmp_path):
    library = tmp_path / "libnvidia-ml.so.1"
    empty = ["gcc", "-shared", "-o", library, "-x", "c", "/dev/null"]
    subprocess.run(empty, check=True)
    message = refused(app, photo, "gpu", LD_LIBRARY_PATH=str(tmp_path))
    assert "libnvidia-ml.so.1 has no function nvmlErrorString; the driver is too old" in message
