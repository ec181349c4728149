// The value 'mask' of a finding, as the view draws it.
package zoo.app

import zoo.steps.Integers
import zoo.steps.Tensor
import zoo.steps.Values

private const val HALF_OPAQUE = 0x80 shl 24

/** A rectangle of one class, in the photo's pixels. color: ARGB. */
class MaskPart(val x: Long, val y: Long, val width: Long, val height: Long, val color: Int)

/** The parts of a mask that are not black, half transparent; none if the contract makes no mask. */
fun maskParts(values: Values): List<MaskPart> {
    val runs = (values["mask"] as? Integers)?.data ?: return listOf()
    val columns = (values.getValue("mask_size") as Integers).data[1]
    val box = (values.getValue("mask_box") as Tensor).data.map(Double::toLong)
    val colors = (values.getValue("mask_colors") as Integers).data.toList().chunked(3)
    val side = box[2] / columns
    val parts = mutableListOf<MaskPart>()
    var pixel = 0L
    for (i in runs.indices step 2) {
        val (red, green, blue) = colors[runs[i].toInt()].map(Long::toInt)
        val color = (red shl 16) or (green shl 8) or blue
        val end = pixel + runs[i + 1]
        while (pixel < end) {
            val next = minOf(end, (pixel / columns + 1) * columns)
            val (x, y) = Pair(box[0] + pixel % columns * side, box[1] + pixel / columns * side)
            val width = (next - pixel) * side
            if (color != 0) parts.add(MaskPart(x, y, width, side, HALF_OPAQUE or color))
            pixel = next
        }
    }
    return parts
}
