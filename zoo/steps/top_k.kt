// Step top_k: the classes with the highest scores, and their labels.
// The numpy form is zoo/steps/top_k.py.
package zoo.steps

/**
 * Adds values "top_scores" and "top_classes", and "top_labels" if there are labels. Of equal scores
 * the lower index is first; nan counts as the lowest score.
 */
@Suppress("UNUSED_PARAMETER") // every step after the network gets the frame
fun Values.topK(frame: Frame, output: String, count: Int, labels: List<String>): Values {
    val scores = numbers(output)
    val classes = scores.indices.sortedWith { a, b -> compare(rank(scores[b]), rank(scores[a])) }
        .take(count)
    val shape = listOf(count)
    val added = mapOf(
        "top_scores" to Tensor(shape, DoubleArray(count) { scores[classes[it]] }),
        "top_classes" to Integers(shape, LongArray(count) { classes[it].toLong() }),
    )
    if (labels.isEmpty()) return this + added
    return this + added + ("top_labels" to Texts(shape, classes.map(labels::get)))
}

private fun rank(score: Double): Double = if (score.isNaN()) Double.NEGATIVE_INFINITY else score

/** As numbers: -0.0 equals 0.0. */
private fun compare(a: Double, b: Double): Int = if (a < b) -1 else if (a > b) 1 else 0
