// Step equalize: histogram equalisation of a gray picture.
// The numpy form is zoo/steps/equalize.py.
package zoo.steps

/** Replaces grey levels so that they become about equally frequent; the darkest becomes 0. */
fun Frame.equalize(): Frame {
    val counts = levelCounts(image)
    val atDarkest = counts.first { it > 0 }
    var below = -atDarkest
    val places = LongArray(256) { level -> (below + counts[level]).also { below = it } }
    return Frame(replacedLevels(image, places, image.pixels.size - atDarkest), box, region)
}
