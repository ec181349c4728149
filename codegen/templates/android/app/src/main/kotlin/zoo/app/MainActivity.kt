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
    private lateinit var view: FindingView

    // Made and run by the worker.
    private lateinit var network: LitertNetwork
    private var detector: LitertNetwork? = null
    private var finder: Finder = Tracker(NETWORK.hasLandmarks)

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
        worker.execute {
            if (::network.isInitialized) network.close()
            detector?.close()
        }
        worker.shutdown()
        super.onDestroy()
    }

    private fun prove() {
        network = LitertNetwork(assets, NETWORK)
        val wrong = differences(network, "").toMutableList()
        DETECTOR?.let {
            val own = LitertNetwork(assets, it.contract)
            detector = own
            finder = DetectorFinder(own, it.regions)
            wrong += differences(own, "detector/")
        }
        runOnUiThread {
            view.text = "Self-test: ${wrong.firstOrNull() ?: "as when the bundle was made"}"
            if (wrong.isEmpty()) permission.launch(Manifest.permission.CAMERA)
        }
    }

    /** What is wrong with a network's outputs. folder: of its pictures. */
    private fun differences(network: Network, folder: String): List<String> {
        val text = assets.open("${folder}selftest.txt").bufferedReader().use { it.readText() }
        return selfTest(network, readGolden(text)) { readPicture(assets, folder + it) }
    }

    private fun look(photo: Bitmap) {
        val image = photo.toImage()
        val findings = finder.find(image).map { lookAt(network, image, it) }
        finder.follow(image, findings)
        val times = findings.map { Pair(NETWORK.model, it.inferenceMs) } +
            listOfNotNull(finder.detectorMs?.let { Pair("detector", it) })
        val text = times.joinToString { (what, ms) -> "%s: %.2f ms".format(Locale.ROOT, what, ms) }
        runOnUiThread {
            view.show(photo, findings)
            view.text = text
        }
    }
}
