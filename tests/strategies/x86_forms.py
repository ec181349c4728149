"""The forms of the C kernels for x86 processors, and which of them this machine can run."""

from pathlib import Path

__all__ = ["FORMS", "flags", "missing_for"]

FORMS = {
    "ANY_X86": (),
    "WITH_AVX2": ("avx2", "fma"),
    "WITH_AVX_VNNI": ("avx2", "fma", "avx512vl", "avx512_vnni"),
    "WITH_AVX512": ("avx512f", "avx512bw", "avx512vl", "avx512_vnni"),
}
# Few processors have AVX-VNNI. AVX-512 VNNI has the same instruction for registers of 256 bits.
_AS_AVX512 = (
    '-DNETWORK_AVX_VNNI="avx2,fma,avx512vl,avx512vnni"',
    "-D_mm256_dpbusd_avx_epi32=_mm256_dpbusd_epi32",
)


def flags(form: str) -> list[str]:
    """Return compiler flags with which programs take a form."""
    return [f"-DNETWORK_PROCESSOR={form}", *(_AS_AVX512 if form == "WITH_AVX_VNNI" else ())]


def missing_for(form: str) -> list[str]:
    """Return what this processor lacks for a form."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    found = next((line for line in lines if line.startswith("flags")), "").split()
    return [flag for flag in ("sse2", *FORMS[form]) if flag not in found]
