// Step gray: one channel of integer luma. The numpy form is zoo/steps/gray.py.
package zoo.steps

/** Replaces RGB by luma, (77 R + 150 G + 29 B + 128) / 256. */
fun Frame.gray(): Frame {
    val luma = ByteArray(image.height * image.width) { i ->
        val (red, green, blue) = List(3) { image.pixels[3 * i + it].toInt() and 255 }
        ((77 * red + 150 * green + 29 * blue + 128) / 256).toByte()
    }
    return Frame(Image(image.height, image.width, 1, luma), box, region)
}
