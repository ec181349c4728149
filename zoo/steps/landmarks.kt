// Step landmarks: from the network's coordinates to the photo's pixels.
// The numpy form is zoo/steps/landmarks.py.
package zoo.steps

/**
 * Adds value "landmarks": [count, 2] photo pixels, pixel centres at integers.
 *
 * mean: places [x, y] that the output is relative to; none if it is relative to the region.
 * order: of coordinates, "xyxy" or "xxyy", "yxyx" or "yyxx".  numbers: of each landmark, others
 * than x and y last.  normalized: whether they are 0..1, not in pixels of the input.
 */
@Suppress("LongParameterList") // what a contract can say of landmarks
fun Values.landmarks(
    frame: Frame,
    output: String,
    count: Int,
    mean: List<List<Number>>,
    order: String,
    numbers: Int,
    normalized: Boolean,
): Values {
    val region = requireNotNull(frame.region) { "step 'crop' comes before 'landmarks'" }
    val coordinates = numbers(output)
    val isPlanar = order == "xxyy" || order == "yyxx"
    val photo = DoubleArray(2 * count) { i ->
        val (point, axis) = Pair(i / 2, i % 2)
        val number = if (order[0] == 'y') 1 - axis else axis
        val at = if (isPlanar) number * count + point else point * numbers + number
        val from = if (mean.isEmpty()) 0.0 else mean[point][axis].toDouble()
        val pixels = if (axis == 0) frame.image.width else frame.image.height
        val unit = if (normalized) 1 else pixels
        val origin = (if (axis == 0) region.x0Q8 else region.y0Q8).toDouble()
        val side = if (axis == 0) region.widthQ8 else region.heightQ8
        (origin + (coordinates[at] + from) / unit * side) / 256 - 0.5
    }
    return this + ("landmarks" to Tensor(listOf(count, 2), photo))
}
