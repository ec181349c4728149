// Step crop: choose a region around a box. The numpy form is zoo/steps/crop.py.
package zoo.steps

/** Sets the region to the smallest rectangle of aspect [height, width] around the box, scaled. */
fun Frame.crop(scale: Number, aspect: List<Int>): Frame {
    val place = boxRegion(box)
    val factorQ16 = toFixedPoint(scale.toDouble(), 65536)
    val (high, wide) = aspect
    val isWide = place.widthQ8 * high >= place.heightQ8 * wide
    val side = (if (isWide) place.widthQ8 else place.heightQ8) * factorQ16
    val width = if (isWide) scaled(side, 1, 1) else scaled(side, wide, high)
    val height = if (isWide) scaled(side, high, wide) else scaled(side, 1, 1)
    val region = Region(
        (2 * place.x0Q8 + place.widthQ8 - width).floorDiv(2L),
        (2 * place.y0Q8 + place.heightQ8 - height).floorDiv(2L),
        width,
        height,
    )
    return Frame(image, box, region)
}

private fun scaled(sideQ24: Long, up: Int, down: Int): Long =
    (sideQ24 * up + 32768L * down).floorDiv(65536L * down)
