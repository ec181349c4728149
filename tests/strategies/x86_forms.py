"""The forms of the C kernels for x86 processors, and which of them this machine can run."""

from pathlib import Path

__all__ = ["FORMS", "missing_for"]

FORMS = {
    "ANY_X86": (),
    "WITH_AVX2": ("avx2", "fma"),
    "WITH_AVX512": ("avx512f", "avx512bw", "avx512vl", "avx512_vnni"),
}


def missing_for(form: str) -> list[str]:
    """Return what this processor lacks for a form."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    flags = next((line for line in lines if line.startswith("flags")), "").split()
    return [flag for flag in ("sse2", *FORMS[form]) if flag not in flags]
