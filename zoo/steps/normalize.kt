// Step normalize: from pixels to the network's float input.
// The numpy form is zoo/steps/normalize.py.
package zoo.steps

/** Computes x = (pixel - mean) / std for each channel, in float32 and [C, H, W] order. */
fun Frame.normalize(mean: List<Number>, std: List<Number>): Frame {
    val area = image.height * image.width
    val inputChw = FloatArray(mean.size * area)
    for (c in mean.indices) {
        val (offset, divisor) = Pair(mean[c].toFloat(), std[c].toFloat())
        for (i in 0 until area) {
            val pixel = image.pixels[i * mean.size + c].toInt() and 255
            inputChw[c * area + i] = (pixel.toFloat() - offset) / divisor
        }
    }
    return Frame(image, box, region, inputChw)
}
