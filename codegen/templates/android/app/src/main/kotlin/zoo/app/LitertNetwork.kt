// Runs the network with LiteRT on the CPU.
package zoo.app

import android.content.res.AssetManager
import com.google.ai.edge.litert.Accelerator
import com.google.ai.edge.litert.CompiledModel
import zoo.steps.Tensor
import zoo.steps.Values

/** Not thread-safe: one thread loads and runs it. */
class LitertNetwork(assets: AssetManager, override val contract: Contract) :
    Network, AutoCloseable {
    private val model =
        CompiledModel.create(assets, contract.file, CompiledModel.Options(Accelerator.CPU))
    private val inputs = model.createInputBuffers()
    private val outputs = model.createOutputBuffers()

    override fun run(inputChw: FloatArray): Values {
        inputs[0].writeFloat(toChannelsLast(inputChw, contract.input.shape))
        model.run(inputs, outputs)
        return contract.outputs.zip(outputs).associate { (spec, buffer) ->
            val values = toChannelsFirst(buffer.readFloat(), spec.shape)
            spec.name to Tensor(spec.shape, DoubleArray(values.size) { values[it].toDouble() })
        }
    }

    override fun close() {
        inputs.forEach { it.close() }
        outputs.forEach { it.close() }
        model.close()
    }
}
