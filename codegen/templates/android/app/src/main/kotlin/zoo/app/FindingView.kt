// Shows the photo with boxes, landmarks, masks and lines of text.
package zoo.app

import android.content.Context
import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Color
import android.graphics.Paint
import android.view.View
import zoo.steps.Tensor
import zoo.steps.Values

private const val POINT_PX = 1.5f
private const val TEXT_PX = 40f

class FindingView(context: Context) : View(context) {
    private val paint = Paint(Paint.ANTI_ALIAS_FLAG).apply {
        color = Color.GREEN
        textSize = TEXT_PX
    }
    private var photo: Bitmap? = null
    private var findings = listOf<Finding>()

    /** Set from the main thread. */
    var text = ""
        set(value) {
            field = value
            invalidate()
        }

    fun show(photo: Bitmap, findings: List<Finding>) {
        this.photo = photo
        this.findings = findings
        invalidate()
    }

    override fun onDraw(canvas: Canvas) {
        canvas.drawColor(Color.BLACK)
        photo?.let { drawPhoto(canvas, it) }
        paint.style = Paint.Style.FILL
        val lines = findings.flatMap { bestClasses(it.values) }
        (listOf(text) + lines.reversed()).forEachIndexed { i, line ->
            canvas.drawText(line, TEXT_PX, height - (2 + i) * TEXT_PX, paint)
        }
    }

    private fun drawPhoto(canvas: Canvas, photo: Bitmap) {
        val scale = minOf(width.toFloat() / photo.width, height.toFloat() / photo.height)
        canvas.save()
        canvas.scale(scale, scale)
        canvas.drawBitmap(photo, 0f, 0f, null)
        findings.forEach { drawFinding(canvas, it) }
        canvas.restore()
    }

    private fun drawFinding(canvas: Canvas, finding: Finding) {
        maskParts(finding.values).forEach { drawPart(canvas, it) }
        val box = finding.box
        drawBox(canvas, doubleArrayOf(box.x, box.y, box.width, box.height))
        finding.rows("boxes", 4)?.let { drawFound(canvas, it.data, finding.values) }
        finding.keypoints()?.let { drawPoints(canvas, it) }
        finding.rows("landmarks", 2)?.let { drawPoints(canvas, it) }
    }

    private fun drawPart(canvas: Canvas, part: MaskPart) {
        paint.color = part.color
        val (left, top) = Pair(part.x.toFloat(), part.y.toFloat())
        canvas.drawRect(left, top, left + part.width, top + part.height, paint)
        paint.color = Color.GREEN
    }

    private fun drawFound(canvas: Canvas, boxes: DoubleArray, values: Values) {
        for (i in boxes.indices step 4) {
            drawBox(canvas, boxes.copyOfRange(i, i + 4))
            val label = boxLabel(values, i / 4)
            canvas.drawText(label, boxes[i].toFloat(), boxes[i + 1].toFloat(), paint)
        }
    }

    /** box: x, y, width, height. */
    private fun drawBox(canvas: Canvas, box: DoubleArray) {
        val (left, top) = Pair(box[0].toFloat(), box[1].toFloat())
        val (right, bottom) = Pair((box[0] + box[2]).toFloat(), (box[1] + box[3]).toFloat())
        paint.style = Paint.Style.STROKE
        canvas.drawRect(left, top, right, bottom, paint)
        paint.style = Paint.Style.FILL
    }

    private fun drawPoints(canvas: Canvas, landmarks: Tensor) {
        for (i in landmarks.data.indices step 2) {
            // Landmarks have pixel centres at integers, the canvas edges.
            val (x, y) = Pair(landmarks.data[i] + 0.5, landmarks.data[i + 1] + 0.5)
            canvas.drawCircle(x.toFloat(), y.toFloat(), POINT_PX, paint)
        }
    }
}
