// What contract steps work on. The numpy form is zoo/step.py.
package zoo.steps

/** An error that a user can meet; its text says what was found and what to do. */
class StepError(message: String) : Exception(message)

/** Pixels [height, width, channels], unsigned bytes; three channels are RGB. */
class Image(val height: Int, val width: Int, val channels: Int, val pixels: ByteArray)

/** Part of a photo in pixels; pixel i covers [i, i + 1). */
data class Box(val x: Double, val y: Double, val width: Double, val height: Double)

/**
 * Rectangle in a photo in 1/256 pixel; pixel i covers [256 i, 256 (i + 1)). Each axis has its own
 * scale to the network's input.
 */
data class Region(val x0Q8: Long, val y0Q8: Long, val widthQ8: Long, val heightQ8: Long)

/** An image on its way to the network: in its region once cropped, inputChw once normalised. */
class Frame(
    val image: Image,
    val box: Box,
    val region: Region? = null,
    val inputChw: FloatArray? = null,
)

/**
 * A network's output or what a step makes of it, row-major; no dimensions make a scalar. One length
 * may depend on the photo and be 0.
 */
sealed interface Value {
    val shape: List<Int>
}

/** Real numbers: a network's output is one. */
class Tensor(override val shape: List<Int>, val data: DoubleArray) : Value

class Integers(override val shape: List<Int>, val data: LongArray) : Value

class Texts(override val shape: List<Int>, val data: List<String>) : Value

/** Values by name. Steps after the network add to them in turn. */
typealias Values = Map<String, Value>

/** Returns the real numbers of a name. */
fun Values.numbers(name: String): DoubleArray = (getValue(name) as Tensor).data

/** Returns a scalar. */
fun scalar(value: Double): Tensor = Tensor(listOf(), doubleArrayOf(value))
