// Runs the app's plain Kotlin without Android: what it prints is compared with the reference.
package zoo.app

import java.awt.image.BufferedImage
import java.io.File
import javax.imageio.ImageIO
import zoo.steps.Box
import zoo.steps.Frame
import zoo.steps.Image
import zoo.steps.Integers
import zoo.steps.Region
import zoo.steps.StepError
import zoo.steps.Tensor
import zoo.steps.Texts
import zoo.steps.Values
import zoo.steps.aspectRatios
import zoo.steps.centerCrop
import zoo.steps.color
import zoo.steps.contrast
import zoo.steps.crop
import zoo.steps.embedding
import zoo.steps.equalize
import zoo.steps.gray
import zoo.steps.landmarks
import zoo.steps.letterbox
import zoo.steps.normalize
import zoo.steps.numbers
import zoo.steps.resize
import zoo.steps.softmax
import zoo.steps.stretch
import zoo.steps.topK

private val NOWHERE = Box(0.0, 0.0, 1.0, 1.0)

/** words: "golden FOLDER OFFSET", "steps FILE", "post CASE FILE" or "view CASE FILE". */
fun main(words: Array<String>) {
    if (words[0] == "golden") lookAtGolden(words[1], words[2].toDouble())
    if (words[0] == "post") print(posted(valuesOf(words[1], File(words[2]).readLines())))
    if (words[0] == "view") println(viewed(valuesOf(words[1], File(words[2]).readLines())))
    if (words[0] == "steps") File(words[1]).readLines().forEach { println(step(it.split(' '))) }
}

/** Gives the recorded outputs of each golden picture in turn, plus an offset. */
private class Recorded(val golden: List<Golden>, val offset: Double) : Network {
    override val contract = NETWORK
    val inputs = mutableListOf<FloatArray>()

    override fun run(inputChw: FloatArray): Values {
        inputs.add(inputChw)
        return golden[(inputs.size - 1) % golden.size].outputs.associate { expected ->
            val values = DoubleArray(expected.values.size) { expected.values[it] + offset }
            expected.output to Tensor(listOf(values.size), values)
        }
    }
}

private fun lookAtGolden(folder: String, offset: Double) {
    val golden = readGolden(File(folder, "selftest.txt").readText())
    val network = Recorded(golden, offset)
    for (item in golden) {
        val finding = look(network, readPng("$folder/${item.picture}.png"), item.box)
        val inputChw = network.inputs.last()
        val inputHwc = toChannelsLast(inputChw, NETWORK.input.shape)
        check(toChannelsFirst(inputHwc, NETWORK.input.shape).contentEquals(inputChw))
        println("chw ${inputChw.joinToString(" ")}")
        println("hwc ${inputHwc.joinToString(" ")}")
        finding.values.keys.forEach { name ->
            println("$name ${finding.values.numbers(name).joinToString(" ")}")
        }
    }
    selfTest(network, golden) { readPng("$folder/$it.png") }.forEach { println("wrong $it") }
}

/** As Photo.kt reads a picture on the device. */
internal fun readPng(path: String): Image {
    val photo: BufferedImage = ImageIO.read(File(path))
    val argb = photo.getRGB(0, 0, photo.width, photo.height, null, 0, photo.width)
    val pixels = ByteArray(3 * argb.size) { (argb[it / 3] shr (16 - 8 * (it % 3))).toByte() }
    return Image(photo.height, photo.width, 3, pixels)
}

private fun step(words: List<String>): String = when (words[0]) {
    "crop" -> cropped(words.drop(1).map(String::toDouble))
    "track" -> tracked(words.drop(1).map(String::toDouble), hasLandmarks = true)
    "track_nothing" -> tracked(listOf(), hasLandmarks = false)
    "stretch", "center_crop", "center_crop_of_sides", "letterbox" -> fitted(words)
    "aspect_ratios" -> ratios(words[1], words.drop(2).map(String::toDouble))
    "softmax", "embedding", "top_k" -> scored(words[0], words.drop(1).map(String::toDouble))
    "landmarks" -> placed(words[1], words.drop(2).map(String::toDouble))
    else -> imageStep(words)
}

private fun cropped(numbers: List<Double>): String {
    val (x, y, width, height, scale) = numbers
    val aspect = numbers.drop(5).map(Double::toInt)
    return try {
        place(Frame(image("1", "1", "1"), Box(x, y, width, height)).crop(scale, aspect))
    } catch (error: StepError) {
        error.message!!
    }
}

private fun place(frame: Frame): String =
    frame.region!!.run { "$x0Q8 $y0Q8 $widthQ8 $heightQ8" }

/** STEP HEIGHT WIDTH CHANNELS FILE INTERPOLATION PARAMETER..., the box a part of the picture. */
private fun fitted(words: List<String>): String {
    val photo = image(words[1], words[2], words[3], File(words[4]).readBytes())
    val before = Frame(photo, Box(-3.5, 2.25, 20.0, 14.0))
    val size = words.subList(6, 8).map(String::toInt)
    val after = when (words[0]) {
        "stretch" -> before.stretch(size, words[5])
        "center_crop" -> before.centerCrop(words[8].toInt(), size, words[5], listOf())
        "center_crop_of_sides" ->
            before.centerCrop(0, size, words[5], words.drop(8).map(String::toInt))
        else -> before.letterbox(size, List(photo.channels) { 10 * it }, words[8], words[5], words[9])
    }
    return "${place(after)} ${numbersOf(after.image)}"
}

private fun numbersOf(image: Image) =
    image.pixels.joinToString(" ") { (it.toInt() and 255).toString() }

/** Where in a photo of 100 x 100 something with these landmarks, if any, is looked for next. */
private fun tracked(xy: List<Double>, hasLandmarks: Boolean): String {
    val landmarks = mapOf("landmarks" to Tensor(listOf(xy.size / 2, 2), xy.toDoubleArray()))
    val photo = image("100", "100", "3")
    val tracker = Tracker(hasLandmarks)
    tracker.follow(photo, listOf(Finding(NOWHERE, mapOf(), landmarks, 0.0)))
    return tracker.find(photo).single().box.let { "${it.x} ${it.y} ${it.width} ${it.height}" }
}

private fun ratios(layout: String, xy: List<Double>): String {
    val values = mapOf("landmarks" to Tensor(listOf(xy.size / 2, 2), xy.toDoubleArray()))
    val added = values.aspectRatios(frame(image("1", "1", "1")), layout)
    return listOf("ear_left", "ear_right", "ear", "mar").joinToString(" ") {
        added.numbers(it).single().toString()
    }
}

/** What a step makes of a vector; of top_k all classes, those of class 3 being labelled "<3>". */
private fun scored(step: String, vector: List<Double>): String {
    val outputs = mapOf("out" to Tensor(listOf(vector.size), vector.toDoubleArray()))
    val nothing = frame(image("1", "1", "1"))
    return when (step) {
        "softmax" -> outputs.softmax(nothing, "out").numbers("probabilities").joinToString(" ")
        "embedding" -> outputs.embedding(nothing, "out").numbers("embedding").joinToString(" ")
        else -> outputs.topK(nothing, "out", vector.size, vector.indices.map { "<$it>" }).run {
            val classes = (getValue("top_classes") as Integers).data.joinToString(" ")
            val labels = (getValue("top_labels") as Texts).data.joinToString("")
            "${numbers("top_scores").joinToString(" ")} $classes $labels"
        }
    }
}

/** Two landmarks of three numbers, relative to two places; pixels in an input of 12 x 48. */
private fun placed(order: String, numbers: List<Double>): String {
    val outputs = mapOf("out" to Tensor(listOf(6), numbers.take(6).toDoubleArray()))
    val mean = numbers.drop(6).chunked(2)
    val input = frame(image("12", "48", "1"))
    val values = outputs.landmarks(input, "out", 2, mean, order, 3, mean.isEmpty())
    return values.numbers("landmarks").joinToString(" ")
}

/** STEP HEIGHT WIDTH CHANNELS FILE PARAMETER... */
private fun imageStep(words: List<String>): String {
    val before = frame(image(words[1], words[2], words[3], File(words[4]).readBytes()))
    val after = when (words[0]) {
        "resize" -> before.resize(words.drop(6).map(String::toInt), words[5])
        "gray" -> before.gray()
        "equalize" -> before.equalize()
        "contrast" -> before.contrast(words[5].toInt())
        "color" -> before.color(words[5])
        else -> words.drop(5).map(String::toDouble).let { numbers ->
            before.normalize(numbers.take(numbers.size / 2), numbers.drop(numbers.size / 2))
        }
    }
    after.inputChw?.let { return it.joinToString(" ") }
    return numbersOf(after.image)
}

private fun image(
    height: String,
    width: String,
    channels: String,
    pixels: ByteArray = ByteArray(0),
) = Image(height.toInt(), width.toInt(), channels.toInt(), pixels)

/** The region of every step: x0, y0, width and height, 1/256 pixel. */
private fun frame(image: Image) = Frame(image, NOWHERE, Region(-700, 300, 5000, 3000))

/**
 * What a case's steps make of outputs, a line "NAME SHAPE NUMBERS" for each, after a line "HEIGHT
 * WIDTH" of the network's input.
 */
private fun valuesOf(case: String, lines: List<String>): Values {
    val (height, width) = lines[0].split(' ').map(String::toInt)
    val outputs = outputsOf(lines.drop(1))
    val frame = Frame(
        Image(height, width, 3, ByteArray(0)),
        Box(-3.5, 20.25, 90.0, 70.0),
        Region(-700, 300, 163840, 122880),
    )
    return postprocess(case, outputs, frame)
}

/** Outputs of lines "NAME SHAPE NUMBERS", by tabs. */
internal fun outputsOf(lines: List<String>): Values = lines.associate { line ->
    val (name, shape, items) = line.split('\t')
    name to Tensor(
        shape.split(' ').map(String::toInt),
        items.split(' ').map(String::toDouble).toDoubleArray(),
    )
}

/** Type, name, shape and items of each value, by tabs. */
private fun posted(values: Values): String = values.entries.joinToString("") { (name, value) ->
    val (kind, items) = when (value) {
        is Tensor -> Pair("float64", value.data.map { java.lang.Double.toHexString(it) })
        is Integers -> Pair("int64", value.data.map(Long::toString))
        is Texts -> Pair("str", value.data)
    }
    (listOf(kind, name, value.shape.joinToString(" ")) + items).joinToString("\t") + "\n"
}

/** The first box's label, the best classes, and the parts of a mask. */
private fun viewed(values: Values): String {
    val parts = maskParts(values).map {
        "${it.x} ${it.y} ${it.width} ${it.height} ${Integer.toHexString(it.color)}"
    }
    return (listOf(boxLabel(values, 0)) + bestClasses(values) + parts).joinToString("\n")
}
