// From a detector's numbers to the score of a location's best class. The formulas are in the numpy
// form, zoo/steps/box_scores.py.
package zoo.steps

import kotlin.math.sqrt

class ScoreRule(
    private val activation: String,
    private val combine: String,
    private val background: String,
    private val threshold: Double,
) {
    /** Score and class without the background. raw: a number for each class, with it. */
    fun best(raw: DoubleArray, objectness: Double?): Pair<Double, Int> {
        val begin = if (background == "first") 1 else 0
        val end = raw.size - if (background == "last") 1 else 0
        var best = begin
        var highest = Double.NEGATIVE_INFINITY
        for (k in begin until end) {
            if (raw[k] > highest) {
                highest = raw[k]
                best = k
            }
        }
        var score = when (activation) {
            "sigmoid" -> portableSigmoid(raw[best])
            "softmax" -> softmaxOf(raw, best)
            else -> raw[best]
        }
        if (objectness != null) {
            score *= if (activation == "sigmoid") portableSigmoid(objectness) else objectness
            if (combine == "geometric_mean") score = sqrt(score)
        }
        return Pair(score, best - begin)
    }

    /** The softmax, or 0 if it certainly is below the threshold: the sum is at least 1. */
    private fun softmaxOf(raw: DoubleArray, index: Int): Double {
        val highest = raw.max()
        val power = portableExp(raw[index] - highest)
        if (power < threshold) return 0.0
        var total = 0.0
        for (number in raw) total += portableExp(number - highest)
        return power / total
    }
}
