// Regions by a second network: a detector. The numpy form is zoo/data/regions.py.
package zoo.app

import zoo.steps.Box
import zoo.steps.Image
import zoo.steps.isBox

/**
 * From a detector's box to the region where the next network looks. Width and height are sums of
 * the box's width and height with these factors; the centre moves by `shift` of them.
 * passes: 2 to look again in the box of the landmarks that were found.
 */
class RegionRule(
    val width: List<Double>,
    val height: List<Double>,
    val shift: List<Double>,
    val passes: Int,
)

/** A network whose boxes are the regions of the next one. */
class Detector(val contract: Contract, val regions: RegionRule)

/** Asks the detector in every photo. */
class DetectorFinder(private val network: Network, private val rule: RegionRule) : Finder {
    override var detectorMs: Double? = null
        private set

    override fun find(photo: Image): List<Place> {
        val found = look(network, photo, whole(photo))
        detectorMs = found.inferenceMs
        return regionsOf(found, rule)
    }
}

/**
 * The regions of the boxes that a detector found, in its order. Those that no contract takes, below
 * a pixel or far out of the photo, are left out.
 */
fun regionsOf(found: Finding, rule: RegionRule): List<Place> {
    val boxes = checkNotNull(found.rows("boxes", 4)) { "the detector makes no value 'boxes'" }
    return List(boxes.shape[0]) { row ->
        val (x, y, width, height) = boxes.data.slice(4 * row until 4 * row + 4)
        Place(regionOf(Box(x, y, width, height), rule), rule.passes)
    }.filter { isBox(it.box) }
}

/** In this order of operations, as in every language, so that the bits are the same. */
private fun regionOf(box: Box, rule: RegionRule): Box {
    val width = rule.width[0] * box.width + rule.width[1] * box.height
    val height = rule.height[0] * box.width + rule.height[1] * box.height
    val x = box.x + box.width / 2 + rule.shift[0] * box.width
    val y = box.y + box.height / 2 + rule.shift[1] * box.height
    return Box(x - width / 2, y - height / 2, width, height)
}
