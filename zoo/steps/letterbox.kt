// Step letterbox: fit the box into the network's size, the rest in one colour.
// The numpy form is zoo/steps/letterbox.py.
package zoo.steps

/** Replaces the image by its box, fitted into size = [height, width]. */
fun Frame.letterbox(
    size: List<Int>,
    padding: List<Int>,
    place: String,
    interpolation: String,
    fill: String,
): Frame {
    val outer = boxRegion(box)
    var (height, width) = size
    val isNarrow = height * outer.widthQ8 <= width * outer.heightQ8
    if (fill == "height" || (fill == "either" && isNarrow)) {
        val following = roundDivide(outer.widthQ8 * height, outer.heightQ8)
        width = following.coerceIn(1, width.toLong()).toInt()
    } else {
        val following = roundDivide(outer.heightQ8 * width, outer.widthQ8)
        height = following.coerceIn(1, height.toLong()).toInt()
    }
    val top = if (place == "center") (size[0] - height) / 2 else 0
    val left = if (place == "center") (size[1] - width) / 2 else 0
    val inner = sample(image, outer, height, width, interpolation)
    val region = Region(
        outer.x0Q8 - roundDivide(left * outer.widthQ8, width.toLong()),
        outer.y0Q8 - roundDivide(top * outer.heightQ8, height.toLong()),
        roundDivide(size[1] * outer.widthQ8, width.toLong()),
        roundDivide(size[0] * outer.heightQ8, height.toLong()),
    )
    return Frame(framed(inner, size[0], size[1], top, left, padding), box, region)
}

/** A picture of one colour, on which another one lies from row `top` and column `left` on. */
private fun framed(
    inner: Image,
    height: Int,
    width: Int,
    top: Int,
    left: Int,
    padding: List<Int>,
): Image {
    val pixels = ByteArray(height * width * padding.size) { padding[it % padding.size].toByte() }
    val rowBytes = inner.width * inner.channels
    for (row in 0 until inner.height) {
        val start = ((top + row) * width + left) * inner.channels
        inner.pixels.copyInto(pixels, start, row * rowBytes, (row + 1) * rowBytes)
    }
    return Image(height, width, inner.channels, pixels)
}
