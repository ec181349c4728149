// Where a detector's outputs keep the numbers of each cell and anchor.
// The numpy form is zoo/steps/box_cells.py.
package zoo.steps

import kotlin.math.ceil

private const val STRIDE_SLACK = 1e-3

/**
 * A grid of cells over the network's input, each with the same anchors [width, height].
 *
 * pitch: from a cell's centre to the next one, in x and y.
 * first: cells times anchors of the levels before.
 */
class BoxLevel(
    val rows: Int,
    val columns: Int,
    val stride: Double,
    val pitch: List<Double>,
    val anchors: List<List<Double>>,
    val first: Int,
) {
    val locations = rows * columns * anchors.size
}

fun gridLevels(
    strides: List<Number>,
    anchors: List<List<List<Number>>>,
    isEven: Boolean,
    image: Image,
): List<BoxLevel> {
    var first = 0
    return strides.mapIndexed { i, number ->
        val stride = number.toDouble()
        fun cells(side: Int) = ceil(side / stride - STRIDE_SLACK).toInt()
        val own = anchors.getOrNull(i)?.map { size -> size.map(Number::toDouble) }
        val sizes = own ?: listOf(listOf(stride, stride))
        val (rows, columns) = listOf(cells(image.height), cells(image.width))
        val even = listOf(image.width.toDouble() / columns, image.height.toDouble() / rows)
        val pitch = if (isEven) even else listOf(stride, stride)
        BoxLevel(rows, columns, stride, pitch, sizes, first).also {
            first += it.locations
        }
    }
}

/** A level of one row for each output. */
fun decodedLevels(values: Values, outputs: List<String>, order: String): List<BoxLevel> {
    var first = 0
    return outputs.map { name ->
        val output = values.getValue(name) as Tensor
        val channels = if (order == "first") output.shape.first() else output.shape.last()
        val one = listOf(1.0, 1.0)
        BoxLevel(1, output.data.size / channels, 1.0, one, listOf(one), first).also {
            first += it.locations
        }
    }
}

/**
 * Reads channels of a cell's anchor in the output that holds a level.
 *
 * names: an output for each level, or one for all.  channel: the first one to read.
 */
class ChannelReader(
    values: Values,
    names: List<String>,
    levels: List<BoxLevel>,
    number: Int,
    order: String,
    channel: Int,
) {
    private val data: DoubleArray
    private val begin: Int
    private val cellStep: Int
    private val anchorStep: Int
    private val channelStep: Int

    /** Channels from the first one to read on. */
    val count: Int

    init {
        val isOwn = names.size > 1 || levels.size == 1
        val output = values.getValue(names[if (isOwn) number else 0]) as Tensor
        val level = levels[number]
        val locations = if (isOwn) level.locations else levels.sumOf { it.locations }
        val first = if (isOwn) 0 else level.first
        val anchors = level.anchors.size
        val cells = level.rows * level.columns
        val channels = output.data.size / locations
        val isGrid = order == "first" && output.shape.size == 3
        val isByAnchor = order == "last" && output.shape.size == 4
        data = output.data
        count = channels - channel
        channelStep = if (isGrid) cells else if (order == "first") locations else 1
        anchorStep = when {
            isGrid || isByAnchor -> channels * cells
            order == "first" -> 1
            else -> channels
        }
        cellStep = when {
            isGrid -> 1
            isByAnchor -> channels
            order == "first" -> anchors
            else -> anchors * channels
        }
        begin = (if (order == "first") first else first * channels) + channel * channelStep
    }

    fun read(cell: Int, anchor: Int, numbers: DoubleArray) {
        val from = begin + cell * cellStep + anchor * anchorStep
        for (k in numbers.indices) numbers[k] = data[from + k * channelStep]
    }

    fun first(cell: Int, anchor: Int): Double = data[begin + cell * cellStep + anchor * anchorStep]
}
