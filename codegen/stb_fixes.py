"""Faults of stb_image that its release on the build's system may have, mended in the app's copy.

They are those of its JPEG and PNG decoders, which docs/pictures.md lists with their CVE numbers.
Integers may overflow by its design: the app compiles it with -fwrapv.
"""

from dataclasses import dataclass

from zoo.errors import ToolchainError

__all__ = ["STB_FIXES", "Fix", "mended"]


@dataclass(frozen=True)
class Fix:
    """A fault's repair. before, after: text of the header, which has it exactly once.

    done: text of releases that have it already, '' if none has.
    """

    what: str
    before: str
    after: str
    done: str = ""


_ERROR = 'return stbi__err("{}","Corrupt JPEG");'
_NO_MATCH = "if (which == z->s->img_n) return 0; // no match\n"
_LOAD = "   j->s = s;\n   stbi__setup_jpeg(j);\n   result = load_jpeg_image("
_LENGTH = "         z -= 257;\n"
_DISTANCE = '         if (z < 0) return stbi__err("bad huffman code","Corrupt PNG");\n'

STB_FIXES = (
    Fix(
        "a Huffman table of more than 256 codes is written beyond its end",
        "            L -= 17;\n",
        f"            if (n > 256) {_ERROR.format('bad DHT header')}\n            L -= 17;\n",
        done="if(n > 256) return",
    ),
    Fix(
        "bits after the end of a scan are shifted by negative counts",
        "            j->nomore = 1;\n            return;\n",
        "            j->nomore = 1;\n            b = 0; // what is missing reads as zeros\n",
    ),
    Fix(
        "Huffman tables that a file does not define are uninitialised memory",
        _LOAD,
        """   memset(j, 0, sizeof(stbi__jpeg));
   {
      int no_codes[16] = {0};
      int table;
      for (table=0; table < 4; ++table) {
         stbi__build_huffman(j->huff_dc+table, no_codes);
         stbi__build_huffman(j->huff_ac+table, no_codes);
      }
   }
"""
        + _LOAD,
    ),
    Fix(
        "quantization tables that a file does not define are zeros",
        _NO_MATCH,
        _NO_MATCH
        + "         if (!z->dequant[z->img_comp[which].tq][0]) "
        + _ERROR.format("no quantization table")
        + "\n",
    ),
    Fix(
        "the last column but one of colours at half the width has its weights swapped",
        "stbi__div4(input[w-2]*3 + input[w-1] + 2)",
        "stbi__div4(input[w-1]*3 + input[w-2] + 2)",
    ),
    Fix(
        "a length code that DEFLATE does not have",
        _LENGTH,
        _LENGTH + '         if (z > 28) return stbi__err("bad huffman code","Corrupt PNG");\n',
        done="if (z >= 286) return",
    ),
    Fix(
        "a distance code that DEFLATE does not have copies uninitialised memory",
        _DISTANCE,
        _DISTANCE.replace("z < 0", "z < 0 || z > 29"),
        done="if (z < 0 || z >= 30) return",
    ),
)

_NEEDED = "check that plane subsampling factors are integer ratios"
"""Of 2.27 and later; before it, resampled rows are read beyond their end."""


def mended(header: str, where: str) -> str:
    """Return stb_image.h with all fixes; raises ToolchainError if it is not a release they know."""
    if _NEEDED not in header:
        raise ToolchainError(
            f"{where}: this release of stb_image has faults that hostile pictures reach; install "
            "2.27 or newer, as in Debian 12 or Ubuntu 22.04"
        )
    for fix in STB_FIXES:
        if fix.done and fix.done in header:
            continue
        if header.count(fix.before) != 1:
            raise ToolchainError(
                f"{where}: this release of stb_image is unknown, {fix.what} cannot be mended; "
                "install one that the zoo knows, 2.27 to 2.30"
            )
        header = header.replace(fix.before, fix.after)
    return header
