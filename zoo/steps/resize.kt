// Step resize: sample the region to the network's size, in integers only.
// The formula stands in the numpy form, zoo/steps/resize.py.
package zoo.steps

private const val TAPS_MAX = 8L

/** Replaces the image by its region, resampled to size = [height, width]. */
fun Frame.resize(size: List<Int>): Frame {
    val place = requireNotNull(region) { "step 'crop' comes before 'resize'" }
    val rows = Axis(place.y0Q8, place.heightQ8, size[0], image.height)
    val columns = Axis(place.x0Q8, place.widthQ8, size[1], image.width)
    val pixels = ByteArray(size[0] * size[1] * image.channels)
    val sums = IntArray((columns.last - columns.first + 1) * image.channels)
    for (row in 0 until size[0]) {
        sumRows(image, rows, row, columns.first, sums)
        sumColumns(sums, columns, image.channels, rows.perPixel, pixels, row * size[1])
    }
    return Frame(Image(size[0], size[1], image.channels, pixels), box, region)
}

/** Taps along one axis: pixels below and above each, weight of the one above in 1/256. */
private class Axis(startQ8: Long, sideQ8: Long, size: Int, pixels: Int) {
    val perPixel = ((2 * sideQ8 + 256L * size) / (512L * size)).coerceIn(1, TAPS_MAX).toInt()
    val below = IntArray(size * perPixel)
    val above = IntArray(size * perPixel)
    val weightQ8 = IntArray(size * perPixel)

    init {
        for (tap in below.indices) {
            val positionQ8 = startQ8 + sideQ8 * (2 * tap + 1) / (2L * below.size) - 128
            val pixel = positionQ8.floorDiv(256L)
            below[tap] = pixel.coerceIn(0, pixels - 1L).toInt()
            above[tap] = (pixel + 1).coerceIn(0, pixels - 1L).toInt()
            weightQ8[tap] = (positionQ8 - 256 * pixel).toInt()
        }
    }

    val first = below.first()
    val last = above.last()
}

/** Adds up the rows of one output row into sums, from column `first` of the image on. */
private fun sumRows(image: Image, rows: Axis, row: Int, first: Int, sums: IntArray) {
    sums.fill(0)
    for (tap in row * rows.perPixel until (row + 1) * rows.perPixel) {
        val below = (rows.below[tap] * image.width + first) * image.channels
        val above = (rows.above[tap] * image.width + first) * image.channels
        val weight = rows.weightQ8[tap]
        for (i in sums.indices) {
            sums[i] += (256 - weight) * (image.pixels[below + i].toInt() and 255) +
                weight * (image.pixels[above + i].toInt() and 255)
        }
    }
}

/** Adds up the columns of one output row and writes its pixels from number `start` on. */
private fun sumColumns(
    sums: IntArray,
    columns: Axis,
    channels: Int,
    rowsPerPixel: Int,
    pixels: ByteArray,
    start: Int,
) {
    val taps = rowsPerPixel * columns.perPixel
    for (column in 0 until columns.below.size / columns.perPixel) {
        for (channel in 0 until channels) {
            var total = 0
            for (tap in column * columns.perPixel until (column + 1) * columns.perPixel) {
                val below = sums[(columns.below[tap] - columns.first) * channels + channel]
                val above = sums[(columns.above[tap] - columns.first) * channels + channel]
                total += (256 - columns.weightQ8[tap]) * below + columns.weightQ8[tap] * above
            }
            pixels[(start + column) * channels + channel] =
                ((total + 32768 * taps) / (65536 * taps)).toByte()
        }
    }
}
