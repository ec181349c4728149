// Resamples a region of a photo to a size, in integers only.
// The formula is in the numpy form, zoo/steps/sampling.py.
package zoo.steps

import kotlin.math.abs
import kotlin.math.floor

private const val LIMIT_PX = 1 shl 20
private const val TAPS_MAX = 8L
private const val AREA_TOTAL = 65536L

/** The value in units of 1/n, for n a power of two; exact but for the rounding itself. */
internal fun toFixedPoint(value: Double, n: Int): Long = floor(value * n + 0.5).toLong()

/** The quotient rounded, halves up, for b > 0. */
internal fun roundDivide(a: Long, b: Long): Long = (2 * a + b).floorDiv(2 * b)

/** The box in 1/256 pixel, rounded. */
internal fun boxRegion(box: Box): Region {
    checkBox(box)
    val (x0, y0, width, height) = numbersOf(box).map { toFixedPoint(it, 256) }
    return Region(x0, y0, width, height)
}

/** Whether a box has an area and may lie in a photo; no for nan. */
fun isBox(box: Box): Boolean =
    numbersOf(box).all { abs(it) < LIMIT_PX } && box.width >= 1 && box.height >= 1

private fun numbersOf(box: Box) = listOf(box.x, box.y, box.width, box.height)

private fun checkBox(box: Box) {
    if (isBox(box)) return
    throw StepError(
        "box ${numbersOf(box).joinToString()}: expected x, y, width, height in pixels, width and " +
            "height at least 1, all below $LIMIT_PX; correct the box",
    )
}

/** The region of a photo as a picture of height x width. */
internal fun sample(
    photo: Image,
    region: Region,
    height: Int,
    width: Int,
    interpolation: String,
): Image {
    val rows = makeAxis(region.y0Q8, region.heightQ8, height, photo.height, interpolation)
    val columns = makeAxis(region.x0Q8, region.widthQ8, width, photo.width, interpolation)
    val pixels = ByteArray(height * width * photo.channels)
    val sums = IntArray((columns.last - columns.first + 1) * photo.channels)
    for (row in 0 until height) {
        sumRows(photo, rows, row, columns.first, sums)
        sumColumns(sums, columns, photo.channels, rows.total * columns.total, pixels, row * width)
    }
    return Image(height, width, photo.channels, pixels)
}

/**
 * Weighted means of pixels along an axis: taps of result pixel i end before ends[i], and total is
 * the sum of their weights. Pixels beyond the image are those at its edge.
 */
private class Axis(size: Int, val lastPixel: Long, val total: Long, taps: Int) {
    val pixels = IntArray(taps)
    val weights = IntArray(taps)
    val ends = IntArray(size)
    private var count = 0

    val first get() = pixels[0]
    val last get() = pixels[count - 1]

    fun begin(i: Int) = if (i == 0) 0 else ends[i - 1]

    fun inside(pixel: Long) = pixel.coerceIn(0, lastPixel)

    fun add(pixel: Long, weight: Long) {
        pixels[count] = inside(pixel).toInt()
        weights[count++] = weight.toInt()
    }

    fun endPixel(i: Int) {
        ends[i] = count
    }
}

private fun makeAxis(
    startQ8: Long,
    sideQ8: Long,
    size: Int,
    pixels: Int,
    interpolation: String,
): Axis {
    val averaged = ((2 * sideQ8 + 256L * size) / (512L * size)).coerceIn(1, TAPS_MAX).toInt()
    return when (interpolation) {
        "area" -> areaAxis(startQ8, sideQ8, size, pixels)
        "nearest" -> nearestAxis(startQ8, sideQ8, size, pixels)
        "bilinear" -> bilinearAxis(startQ8, sideQ8, size, pixels, 1)
        else -> bilinearAxis(startQ8, sideQ8, size, pixels, averaged)
    }
}

private fun nearestAxis(startQ8: Long, sideQ8: Long, size: Int, pixels: Int): Axis {
    val axis = Axis(size, pixels - 1L, 256, size)
    for (i in 0 until size) {
        axis.add((startQ8 + sideQ8 * (2 * i + 1) / (2L * size)).floorDiv(256L), 256)
        axis.endPixel(i)
    }
    return axis
}

/** Each result pixel is the mean of perPixel places between pixels. */
private fun bilinearAxis(
    startQ8: Long,
    sideQ8: Long,
    size: Int,
    pixels: Int,
    perPixel: Int,
): Axis {
    val places = size * perPixel
    val axis = Axis(size, pixels - 1L, 256L * perPixel, 2 * places)
    for (i in 0 until places) {
        val positionQ8 = startQ8 + sideQ8 * (2 * i + 1) / (2L * places) - 128
        val below = positionQ8.floorDiv(256L)
        val aboveQ8 = positionQ8 - 256 * below
        axis.add(below, 256 - aboveQ8)
        axis.add(below + 1, aboveQ8)
        axis.endPixel(i / perPixel)
    }
    return axis
}

/** Each result pixel is the mean of what it covers. */
private fun areaAxis(startQ8: Long, sideQ8: Long, size: Int, pixels: Int): Axis {
    val axis = Axis(size, pixels - 1L, AREA_TOTAL, 2 * size + pixels)
    for (i in 0 until size) {
        val begin = startQ8 + sideQ8 * i / size
        val end = maxOf(startQ8 + sideQ8 * (i + 1) / size, begin + 1)
        val last = axis.inside((end - 1).floorDiv(256L))
        var before = 0L
        for (pixel in axis.inside(begin.floorDiv(256L))..last) {
            val covered = (256 * (pixel + 1) - begin) * AREA_TOTAL / (end - begin)
            val share = if (pixel == last) AREA_TOTAL else covered
            axis.add(pixel, share - before)
            before = share
        }
        axis.endPixel(i)
    }
    return axis
}

/** Adds up the rows of one result row into sums, from column `first` of the image on. */
private fun sumRows(image: Image, rows: Axis, row: Int, first: Int, sums: IntArray) {
    sums.fill(0)
    for (tap in rows.begin(row) until rows.ends[row]) {
        val start = (rows.pixels[tap] * image.width + first) * image.channels
        val weight = rows.weights[tap]
        for (i in sums.indices) sums[i] += weight * (image.pixels[start + i].toInt() and 255)
    }
}

/** Adds up the columns of one result row and writes its pixels from number `start` on. */
private fun sumColumns(
    sums: IntArray,
    columns: Axis,
    channels: Int,
    total: Long,
    pixels: ByteArray,
    start: Int,
) {
    for (column in columns.ends.indices) {
        for (channel in 0 until channels) {
            var sum = 0L
            for (tap in columns.begin(column) until columns.ends[column]) {
                val from = (columns.pixels[tap] - columns.first) * channels + channel
                sum += columns.weights[tap].toLong() * sums[from]
            }
            val at = (start + column) * channels + channel
            pixels[at] = ((sum + total / 2) / total).toByte()
        }
    }
}
