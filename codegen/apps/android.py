"""The app of Android."""

from codegen.app import App
from codegen.kotlin_app import KOTLIN_FORM, KotlinBackend
from zoo.advice import Advice

__all__ = ["ANDROID"]


ANDROID = App(
    "android",
    KotlinBackend(),
    step_form=KOTLIN_FORM,
    takes_detectors=True,
    texts={name: f"bundle/android/{name}.j2" for name in ("README.md", "benchmark.sh")},
    trials=(Advice("unpack {archive}; open {name}/app/src in Android Studio"),),
    installations=(
        Advice("cd {name}/app/src && gradle wrapper && ./gradlew installDebug  # a device on USB"),
    ),
    not_here=(
        "the Android app was neither compiled nor run: that needs the Android SDK and a device; "
        "only the zoo's tests compare its Kotlin with the reference, and its self-test runs when "
        "it starts"
    ),
)
