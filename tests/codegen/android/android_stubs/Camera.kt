@file:Suppress("UNUSED_PARAMETER")

package androidx.camera.core

import android.graphics.Bitmap
import java.util.concurrent.Executor

class CameraSelector {
    companion object {
        val DEFAULT_FRONT_CAMERA = CameraSelector()
        val DEFAULT_BACK_CAMERA = CameraSelector()
    }
}

interface ImageProxy : AutoCloseable {
    fun toBitmap(): Bitmap
}

class ImageAnalysis {
    fun interface Analyzer {
        fun analyze(image: ImageProxy)
    }

    fun setAnalyzer(executor: Executor, analyzer: Analyzer) {}

    class Builder {
        fun setOutputImageFormat(format: Int): Builder = this

        fun setOutputImageRotationEnabled(enabled: Boolean): Builder = this

        fun setBackpressureStrategy(strategy: Int): Builder = this

        fun build(): ImageAnalysis = ImageAnalysis()
    }

    companion object {
        const val OUTPUT_IMAGE_FORMAT_RGBA_8888 = 2
        const val STRATEGY_KEEP_ONLY_LATEST = 0
    }
}
