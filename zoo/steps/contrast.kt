// Step contrast: grey levels stretched to the full range.
// The numpy form is zoo/steps/contrast.py.
package zoo.steps

/** Makes the darkest pixels 0 and the brightest 255, `cutPercent` of all each, linearly between. */
fun Frame.contrast(cutPercent: Int): Frame {
    val counts = levelCounts(image)
    val cut = image.pixels.size.toLong() * cutPercent / 100
    val low = levelAfter(cut, counts)
    val high = levelAfter(image.pixels.size - cut - 1, counts)
    val places = LongArray(256) { it - low }
    return Frame(replacedLevels(image, places, high - low), box, region)
}

/** The level of the pixel with this many pixels before it in order of level. */
private fun levelAfter(before: Long, counts: LongArray): Long {
    var upTo = 0L
    return counts.indexOfFirst { count -> upTo += count; upTo > before }.toLong()
}
