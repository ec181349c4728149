// Step landmarks: from the network's normalised coordinates to the photo's pixels.
// The numpy form is zoo/steps/landmarks.py.
package zoo.steps

/**
 * Adds value "landmarks": [count, 2] photo pixels, pixel centres at integers.
 *
 * mean: places [x, y] that the output is relative to; none if it is relative to the region.
 */
fun Values.landmarks(frame: Frame, output: String, count: Int, mean: List<List<Number>>): Values {
    val region = requireNotNull(frame.region) { "step 'crop' comes before 'landmarks'" }
    val normalized = numbers(output)
    val photo = DoubleArray(2 * count) { i ->
        val from = if (mean.isEmpty()) 0.0 else mean[i / 2][i % 2].toDouble()
        val origin = (if (i % 2 == 0) region.x0Q8 else region.y0Q8).toDouble()
        val side = if (i % 2 == 0) region.widthQ8 else region.heightQ8
        (origin + (normalized[i] + from) * side) / 256 - 0.5
    }
    return this + ("landmarks" to Tensor(listOf(count, 2), photo))
}
