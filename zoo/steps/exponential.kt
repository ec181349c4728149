// exp and the logistic function, the same bits on every machine. The formulas are in the numpy
// form, zoo/steps/exponential.py.
package zoo.steps

import kotlin.math.abs
import kotlin.math.floor

private const val LOG2_E = 1.4426950408889634
private const val LN2_HIGH = 0.6931471804855391
private const val LN2_LOW = 7.440617110012397e-11
private const val FARTHEST = 708.0
private const val DEGREE = 13

/** exp(x); 0 below -708, exp(708) above 708, nan of nan. */
fun portableExp(x: Double): Double {
    if (x.isNaN()) return x
    if (x < -FARTHEST) return 0.0
    val reduced = minOf(x, FARTHEST)
    val n = floor(reduced * LOG2_E + 0.5)
    val r = (reduced - n * LN2_HIGH) - n * LN2_LOW
    var p = 1.0
    for (k in DEGREE downTo 1) p = 1 + r * p / k
    return Math.scalb(p, n.toInt())
}

fun portableSigmoid(x: Double): Double {
    val e = portableExp(-abs(x))
    return (if (x < 0) e else 1.0) / (1 + e)
}
