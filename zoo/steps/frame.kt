// What contract steps work on. The numpy form is zoo/step.py.
package zoo.steps

/** An error that a user can meet; its text says what was found and what to do. */
class StepError(message: String) : Exception(message)

/** Pixels [height, width, channels], unsigned bytes; three channels are RGB. */
class Image(val height: Int, val width: Int, val channels: Int, val pixels: ByteArray)

/** Part of a photo in pixels; pixel i covers [i, i + 1). */
data class Box(val x: Double, val y: Double, val width: Double, val height: Double)

/** Square part of a photo in 1/256 pixel; pixel i covers [256 i, 256 (i + 1)). */
data class Region(val x0Q8: Long, val y0Q8: Long, val sideQ8: Long)

/** An image on its way to the network: in its region once cropped, inputChw once normalised. */
class Frame(
    val image: Image,
    val box: Box,
    val region: Region? = null,
    val inputChw: FloatArray? = null,
)

/** A network's output or what a step made of it, row-major; no dimensions make a scalar. */
class Tensor(val shape: List<Int>, val data: DoubleArray)

/** Values by name. Steps after the network add to them in turn. */
typealias Values = Map<String, Tensor>

/** Returns a scalar. */
fun scalar(value: Double): Tensor = Tensor(listOf(), doubleArrayOf(value))
