// Step embedding: a vector of length 1. The numpy form is zoo/steps/embedding.py.
package zoo.steps

import kotlin.math.sqrt

private const val SHORTEST = 1e-12

/** Adds value "embedding": x / max(length, 1e-12), the squares summed in order of index. */
@Suppress("UNUSED_PARAMETER") // every step after the network gets the frame
fun Values.embedding(frame: Frame, output: String): Values {
    val vector = numbers(output)
    var sum = 0.0
    for (x in vector) sum += x * x
    val length = sqrt(sum)
    val divisor = if (length > SHORTEST) length else SHORTEST
    val unit = DoubleArray(vector.size) { vector[it] / divisor }
    return this + ("embedding" to Tensor(listOf(unit.size), unit))
}
