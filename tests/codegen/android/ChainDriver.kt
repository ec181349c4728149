// Runs a chain with recorded outputs of its networks, as the app does for a photo.
package zoo.app

import java.io.File
import zoo.steps.Tensor
import zoo.steps.Values
import zoo.steps.numbers

/** Gives the outputs of files in turn. */
private class Replayed(override val contract: Contract, val files: List<String>) : Network {
    val inputs = mutableListOf<FloatArray>()

    override fun run(inputChw: FloatArray): Values {
        inputs.add(inputChw)
        return outputsOf(File(files[inputs.size - 1]).readLines())
    }
}

/** words: a photo, then files of outputs: the detector's, and the network's for each look. */
fun main(words: Array<String>) {
    val photo = readPng(words[0])
    val chain = DETECTOR!!
    val detector = Replayed(chain.contract, words.slice(1..1))
    val network = Replayed(NETWORK, words.drop(2))
    val findings = DetectorFinder(detector, chain.regions).find(photo).map {
        lookAt(network, photo, it)
    }
    for (input in detector.inputs + network.inputs) println(input.joinToString(" "))
    for (finding in findings) {
        val box = finding.box.run { doubleArrayOf(x, y, width, height) }
        println((box + finding.values.numbers("landmarks")).joinToString(" "))
    }
    check(findings.all { it.values["landmarks"] is Tensor })
}
