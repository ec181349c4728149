// Tracks one box from photo to photo by its landmarks.
package zoo.app

import zoo.steps.Box
import zoo.steps.Image
import zoo.steps.Tensor

private const val EDGE_MIN = 8
private const val PART = 0.6

/**
 * Starts in the middle of the photo, and again when the target is lost.
 *
 * hasLandmarks: whether the contract makes any; without, a network sees the whole photo.
 */
class Tracker(private val hasLandmarks: Boolean) : Finder {
    private var last: Box? = null

    override fun find(photo: Image): List<Place> =
        listOf(Place(last ?: if (hasLandmarks) middle(photo) else whole(photo)))

    override fun follow(photo: Image, findings: List<Finding>) {
        val landmarks = findings.single().rows("landmarks", 2)?.takeIf { it.data.isNotEmpty() }
        last = landmarks?.let(::span)?.takeIf { isVisible(it, photo) }
    }
}

/** The square in the middle of a photo where tracking starts. */
fun middle(photo: Image): Box {
    val side = PART * minOf(photo.height, photo.width)
    return Box((photo.width - side) / 2, (photo.height - side) / 2, side, side)
}

/** The bounding box of landmarks [K, 2]: of their pixels, whose centres are at integers. */
fun span(landmarks: Tensor): Box {
    val (xs, ys) = landmarks.data.withIndex().partition { it.index % 2 == 0 }
    val (left, right) = Pair(xs.minOf { it.value }, xs.maxOf { it.value })
    val (top, bottom) = Pair(ys.minOf { it.value }, ys.maxOf { it.value })
    return Box(left + 0.5, top + 0.5, right - left, bottom - top)
}

/** A box is lost if it is tiny, its centre is outside the photo, or it has a nan. */
private fun isVisible(box: Box, photo: Image): Boolean {
    val (x, y) = Pair(box.x + box.width / 2, box.y + box.height / 2)
    val isLarge = box.width >= EDGE_MIN && box.height >= EDGE_MIN
    return isLarge && x >= 0 && x < photo.width && y >= 0 && y < photo.height
}
