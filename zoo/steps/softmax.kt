// Step softmax: from scores to probabilities. The numpy form is zoo/steps/softmax.py.
package zoo.steps

/** Adds value "probabilities": exp(x - max x) over their sum, in order of index. */
@Suppress("UNUSED_PARAMETER") // every step after the network gets the frame
fun Values.softmax(frame: Frame, output: String): Values {
    val scores = numbers(output)
    val shape = listOf(scores.size)
    if (!scores.all(Double::isFinite)) {
        return this + ("probabilities" to Tensor(shape, DoubleArray(scores.size) { Double.NaN }))
    }
    val highest = scores.max()
    val powers = DoubleArray(scores.size) { portableExp(scores[it] - highest) }
    var sum = 0.0
    for (power in powers) sum += power
    return this + ("probabilities" to Tensor(shape, DoubleArray(powers.size) { powers[it] / sum }))
}
