// Step crop: choose a square region around a box. The numpy form is zoo/steps/crop.py.
package zoo.steps

import kotlin.math.abs
import kotlin.math.floor

private const val LIMIT_PX = 1 shl 20

/** Sets the region to a square around the box's centre, side = scale * longer side. */
fun Frame.crop(scale: Number): Frame {
    checkBox(box)
    val x = toFixedPoint(box.x, 256)
    val y = toFixedPoint(box.y, 256)
    val width = toFixedPoint(box.width, 256)
    val height = toFixedPoint(box.height, 256)
    val factorQ16 = toFixedPoint(scale.toDouble(), 65536)
    val side = (maxOf(width, height) * factorQ16 + 32768).floorDiv(65536L)
    val region = Region(
        (2 * x + width - side).floorDiv(2L),
        (2 * y + height - side).floorDiv(2L),
        side,
        side,
    )
    return Frame(image, box, region)
}

private fun checkBox(box: Box) {
    val numbers = listOf(box.x, box.y, box.width, box.height)
    if (numbers.all { abs(it) < LIMIT_PX } && box.width >= 1 && box.height >= 1) return
    throw StepError(
        "box ${numbers.joinToString()}: x, y, width, height in pixels are needed, width and " +
            "height at least 1, all below $LIMIT_PX; correct the box",
    )
}

/** The value in units of 1/n, for n a power of two; exact but for the rounding itself. */
private fun toFixedPoint(value: Double, n: Int): Long = floor(value * n + 0.5).toLong()
