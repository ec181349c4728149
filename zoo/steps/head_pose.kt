// Step head_pose: yaw, pitch and roll of the head from a few landmarks.
// The formulas stand in the numpy form, zoo/steps/head_pose.py.
package zoo.steps

import kotlin.math.asin
import kotlin.math.atan2
import kotlin.math.sqrt

private const val FLAT = 1e-9

/**
 * Adds value "head_pose": yaw, pitch, roll in degrees, from "landmarks".
 *
 * points: indices of landmarks.
 * face: their places on an average face that looks into the camera.
 */
@Suppress("UNUSED_PARAMETER")
fun Values.headPose(frame: Frame, points: List<Int>, face: List<List<Number>>): Values {
    val xy = numbers("landmarks")
    val chosen = points.map { doubleArrayOf(xy[2 * it], xy[2 * it + 1], 0.0) }
    val places = face.map { place -> DoubleArray(3) { place[it].toDouble() } }
    val (first, second) = nearestRotation(fitAffine(centred(chosen), centred(places)))
    val third = cross(first, second)
    val yaw = asin(third[0].coerceIn(-1.0, 1.0))
    val pitch = atan2(-third[1], third[2])
    val roll = atan2(second[0], first[0])
    val degrees = doubleArrayOf(yaw, pitch, roll).map(Math::toDegrees).toDoubleArray()
    return this + ("head_pose" to Tensor(listOf(3), degrees))
}

private fun dot(a: DoubleArray, b: DoubleArray): Double = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

private fun cross(a: DoubleArray, b: DoubleArray): DoubleArray = doubleArrayOf(
    a[1] * b[2] - a[2] * b[1],
    a[2] * b[0] - a[0] * b[2],
    a[0] * b[1] - a[1] * b[0],
)

/** Inverse of a symmetric matrix: its adjugate over its determinant. */
private fun inverse(m: List<DoubleArray>): List<DoubleArray> {
    val adjugate = listOf(cross(m[1], m[2]), cross(m[2], m[0]), cross(m[0], m[1]))
    val determinant = dot(m[0], adjugate[0])
    return adjugate.map { row -> DoubleArray(3) { row[it] / determinant } }
}

private fun centred(points: List<DoubleArray>): List<DoubleArray> {
    val mean = DoubleArray(3) { i -> points.sumOf { it[i] } / points.size }
    return points.map { point -> DoubleArray(3) { point[it] - mean[it] } }
}

/** The affine map [2, 3] from centred face to centred points (at z = 0), by least squares. */
private fun fitAffine(points: List<DoubleArray>, face: List<DoubleArray>): List<DoubleArray> {
    val moments = List(3) { i -> DoubleArray(3) { j -> face.sumOf { it[i] * it[j] } } }
    val inverted = inverse(moments)
    return List(2) { i ->
        val correlation = DoubleArray(3) { j -> face.indices.sumOf { points[it][i] * face[it][j] } }
        DoubleArray(3) { dot(correlation, inverted[it]) }
    }
}

/** The nearest map with orthonormal rows: (A A^T)^(-1/2) A; nan where A has no two directions. */
private fun nearestRotation(affine: List<DoubleArray>): List<DoubleArray> {
    val (first, second) = affine
    val (xx, yy, xy) = Triple(dot(first, first), dot(second, second), dot(first, second))
    val trace = xx + yy
    val determinant = xx * yy - xy * xy
    val d = if (determinant > FLAT * trace * trace) sqrt(determinant) else Double.NaN
    val scale = d * sqrt(trace + 2 * d) // inverse of [[a, b], [b, c]] over scale
    return listOf(
        DoubleArray(3) { ((yy + d) * first[it] - xy * second[it]) / scale },
        DoubleArray(3) { ((xx + d) * second[it] - xy * first[it]) / scale },
    )
}
