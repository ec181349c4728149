// Step center_crop: resize the box, then cut its centre out.
// The numpy form is zoo/steps/center_crop.py.
package zoo.steps

/**
 * Replaces the image by the centre, size = [height, width], of its box. That has a short side of
 * shortSide pixels, or sides = [height, width] if given.
 */
fun Frame.centerCrop(
    shortSide: Int,
    size: List<Int>,
    interpolation: String,
    sides: List<Int>,
): Frame {
    val place = boxRegion(box)
    val shorter = minOf(place.widthQ8, place.heightQ8)
    val resized = listOf(place.heightQ8, place.widthQ8).mapIndexed { axis, side ->
        if (sides.isEmpty()) side * shortSide / shorter else sides[axis].toLong()
    }
    val (x0, width) = cut(place.x0Q8, place.widthQ8, resized[1], size[1])
    val (y0, height) = cut(place.y0Q8, place.heightQ8, resized[0], size[0])
    val part = Region(x0, y0, width, height)
    return Frame(sample(image, part, size[0], size[1], interpolation), box, part)
}

/** Start and side of what remains along an axis. */
private fun cut(start: Long, side: Long, resized: Long, pixels: Int): Pair<Long, Long> {
    val rest = resized - pixels
    val before = (rest + (rest / 2) % 2) / 2 // half of it, to even
    return Pair(start + roundDivide(before * side, resized), roundDivide(pixels * side, resized))
}
