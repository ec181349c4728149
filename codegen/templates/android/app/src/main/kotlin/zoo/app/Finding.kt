// What the network says about one part of a photo.
package zoo.app

import zoo.steps.Box
import zoo.steps.Frame
import zoo.steps.Image
import zoo.steps.Tensor
import zoo.steps.Values

/** Computes outputs by name from the input, [C, H, W]. */
fun interface Network {
    fun run(inputChw: FloatArray): Values
}

/** outputs: the network's own.  values: these, and what the contract adds to them. */
class Finding(val box: Box, val outputs: Values, val values: Values, val inferenceMs: Double) {
    /** A value of rows [N, columns] of numbers, null where the contract makes none of this name. */
    fun rows(name: String, columns: Int): Tensor? =
        (values[name] as? Tensor)?.takeIf { it.shape.size == 2 && it.shape[1] == columns }
}

/** Looks at one box of a photo; throws StepError for a box that cannot be. */
fun look(network: Network, photo: Image, box: Box): Finding {
    val frame = Contract.preprocess(Frame(photo, box))
    val inputChw = checkNotNull(frame.inputChw) { "the contract's last step is no 'normalize'" }
    val start = System.nanoTime()
    val outputs = network.run(inputChw)
    val inferenceMs = (System.nanoTime() - start) / 1e6
    return Finding(box, outputs, Contract.postprocess(outputs, frame), inferenceMs)
}
