// Orders of axes: [C, H, W] in contracts, [H, W, C] for images in .tflite files.
package zoo.app

/** Returns [C, H, W] values in the order [H, W, C]; those of other shapes as they are. */
fun toChannelsLast(values: FloatArray, shape: List<Int>): FloatArray {
    if (shape.size != 3) return values
    val (channels, area) = Pair(shape[0], shape[1] * shape[2])
    return FloatArray(values.size) { values[it % channels * area + it / channels] }
}

/** Returns [H, W, C] values in the order [C, H, W]; shape: that of the result. */
fun toChannelsFirst(values: FloatArray, shape: List<Int>): FloatArray {
    if (shape.size != 3) return values
    val (channels, area) = Pair(shape[0], shape[1] * shape[2])
    return FloatArray(values.size) { values[it % area * channels + it / area] }
}
