// Step nms: the best candidates for boxes, without those that overlap a better one.
// The numpy form is zoo/steps/nms.py; zoo/detections.py defines which remain.
package zoo.steps

/** Whether boxes a and b of rows x0 y0 x1 y1 in 1/256 pixel are the same object. */
private fun isSameObject(boxes: LongArray, a: Int, b: Int, iouPercent: Int): Boolean {
    fun area(i: Int) = (boxes[4 * i + 2] - boxes[4 * i]) * (boxes[4 * i + 3] - boxes[4 * i + 1])
    fun overlap(axis: Int) = maxOf(
        minOf(boxes[4 * a + axis + 2], boxes[4 * b + axis + 2]) -
            maxOf(boxes[4 * a + axis], boxes[4 * b + axis]),
        0,
    )
    val inter = overlap(0) * overlap(1)
    return 100 * inter > iouPercent * (area(a) + area(b) - inter)
}

/**
 * Adds values "boxes" [N, 4] x, y, width, height in photo pixels, "scores" and "classes", and
 * "labels" and "keypoints" [N, K, 2] where the candidates have them.
 */
fun Values.nms(
    frame: Frame,
    iouPercent: Int,
    limit: Int,
    candidates: Int,
    perClass: Boolean,
): Values {
    val boxesQ8 = (getValue("candidate_boxes") as Integers).data
    val scores = numbers("candidate_scores")
    val classes = (getValue("candidate_classes") as Integers).data
    val kept = mutableListOf<Int>()
    val order = scores.indices.sortedWith { a, b ->
        if (scores[a] > scores[b]) -1 else if (scores[a] < scores[b]) 1 else 0
    }
    for (i in order.take(candidates)) {
        if (kept.size == limit) break
        val rivals = kept.filter { !perClass || classes[it] == classes[i] }
        if (rivals.none { isSameObject(boxesQ8, i, it, iouPercent) }) kept.add(i)
    }
    val rows = listOf(kept.size)
    val boxes = kept.flatMap { boxInPhoto(boxesQ8, it, frame) }
    val added = mutableMapOf<String, Value>(
        "boxes" to Tensor(rows + 4, boxes.toDoubleArray()),
        "scores" to Tensor(rows, DoubleArray(kept.size) { scores[kept[it]] }),
        "classes" to Integers(rows, LongArray(kept.size) { classes[kept[it]] }),
    )
    (this["candidate_labels"] as? Texts)?.let { labels ->
        added["labels"] = Texts(rows, kept.map(labels.data::get))
    }
    (this["candidate_keypoints"] as? Integers)?.let { points ->
        val numbers = 2 * points.shape[1]
        val photo = kept.flatMap { i -> inPhoto(points.data, numbers * i, numbers, frame) }
        val shape = rows + points.shape.drop(1)
        added["keypoints"] = Tensor(shape, photo.map { it - 0.5 }.toDoubleArray())
    }
    return this + added
}

/** Row i as x, y, width, height in photo pixels. */
private fun boxInPhoto(boxesQ8: LongArray, i: Int, frame: Frame): List<Double> {
    val edges = inPhoto(boxesQ8, 4 * i, 4, frame)
    return listOf(edges[0], edges[1], edges[2] - edges[0], edges[3] - edges[1])
}

/** `count` numbers x, y, x, y, ... from the one at `first` on, in photo pixels. */
private fun inPhoto(placesQ8: LongArray, first: Int, count: Int, frame: Frame): List<Double> {
    val region = requireNotNull(frame.region) { "a step before the network sets the region" }
    val origin = listOf(region.x0Q8, region.y0Q8).map(Long::toDouble)
    val scale = listOf(
        region.widthQ8.toDouble() / (256 * frame.image.width),
        region.heightQ8.toDouble() / (256 * frame.image.height),
    )
    return List(count) { k -> (origin[k % 2] + placesQ8[first + k] * scale[k % 2]) / 256 }
}
