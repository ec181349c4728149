// The result of the network for one region of a photo.
package zoo.app

import zoo.steps.Box
import zoo.steps.Frame
import zoo.steps.Image
import zoo.steps.Tensor
import zoo.steps.Values
import zoo.steps.isBox

/** A contract's network, loaded. */
interface Network {
    val contract: Contract

    /** Computes outputs by name from the input, [C, H, W]. */
    fun run(inputChw: FloatArray): Values
}

/** outputs: of the network.  values: the outputs and the values that the contract adds. */
class Finding(val box: Box, val outputs: Values, val values: Values, val inferenceMs: Double) {
    /** A value with rows [N, columns] of numbers; null if the contract has none of this name. */
    fun rows(name: String, columns: Int): Tensor? =
        (values[name] as? Tensor)?.takeIf { it.shape.size == 2 && it.shape[1] == columns }

    /** The value 'keypoints' [N, K, 2] of the boxes; null if the contract has none. */
    fun keypoints(): Tensor? =
        (values["keypoints"] as? Tensor)?.takeIf { it.shape.size == 3 && it.shape[2] == 2 }
}

/** Processes one box of a photo; throws StepError for an invalid box. */
fun look(network: Network, photo: Image, box: Box): Finding {
    val frame = network.contract.preprocess(Frame(photo, box))
    val inputChw = checkNotNull(frame.inputChw) { "the contract's last step is no 'normalize'" }
    val start = System.nanoTime()
    val outputs = network.run(inputChw)
    val inferenceMs = (System.nanoTime() - start) / 1e6
    return Finding(box, outputs, network.contract.postprocess(outputs, frame), inferenceMs)
}

/** Processes a region of a photo, and the box of its landmarks if the region asks for it. */
fun lookAt(network: Network, photo: Image, place: Place): Finding {
    var finding = look(network, photo, place.box)
    repeat(place.passes - 1) {
        val landmarks = finding.rows("landmarks", 2)?.takeIf { it.data.isNotEmpty() }
        val again = landmarks?.let(::span)?.takeIf(::isBox) ?: return finding
        finding = look(network, photo, again)
    }
    return finding
}
