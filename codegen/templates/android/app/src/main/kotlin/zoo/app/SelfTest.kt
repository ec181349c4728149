// Checks that the network gives the same outputs here as when the bundle was made.
package zoo.app

import kotlin.math.abs
import zoo.steps.Box
import zoo.steps.Image
import zoo.steps.numbers

/** An output that a picture must give. */
class Expected(val output: String, val tolerance: Double, val values: List<Float>) {
    /** Returns the largest difference; infinite for another number of values. */
    fun difference(found: DoubleArray): Double {
        if (found.size != values.size) return Double.POSITIVE_INFINITY
        return values.indices.maxOf { abs(found[it] - values[it].toDouble()) }
    }
}

/** A picture, a box in it and the outputs that the network must give. */
class Golden(val picture: String, val box: Box, val outputs: List<Expected>)

/**
 * Reads golden/selftest.txt, lines of
 * picture NAME X Y WIDTH HEIGHT, then output TOLERANCE COUNT VALUE... NAME for each output.
 */
fun readGolden(text: String): List<Golden> {
    val lines = text.lines().filter(String::isNotBlank).map { it.split(' ') }
    val starts = lines.indices.filter { lines[it][0] == "picture" }
    return starts.zip(starts.drop(1) + lines.size).map { (start, end) ->
        val (x, y, width, height) = lines[start].drop(2).map(String::toDouble)
        val outputs = lines.subList(start + 1, end).map { words ->
            val count = words[2].toInt()
            val name = words.drop(3 + count).joinToString(" ")
            Expected(name, words[1].toDouble(), words.subList(3, 3 + count).map(String::toFloat))
        }
        Golden(lines[start][1], Box(x, y, width, height), outputs)
    }
}

/** Returns what is wrong; nothing if all outputs are within their tolerances. */
fun selfTest(network: Network, golden: List<Golden>, read: (String) -> Image): List<String> =
    golden.flatMap { item ->
        val found = look(network, read(item.picture), item.box).outputs
        item.outputs.mapNotNull { expected ->
            val difference = expected.difference(found.numbers(expected.output))
            val said = "${item.picture}: ${expected.output} differs by $difference"
            // Not > : nan is wrong, too.
            if (difference <= expected.tolerance) null else "$said, allowed ${expected.tolerance}"
        }
    }
