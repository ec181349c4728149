// A network, and the steps around it; Networks.kt defines the app's from their contracts.
package zoo.app

import zoo.steps.Frame
import zoo.steps.Values

/** An input or output of the network. shape: without the batch, such as [3, 112, 112]. */
class TensorSpec(val name: String, val shape: List<Int>)

/**
 * file: of the network, among the assets.  hasLandmarks: whether it adds 'landmarks' [K, 2], which
 * can be tracked.  preprocess: from a photo and a box to the input.  postprocess: from the outputs
 * to values.
 */
class Contract(
    val model: String,
    val file: String,
    val hasLandmarks: Boolean,
    val input: TensorSpec,
    val outputs: List<TensorSpec>,
    val preprocess: (Frame) -> Frame,
    val postprocess: (Values, Frame) -> Values,
)
