// Step resize: resample the region to the network's size, in integers only.
// The numpy form is zoo/steps/resize.py.
package zoo.steps

/** Replaces the image by its region, resampled to size = [height, width]. */
fun Frame.resize(size: List<Int>, interpolation: String): Frame {
    val place = requireNotNull(region) { "step 'crop' comes before 'resize'" }
    return Frame(sample(image, place, size[0], size[1], interpolation), box, region)
}
