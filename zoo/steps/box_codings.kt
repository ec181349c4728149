// How detectors code boxes: from a location's numbers to edges in 1/256 pixel of the input. The
// formulas are in the numpy form, zoo/steps/box_codings.py.
package zoo.steps

import kotlin.math.floor

private const val LARGEST_Q8 = 16777216.0
private const val LARGEST_EXPONENT = 16.0

/** From y, x, height, width or two corners of these to x before y. */
fun swapAxes(numbers: DoubleArray) {
    val side = numbers.size / 4
    for (first in listOf(0, 2 * side)) {
        for (k in first until first + side) {
            val number = numbers[k]
            numbers[k] = numbers[k + side]
            numbers[k + side] = number
        }
    }
}

private fun edgeQ8(pixels: Double): Long =
    if (pixels.isNaN()) 0 else floor(pixels * 256 + 0.5).coerceIn(-LARGEST_Q8, LARGEST_Q8).toLong()

/** A distance in strides, as in zoo/detections.py. */
private fun distanceQ8(distance: Double, stride: Double): Long {
    if (distance.isNaN()) return 0
    return floor(distance * (stride * 256) + 0.5).coerceIn(0.0, LARGEST_Q8).toLong()
}

/** The expected bin of a side: 0, 1, 2, ... weighted by the softmax of its numbers. */
private fun expectedBin(numbers: List<Double>): Double {
    val highest = numbers.max()
    var total = 0.0
    var moment = 0.0
    numbers.forEachIndexed { k, number ->
        val power = portableExp(number - highest)
        total += power
        moment += k * power
    }
    return moment / total
}

/** exp(x), where no box is wider than exp(16) anchors. */
private fun boxExp(x: Double): Double =
    portableExp(if (x > LARGEST_EXPONENT) LARGEST_EXPONENT else x)

/** A location; x is before y. unit: what a decoded number counts, in pixels. */
class BoxPlace(
    level: BoxLevel,
    cell: Int,
    anchor: Int,
    offset: Number,
    private val unit: List<Number>,
    private val variances: List<Number>,
) {
    private val stride = level.stride
    private val size = level.anchors[anchor]
    private val centre = listOf(cell % level.columns, cell / level.columns).mapIndexed { i, at ->
        (at + offset.toDouble()) * level.pitch[i]
    }

    /** x0 y0 x1 y1 in 1/256 pixel. */
    fun toBoxQ8(coding: String, numbers: DoubleArray): List<Long> {
        val box = if (coding.startsWith("distance")) {
            val bins = numbers.size / 4
            List(4) { side ->
                val own = numbers.slice(side * bins until (side + 1) * bins)
                val distance = if (bins == 1) own[0] else expectedBin(own)
                val sign = if (side < 2) -1 else 1
                edgeQ8(centre[side % 2]) + sign * distanceQ8(distance, stride)
            }
        } else {
            edges(coding, numbers).map(::edgeQ8)
        }
        return listOf(box[0], box[1], maxOf(box[0], box[2]), maxOf(box[1], box[3]))
    }

    /** x or y (axis i) of a key point in 1/256 pixel, from its number v. */
    fun toPointQ8(coding: String, v: Double, i: Int): Long = edgeQ8(
        when (coding) {
            "corners", "center_size" -> v * unit[i].toDouble()
            "ssd" -> centre[i] + (v * variances[0].toDouble()) * size[i]
            "blazeface" -> centre[i] + v * size[i]
            "distances" -> centre[i] + v * stride
            "distance_bins" -> centre[i] + (2 * v - 0.5) * stride
            else -> (centre[i] - stride / 2) + v * size[i] // yolov3, yolov5
        },
    )

    private fun edges(coding: String, v: DoubleArray): List<Double> {
        if (coding == "corners") return List(4) { v[it] * unit[it % 2].toDouble() }
        val spans = List(2) { span(coding, v[it], v[it + 2], it) }
        return spans.map { (middle, side) -> middle - side / 2 } +
            spans.map { (middle, side) -> middle + side / 2 }
    }

    /** Centre and side along axis i. */
    private fun span(coding: String, place: Double, side: Double, i: Int): Pair<Double, Double> =
        when (coding) {
            "center_size" -> Pair(place * unit[i].toDouble(), side * unit[i].toDouble())
            "ssd" -> Pair(
                centre[i] + (place * variances[0].toDouble()) * size[i],
                boxExp(side * variances[1].toDouble()) * size[i],
            )
            "blazeface" -> Pair(centre[i] + place * size[i], side * size[i])
            "yolov3" -> Pair(
                centre[i] + (portableSigmoid(place) - 0.5) * stride,
                boxExp(side) * size[i],
            )
            else -> (2 * portableSigmoid(side)).let { doubled -> // yolov5
                Pair(
                    centre[i] + (2 * portableSigmoid(place) - 1) * stride,
                    (doubled * doubled) * size[i],
                )
            }
        }
}
