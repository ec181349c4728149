// Grey levels of a picture. The numpy form is zoo/steps/levels.py.
package zoo.steps

/** How many pixels of a gray image have each level. */
internal fun levelCounts(image: Image): LongArray {
    val counts = LongArray(256)
    for (pixel in image.pixels) counts[pixel.toInt() and 255]++
    return counts
}

/** Level p replaced by 255 clamp(places[p], 0, total) / total, rounded; the same if total is 0. */
internal fun replacedLevels(image: Image, places: LongArray, total: Long): Image {
    if (total == 0L) return image
    val levels = ByteArray(256) {
        ((510 * places[it].coerceIn(0, total) + total) / (2 * total)).toByte()
    }
    val pixels = ByteArray(image.pixels.size) { levels[image.pixels[it].toInt() and 255] }
    return Image(image.height, image.width, image.channels, pixels)
}
