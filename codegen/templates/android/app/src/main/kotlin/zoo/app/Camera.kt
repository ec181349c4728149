// The camera: delivers upright photos one by one.
package zoo.app

import android.graphics.Bitmap
import androidx.activity.ComponentActivity
import androidx.camera.core.CameraSelector
import androidx.camera.core.ImageAnalysis
import androidx.camera.lifecycle.ProcessCameraProvider
import androidx.core.content.ContextCompat
import java.util.concurrent.Executor

/** Passes each photo to `look` on the worker; photos that arrive meanwhile are dropped. */
fun startCamera(activity: ComponentActivity, worker: Executor, look: (Bitmap) -> Unit) {
    val analysis = ImageAnalysis.Builder()
        .setOutputImageFormat(ImageAnalysis.OUTPUT_IMAGE_FORMAT_RGBA_8888)
        .setOutputImageRotationEnabled(true)
        .setBackpressureStrategy(ImageAnalysis.STRATEGY_KEEP_ONLY_LATEST)
        .build()
    analysis.setAnalyzer(worker) { photo -> photo.use { look(it.toBitmap()) } }
    val provider = ProcessCameraProvider.getInstance(activity)
    provider.addListener(
        { provider.get().bindToLifecycle(activity, selectCamera(provider.get()), analysis) },
        ContextCompat.getMainExecutor(activity),
    )
}

private fun selectCamera(provider: ProcessCameraProvider): CameraSelector {
    val front = CameraSelector.DEFAULT_FRONT_CAMERA
    return if (provider.hasCamera(front)) front else CameraSelector.DEFAULT_BACK_CAMERA
}
