@file:Suppress("UNUSED_PARAMETER")

package android.graphics

import java.io.InputStream

class Bitmap {
    val width = 0
    val height = 0

    fun getPixels(to: IntArray, at: Int, stride: Int, x: Int, y: Int, width: Int, height: Int) {}
}

object BitmapFactory {
    class Options

    fun decodeStream(stream: InputStream): Bitmap? = TODO()

    fun decodeStream(stream: InputStream, padding: Any?, options: Options): Bitmap? = TODO()
}

object Color {
    const val BLACK = 0
    const val GREEN = 0
}

class Paint(flags: Int) {
    enum class Style { FILL, STROKE }

    var color = 0
    var textSize = 0f
    var style = Style.FILL

    companion object {
        const val ANTI_ALIAS_FLAG = 1
    }
}

class Canvas {
    fun save(): Int = 0

    fun restore() {}

    fun scale(x: Float, y: Float) {}

    fun drawColor(color: Int) {}

    fun drawBitmap(bitmap: Bitmap, left: Float, top: Float, paint: Paint?) {}

    fun drawText(text: String, x: Float, y: Float, paint: Paint) {}

    fun drawRect(left: Float, top: Float, right: Float, bottom: Float, paint: Paint) {}

    fun drawCircle(x: Float, y: Float, radius: Float, paint: Paint) {}
}
