// Step aspect_ratios: how open eyes and mouth are. The numpy form is zoo/steps/aspect_ratios.py.
package zoo.steps

import kotlin.math.sqrt

/** Landmarks of an eye or a mouth: its corners, and pairs of upper and lower lid or lip. */
private class Opening(val corners: Pair<Int, Int>, vararg val pairs: Pair<Int, Int>) {
    /** Mean distance of the pairs over that of the corners; nan where the corners coincide. */
    fun ratio(xy: DoubleArray): Double {
        val height = pairs.sumOf { distance(xy, it) } / pairs.size
        val width = distance(xy, corners)
        return if (width > 0) height / width else Double.NaN
    }
}

/** Left and right are the person's own. */
private class Face(val rightEye: Opening, val leftEye: Opening, val mouth: Opening)

private val IBUG68 = Face(
    Opening(36 to 39, 37 to 41, 38 to 40),
    Opening(42 to 45, 43 to 47, 44 to 46),
    Opening(60 to 64, 61 to 67, 62 to 66, 63 to 65),
)

private val WFLW98 = Face(
    Opening(60 to 64, 61 to 67, 62 to 66, 63 to 65),
    Opening(68 to 72, 69 to 75, 70 to 74, 71 to 73),
    Opening(88 to 92, 89 to 95, 90 to 94, 91 to 93),
)

/**
 * Adds values "ear_left", "ear_right", "ear" (their mean) and "mar", from "landmarks".
 *
 * layout: "ibug68" or "wflw98".
 */
@Suppress("UNUSED_PARAMETER")
fun Values.aspectRatios(frame: Frame, layout: String): Values {
    val face = if (layout == "ibug68") IBUG68 else WFLW98
    val xy = numbers("landmarks")
    val (left, right) = Pair(face.leftEye.ratio(xy), face.rightEye.ratio(xy))
    return this + mapOf(
        "ear_left" to scalar(left),
        "ear_right" to scalar(right),
        "ear" to scalar((left + right) / 2),
        "mar" to scalar(face.mouth.ratio(xy)),
    )
}

private fun distance(xy: DoubleArray, pair: Pair<Int, Int>): Double {
    val dx = xy[2 * pair.first] - xy[2 * pair.second]
    val dy = xy[2 * pair.first + 1] - xy[2 * pair.second + 1]
    return sqrt(dx * dx + dy * dy)
}
