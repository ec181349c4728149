// Pre- and post-processing of pfld_0.25x.300w68. Generated from its contract.
package zoo.app

import zoo.steps.Frame
import zoo.steps.Values
import zoo.steps.aspectRatios
import zoo.steps.crop
import zoo.steps.headPose
import zoo.steps.landmarks
import zoo.steps.normalize
import zoo.steps.resize

// pfld_0.25x.300w68
private fun preprocessForNetwork(photo: Frame): Frame = photo
    .crop(1.2, listOf(1, 1))
    .resize(listOf(112, 112), "antialiased")
    .normalize(listOf(128, 128, 128), listOf(128, 128, 128))

@Suppress("UNUSED_PARAMETER")
private fun postprocessOfNetwork(outputs: Values, frame: Frame): Values = outputs
    .landmarks(
        frame,
        "landmarks",
        68,
        listOf(
            listOf(0.1027, 0.2665),
            listOf(0.1057, 0.3711),
            listOf(0.1171, 0.4755),
            listOf(0.1387, 0.5778),
            listOf(0.1793, 0.6729),
            listOf(0.2419, 0.7558),
            listOf(0.3185, 0.8252),
            listOf(0.4035, 0.8808),
            listOf(0.5, 0.8967),
            listOf(0.5965, 0.8808),
            listOf(0.6815, 0.8252),
            listOf(0.7581, 0.7558),
            listOf(0.8207, 0.6729),
            listOf(0.8613, 0.5778),
            listOf(0.8829, 0.4755),
            listOf(0.8943, 0.3711),
            listOf(0.8973, 0.2665),
            listOf(0.1793, 0.184),
            listOf(0.2285, 0.1414),
            listOf(0.2965, 0.1289),
            listOf(0.367, 0.1386),
            listOf(0.4342, 0.1646),
            listOf(0.5658, 0.1646),
            listOf(0.633, 0.1386),
            listOf(0.7035, 0.1289),
            listOf(0.7715, 0.1414),
            listOf(0.8207, 0.184),
            listOf(0.5, 0.2486),
            listOf(0.5, 0.3172),
            listOf(0.5, 0.3851),
            listOf(0.5, 0.4548),
            listOf(0.4201, 0.5009),
            listOf(0.4586, 0.515),
            listOf(0.5, 0.5275),
            listOf(0.5414, 0.515),
            listOf(0.5799, 0.5009),
            listOf(0.2587, 0.2585),
            listOf(0.3008, 0.2333),
            listOf(0.3527, 0.234),
            listOf(0.3962, 0.2676),
            listOf(0.3486, 0.2776),
            listOf(0.2977, 0.2768),
            listOf(0.6038, 0.2676),
            listOf(0.6473, 0.234),
            listOf(0.6992, 0.2333),
            listOf(0.7413, 0.2585),
            listOf(0.7023, 0.2768),
            listOf(0.6514, 0.2776),
            listOf(0.3473, 0.6299),
            listOf(0.403, 0.6061),
            listOf(0.4605, 0.5942),
            listOf(0.5, 0.6039),
            listOf(0.5395, 0.5942),
            listOf(0.597, 0.6061),
            listOf(0.6527, 0.6299),
            listOf(0.5989, 0.6846),
            listOf(0.5429, 0.7082),
            listOf(0.5, 0.7125),
            listOf(0.4571, 0.7082),
            listOf(0.4011, 0.6846),
            listOf(0.3707, 0.6329),
            listOf(0.4599, 0.6284),
            listOf(0.5, 0.6325),
            listOf(0.5401, 0.6284),
            listOf(0.6293, 0.6329),
            listOf(0.5408, 0.6567),
            listOf(0.5, 0.6614),
            listOf(0.4592, 0.6567),
        ),
        "xyxy",
        2,
        true,
    )
    .aspectRatios(frame, "ibug68")
    .headPose(
        frame,
        listOf(17, 21, 22, 26, 27, 30, 33, 36, 39, 42, 45),
        listOf(
            listOf(-0.6649, -0.5823, 0.1043),
            listOf(-0.1362, -0.6222, -0.3148),
            listOf(0.1362, -0.6222, -0.3148),
            listOf(0.6649, -0.5823, 0.1043),
            listOf(0.0, -0.4511, -0.3074),
            listOf(0.0, -0.0327, -0.5757),
            listOf(0.0, 0.1151, -0.3708),
            listOf(-0.5, -0.431, 0.0185),
            listOf(-0.215, -0.4124, -0.0641),
            listOf(0.215, -0.4124, -0.0641),
            listOf(0.5, -0.431, 0.0185),
        ),
    )

private val contractOfNetwork = Contract(
    "pfld_0.25x.300w68",
    "model.tflite",
    true,
    TensorSpec("image", listOf(3, 112, 112)),
    listOf(
        TensorSpec("landmarks", listOf(136)),
    ),
    ::preprocessForNetwork,
    ::postprocessOfNetwork,
)

/** The network whose values are shown. */
val NETWORK = contractOfNetwork

/** What finds its regions, if anything does. */
val DETECTOR: Detector? = null
