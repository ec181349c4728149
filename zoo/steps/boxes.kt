// Step boxes: from a detector's outputs to candidates for boxes. The formulas are in the numpy
// form, zoo/steps/boxes.py, box_codings.py and box_scores.py.
package zoo.steps

/**
 * Adds values "candidate_boxes" [N, 4] in 1/256 pixel of the network's input, "candidate_scores"
 * and "candidate_classes", "candidate_labels" if there are labels, and "candidate_keypoints"
 * [N, keypointCount, 2] if there are key points.
 */
@Suppress("LongParameterList") // what a contract can say of a detector
fun Values.boxes(
    frame: Frame,
    coding: String,
    outputs: List<String>,
    scores: List<String>,
    objectness: List<String>,
    channels: String,
    boxChannel: Int,
    scoreChannel: Int,
    objectnessChannel: Int,
    classes: Int,
    activation: String,
    combine: String,
    background: String,
    threshold: Number,
    strides: List<Number>,
    anchors: List<List<List<Number>>>,
    grid: String,
    offset: Number,
    variances: List<Number>,
    bins: Int,
    order: String,
    normalized: Boolean,
    labels: List<String>,
    keypoints: List<String>,
    keypointChannel: Int,
    keypointCount: Int,
    keypointNumbers: Int,
): Values {
    val image = frame.image
    val unit = if (normalized) listOf(image.width, image.height) else listOf(1, 1)
    val levels = if (strides.isEmpty()) {
        decodedLevels(this, outputs, channels)
    } else {
        gridLevels(strides, anchors, grid == "even", image)
    }
    val least = threshold.toDouble()
    val rule = ScoreRule(activation, combine, background, least)
    val boxNumbers = if (coding == "distance_bins") 4 * bins else 4
    val found = mutableListOf<Long>()
    val foundScores = mutableListOf<Double>()
    val foundClasses = mutableListOf<Int>()
    val foundPoints = mutableListOf<Long>()
    levels.forEachIndexed { i, level ->
        val scoreOf = ChannelReader(this, scores, levels, i, channels, scoreChannel)
        val boxOf = ChannelReader(this, outputs, levels, i, channels, boxChannel)
        val objectOf = if (objectnessChannel < 0) {
            null
        } else {
            ChannelReader(this, objectness, levels, i, channels, objectnessChannel)
        }
        val pointsOf = ChannelReader(this, keypoints, levels, i, channels, keypointChannel)
        val raw = DoubleArray(if (classes > 0) classes else scoreOf.count)
        for (location in 0 until level.locations) {
            val (cell, anchor) = Pair(location / level.anchors.size, location % level.anchors.size)
            scoreOf.read(cell, anchor, raw)
            val (score, best) = rule.best(raw, objectOf?.first(cell, anchor))
            if (!(score >= least)) continue
            val numbers = DoubleArray(boxNumbers)
            boxOf.read(cell, anchor, numbers)
            if (order == "yx") swapAxes(numbers)
            val place = BoxPlace(level, cell, anchor, offset, unit, variances)
            found.addAll(place.toBoxQ8(coding, numbers))
            foundScores.add(score)
            foundClasses.add(best)
            val points = DoubleArray(keypointCount * keypointNumbers)
            pointsOf.read(cell, anchor, points)
            for (k in points.indices step keypointNumbers) {
                val (x, y) = if (order == "yx") Pair(k + 1, k) else Pair(k, k + 1)
                foundPoints.add(place.toPointQ8(coding, points[x], 0))
                foundPoints.add(place.toPointQ8(coding, points[y], 1))
            }
        }
    }
    val rows = listOf(foundScores.size)
    val added = mutableMapOf<String, Value>(
        "candidate_boxes" to Integers(rows + 4, found.toLongArray()),
        "candidate_scores" to Tensor(rows, foundScores.toDoubleArray()),
        "candidate_classes" to Integers(rows, LongArray(rows[0]) { foundClasses[it].toLong() }),
    )
    if (labels.isNotEmpty()) {
        added["candidate_labels"] = Texts(rows, foundClasses.map(labels::get))
    }
    if (keypointCount > 0) {
        val shape = rows + keypointCount + 2
        added["candidate_keypoints"] = Integers(shape, foundPoints.toLongArray())
    }
    return this + added
}
