// Where to look in a photo.
package zoo.app

import zoo.steps.Box
import zoo.steps.Image

/**
 * A region of a photo. passes: how often to look; each further time in the box of the landmarks
 * just found.
 */
class Place(val box: Box, val passes: Int = 1)

interface Finder {
    /** The regions of a photo to look at. */
    fun find(photo: Image): List<Place>

    /** Reports what was found in the last photo's regions, in their order. */
    fun follow(photo: Image, findings: List<Finding>) {}

    /** Milliseconds of a detector's network for the last photo; null without one. */
    val detectorMs: Double?
        get() = null
}

fun whole(photo: Image) = Box(0.0, 0.0, photo.width.toDouble(), photo.height.toDouble())
