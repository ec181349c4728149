// The axes of outputs that are maps. The numpy form is zoo/steps/map_axes.py.
package zoo.steps

/**
 * Maps [channels, rows, columns] in an output of any order.
 *
 * order: "first" or "last", where the output's axis of channels is; two axes are a single map.
 */
class Maps(values: Values, name: String, order: String) {
    private val output = values.getValue(name) as Tensor
    private val isSingle = output.shape.size == 2
    private val first = if (!isSingle && order == "first") 1 else 0
    val rows = output.shape[first]
    val columns = output.shape[first + 1]
    val channels = if (isSingle) 1 else output.shape[if (order == "first") 0 else 2]
    private val channelStep = if (order == "first") rows * columns else 1
    private val pixelStep = if (order == "first") 1 else channels

    /** Number of a channel at a pixel, counted by rows and columns. */
    fun at(channel: Int, pixel: Int): Double =
        output.data[channel * channelStep + pixel * pixelStep]
}
