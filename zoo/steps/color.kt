// Step color: order of the colour channels. The numpy form is zoo/steps/color.py.
package zoo.steps

/** Puts the channels of an RGB image into another order, "rgb" or "bgr". */
fun Frame.color(order: String): Frame {
    if (order == "rgb") return this
    val pixels = ByteArray(image.pixels.size) { image.pixels[it - it % 3 + 2 - it % 3] }
    return Frame(Image(image.height, image.width, image.channels, pixels), box, region)
}
