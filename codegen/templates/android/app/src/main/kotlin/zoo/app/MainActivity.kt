// Checks the network with the bundle's pictures, then tracks what the camera sees.
package zoo.app

import android.Manifest
import android.graphics.Bitmap
import android.os.Bundle
import androidx.activity.ComponentActivity
import androidx.activity.result.contract.ActivityResultContracts
import java.util.Locale
import java.util.concurrent.Executors

class MainActivity : ComponentActivity() {
    private val worker = Executors.newSingleThreadExecutor()
    private val tracker = Tracker(Contract.HAS_LANDMARKS)
    private lateinit var view: FindingView
    private lateinit var network: LitertNetwork // made and run by the worker
    private val permission =
        registerForActivityResult(ActivityResultContracts.RequestPermission()) { granted ->
            if (granted) {
                startCamera(this, worker, ::look)
            } else {
                view.text = "This app needs the camera."
            }
        }

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        view = FindingView(this)
        setContentView(view)
        worker.execute(::prove)
    }

    override fun onDestroy() {
        worker.execute { if (::network.isInitialized) network.close() }
        worker.shutdown()
        super.onDestroy()
    }

    private fun prove() {
        network = LitertNetwork(assets)
        val golden = readGolden(assets.open("selftest.txt").bufferedReader().use { it.readText() })
        val wrong = selfTest(network, golden) { readPicture(assets, it) }
        val result = wrong.firstOrNull() ?: "${golden.size} pictures as when the bundle was made"
        runOnUiThread {
            view.text = "Self-test: $result"
            if (wrong.isEmpty()) permission.launch(Manifest.permission.CAMERA)
        }
    }

    private fun look(photo: Bitmap) {
        val image = photo.toImage()
        val finding = look(network, image, tracker.find(image))
        tracker.follow(image, finding)
        val text = "%s: %.2f ms".format(Locale.ROOT, Contract.MODEL, finding.inferenceMs)
        runOnUiThread {
            view.show(photo, finding)
            view.text = text
        }
    }
}
