// Shows the photo with box, landmarks and a line of text.
package zoo.app

import android.content.Context
import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Color
import android.graphics.Paint
import android.view.View
import zoo.steps.Tensor

private const val POINT_PX = 1.5f
private const val TEXT_PX = 40f

class FaceView(context: Context) : View(context) {
    private val paint = Paint(Paint.ANTI_ALIAS_FLAG).apply {
        color = Color.GREEN
        textSize = TEXT_PX
    }
    private var photo: Bitmap? = null
    private var face: Face? = null

    /** Set from the main thread. */
    var text = ""
        set(value) {
            field = value
            invalidate()
        }

    fun show(photo: Bitmap, face: Face) {
        this.photo = photo
        this.face = face
        invalidate()
    }

    override fun onDraw(canvas: Canvas) {
        canvas.drawColor(Color.BLACK)
        photo?.let { drawPhoto(canvas, it) }
        paint.style = Paint.Style.FILL
        canvas.drawText(text, TEXT_PX, height - 2 * TEXT_PX, paint)
    }

    private fun drawPhoto(canvas: Canvas, photo: Bitmap) {
        val scale = minOf(width.toFloat() / photo.width, height.toFloat() / photo.height)
        canvas.save()
        canvas.scale(scale, scale)
        canvas.drawBitmap(photo, 0f, 0f, null)
        face?.let { drawFace(canvas, it) }
        canvas.restore()
    }

    private fun drawFace(canvas: Canvas, face: Face) {
        val (left, top) = Pair(face.box.x.toFloat(), face.box.y.toFloat())
        val (right, bottom) = Pair(left + face.box.width.toFloat(), top + face.box.height.toFloat())
        paint.style = Paint.Style.STROKE
        canvas.drawRect(left, top, right, bottom, paint)
        paint.style = Paint.Style.FILL
        face.values["landmarks"]?.takeIf { it.shape.size == 2 }?.let { drawPoints(canvas, it) }
    }

    private fun drawPoints(canvas: Canvas, landmarks: Tensor) {
        for (i in landmarks.data.indices step 2) {
            // Landmarks have pixel centres at integers, the canvas edges.
            val (x, y) = Pair(landmarks.data[i] + 0.5, landmarks.data[i + 1] + 0.5)
            canvas.drawCircle(x.toFloat(), y.toFloat(), POINT_PX, paint)
        }
    }
}
