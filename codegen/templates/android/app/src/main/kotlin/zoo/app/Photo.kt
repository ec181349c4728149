// Photos as contract steps take them.
package zoo.app

import android.content.res.AssetManager
import android.graphics.Bitmap
import android.graphics.BitmapFactory
import zoo.steps.Image

/** Returns RGB pixels. */
fun Bitmap.toImage(): Image {
    val argb = IntArray(width * height)
    getPixels(argb, 0, width, 0, 0, width, height)
    // Blue is in the lowest byte, red in the third.
    val pixels = ByteArray(3 * argb.size) { (argb[it / 3] shr (16 - 8 * (it % 3))).toByte() }
    return Image(height, width, 3, pixels)
}

/** Returns a picture of the self-test. */
fun readPicture(assets: AssetManager, name: String): Image {
    val bitmap = assets.open("$name.png").use(BitmapFactory::decodeStream)
    return checkNotNull(bitmap) { "$name.png cannot be read" }.toImage()
}
