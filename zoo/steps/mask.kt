// Step mask: the class of each pixel, from a map for each class. The formulas are in the numpy
// form, zoo/steps/mask.py.
package zoo.steps

/**
 * Adds values "mask" [N, 2], runs of class and length by rows and columns of "mask_size", over
 * "mask_box" of the photo, "mask_shares" and "mask_colors" of the classes, and "mask_labels" if
 * there are labels.
 */
fun Values.mask(
    frame: Frame,
    output: String,
    channels: String,
    threshold: Number,
    interpolation: String,
    pixels: Int,
    labels: List<String>,
    colors: List<List<Int>>,
): Values {
    val maps = Maps(this, output, channels)
    val region = requireNotNull(frame.region) { "a step before the network sets the region" }
    val grid = maskGrid(frame.box, region, pixels)
    val isBilinear = interpolation == "bilinear"
    val across = List(grid.columns) {
        tap(grid.x, it, grid.side, region.x0Q8, region.widthQ8, maps.columns, isBilinear)
    }
    val down = List(grid.rows) {
        tap(grid.y, it, grid.side, region.y0Q8, region.heightQ8, maps.rows, isBilinear)
    }
    val counts = LongArray(maxOf(maps.channels, 2))
    val runs = mutableListOf<Long>()
    for (y in down) {
        for (x in across) {
            val found = classAt(maps, x, y, threshold.toDouble())
            counts[found]++
            if (runs.isEmpty() || runs[runs.size - 2] != found.toLong()) {
                runs.addAll(listOf(found.toLong(), 0))
            }
            runs[runs.size - 1]++
        }
    }
    val tints = counts.indices.flatMap { if (colors.isEmpty()) classColor(it) else colors[it] }
    val box = longArrayOf(
        grid.x,
        grid.y,
        grid.columns.toLong() * grid.side,
        grid.rows.toLong() * grid.side,
    )
    val total = grid.rows.toDouble() * grid.columns
    val added = mapOf(
        "mask" to Integers(listOf(runs.size / 2, 2), runs.toLongArray()),
        "mask_size" to Integers(listOf(2), longArrayOf(grid.rows.toLong(), grid.columns.toLong())),
        "mask_box" to Tensor(listOf(4), DoubleArray(4) { box[it].toDouble() }),
        "mask_shares" to
            Tensor(listOf(counts.size), DoubleArray(counts.size) { counts[it] / total }),
        "mask_colors" to
            Integers(listOf(counts.size, 3), LongArray(tints.size) { tints[it].toLong() }),
    )
    if (labels.isEmpty()) return this + added
    return this + added + ("mask_labels" to Texts(listOf(labels.size), labels))
}

/** Squares of the photo's pixels from (x, y) on, `side` wide. */
private class MaskGrid(
    val x: Long,
    val y: Long,
    val rows: Int,
    val columns: Int,
    val side: Long,
)

/** The grid over all of the photo's pixels that box and region share, of at most `pixels`. */
private fun maskGrid(box: Box, region: Region, pixels: Int): MaskGrid {
    val own = boxRegion(box)
    val (x, width) = shared(own.x0Q8, own.widthQ8, region.x0Q8, region.widthQ8)
    val (y, height) = shared(own.y0Q8, own.heightQ8, region.y0Q8, region.heightQ8)
    var side = 1L
    fun squares(length: Long) = (length + side - 1) / side
    while (squares(height) * squares(width) > pixels) side++
    return MaskGrid(x, y, squares(height).toInt(), squares(width).toInt(), side)
}

/** First pixel and number of pixels that two spans in 1/256 pixel share. */
private fun shared(begin: Long, length: Long, other: Long, otherLength: Long): Pair<Long, Long> {
    val first = maxOf(begin, other).floorDiv(256L)
    val end = minOf(begin + length, other + otherLength)
    return Pair(first, maxOf((end + 255).floorDiv(256L) - first, 1))
}

/** Two pixels along an axis of the maps, the second one weighted by weight / 256. */
private class MaskTap(val low: Int, val high: Int, val weight: Double)

@Suppress("LongParameterList")
private fun tap(
    begin: Long,
    index: Int,
    side: Long,
    startQ8: Long,
    spanQ8: Long,
    length: Int,
    isBilinear: Boolean,
): MaskTap {
    fun inside(i: Long) = i.coerceIn(0, length - 1L).toInt()
    val centre = 256 * begin + 128 * side * (2 * index + 1)
    val place = ((centre - startQ8) * (256 * length)).floorDiv(spanQ8) - 128
    val low = place.floorDiv(256L)
    if (isBilinear) return MaskTap(inside(low), inside(low + 1), (place - 256 * low).toDouble())
    val nearest = inside((place + 128).floorDiv(256L))
    return MaskTap(nearest, nearest, 0.0)
}

/** The class at a place of the maps: the highest number, of equal ones the first. */
private fun classAt(maps: Maps, x: MaskTap, y: MaskTap, threshold: Double): Int {
    val upperRow = y.low * maps.columns
    val lowerRow = y.high * maps.columns
    var best = 0
    var highest = Double.NEGATIVE_INFINITY
    for (k in 0 until maps.channels) {
        val upper = maps.at(k, upperRow + x.low) * (256 - x.weight) +
            maps.at(k, upperRow + x.high) * x.weight
        val lower = maps.at(k, lowerRow + x.low) * (256 - x.weight) +
            maps.at(k, lowerRow + x.high) * x.weight
        val number = upper * (256 - y.weight) + lower * y.weight
        if (maps.channels == 1) return if (number / 65536 >= threshold) 1 else 0
        if (number > highest) {
            highest = number
            best = k
        }
    }
    return best
}

/** The colours of PASCAL VOC. */
private fun classColor(index: Int): List<Int> = List(3) { channel ->
    (0 until 8).sumOf { bit -> (index shr (3 * bit + channel) and 1) shl (7 - bit) }
}
