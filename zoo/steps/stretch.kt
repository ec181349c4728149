// Step stretch: resample the whole box to the network's size.
// The numpy form is zoo/steps/stretch.py.
package zoo.steps

/** Replaces the image by its box, resampled to size = [height, width]. */
fun Frame.stretch(size: List<Int>, interpolation: String): Frame {
    val place = boxRegion(box)
    return Frame(sample(image, place, size[0], size[1], interpolation), box, place)
}
