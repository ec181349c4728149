// What the view says in words about a finding.
package zoo.app

import java.util.Locale
import zoo.steps.Integers
import zoo.steps.Tensor
import zoo.steps.Texts
import zoo.steps.Values

private const val CLASSES_MAX = 5

/** The best classes of step top_k, "yellow 0.98" each. */
fun bestClasses(values: Values): List<String> = (0 until CLASSES_MAX).map {
    labelled(values, "top_labels", "top_classes", "top_scores", it)
}.filter(String::isNotEmpty)

/** Label and score of a row of the value 'boxes', as far as there are any: "cat 0.93". */
fun boxLabel(values: Values, row: Int): String =
    labelled(values, "labels", "classes", "scores", row)

/** "cat 0.93" of a label, or else "class 3 0.93" of its number; of these what there is. */
private fun labelled(
    values: Values,
    labels: String,
    numbers: String,
    scores: String,
    index: Int,
): String {
    val number = (values[numbers] as? Integers)?.data?.getOrNull(index)?.let { "class $it" }
    val name = (values[labels] as? Texts)?.data?.getOrNull(index) ?: number
    val score = (values[scores] as? Tensor)?.data?.getOrNull(index)
    return listOfNotNull(name, score?.let { "%.2f".format(Locale.ROOT, it) }).joinToString(" ")
}
