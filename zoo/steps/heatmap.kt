// Step heatmap: from a map for each landmark to landmarks in the photo's pixels. The formulas are
// in the numpy form, zoo/steps/heatmap.py.
package zoo.steps

/** Adds values "landmarks" [K, 2], pixel centres at integers, and "landmark_scores" [K]. */
fun Values.heatmap(
    frame: Frame,
    output: String,
    channels: String,
    subPixel: String,
    alignment: String,
): Values {
    val maps = Maps(this, output, channels)
    val region = requireNotNull(frame.region) { "a step before the network sets the region" }
    val origin = listOf(region.x0Q8, region.y0Q8)
    val spans = listOf(region.widthQ8, region.heightQ8)
    val sides = listOf(maps.columns, maps.rows)
    val best = List(maps.channels) { highestPixel(maps, it) }
    val landmarks = best.flatMapIndexed { k, pixel ->
        val places = if (subPixel == "soft") meanPixel(maps, k) else peak(maps, k, pixel, subPixel)
        places.mapIndexed { axis, place ->
            if (alignment == "top_left") {
                (origin[axis] + place / sides[axis] * spans[axis]) / 256
            } else {
                (origin[axis] + (place + 0.5) / sides[axis] * spans[axis]) / 256 - 0.5
            }
        }
    }
    val scores = DoubleArray(maps.channels) { maps.at(it, best[it]) }
    return this + mapOf(
        "landmarks" to Tensor(listOf(maps.channels, 2), landmarks.toDoubleArray()),
        "landmark_scores" to Tensor(listOf(maps.channels), scores),
    )
}

/** The pixel with the highest number, of equal ones the first. */
private fun highestPixel(maps: Maps, channel: Int): Int {
    var best = 0
    var highest = Double.NEGATIVE_INFINITY
    for (i in 0 until maps.rows * maps.columns) {
        if (maps.at(channel, i) > highest) {
            highest = maps.at(channel, i)
            best = i
        }
    }
    return best
}

/** x and y of a pixel, moved towards its higher neighbours if subPixel says so. */
private fun peak(maps: Maps, channel: Int, pixel: Int, subPixel: String): List<Double> {
    val steps = listOf(1, maps.columns)
    val sides = listOf(maps.columns, maps.rows)
    return listOf(pixel % maps.columns, pixel / maps.columns).mapIndexed { axis, place ->
        if (place == 0 || place == sides[axis] - 1) {
            place.toDouble()
        } else {
            val before = maps.at(channel, pixel - steps[axis])
            val after = maps.at(channel, pixel + steps[axis])
            place + shift(before, maps.at(channel, pixel), after, subPixel)
        }
    }
}

/** Parts of a pixel from the highest number to the place of the top between its neighbours. */
private fun shift(before: Double, top: Double, after: Double, subPixel: String): Double {
    val curvature = 2 * top - after - before
    return when {
        subPixel == "quarter" -> if (after > before) 0.25 else if (after < before) -0.25 else 0.0
        subPixel == "parabola" && curvature > 0 && curvature < Double.POSITIVE_INFINITY ->
            0.5 * (after - before) / curvature
        else -> 0.0
    }
}

/** x and y of the mean pixel, weighted by the map's softmax. */
private fun meanPixel(maps: Maps, channel: Int): List<Double> {
    val highest = maps.at(channel, highestPixel(maps, channel))
    var total = 0.0
    var across = 0.0
    var down = 0.0
    for (i in 0 until maps.rows * maps.columns) {
        val power = portableExp(maps.at(channel, i) - highest)
        total += power
        across += power * (i % maps.columns)
        down += power * (i / maps.columns)
    }
    return listOf(across / total, down / total)
}
