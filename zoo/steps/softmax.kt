// Step softmax: from scores to probabilities. The formulas are in the numpy form,
// zoo/steps/softmax.py.
package zoo.steps

import kotlin.math.floor

private const val LOG2_E = 1.4426950408889634
private const val LN2_HIGH = 0.6931471804855391
private const val LN2_LOW = 7.440617110012397e-11
private const val LOWEST = -708.0
private const val DEGREE = 13

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

/** exp(x) for x <= 0, the same bits on every machine. */
private fun portableExp(x: Double): Double {
    if (x < LOWEST) return 0.0
    val n = floor(x * LOG2_E + 0.5)
    val r = (x - n * LN2_HIGH) - n * LN2_LOW
    var p = 1.0
    for (k in DEGREE downTo 1) p = 1 + r * p / k
    return Math.scalb(p, n.toInt())
}
