@file:Suppress("UNUSED_PARAMETER")

package androidx.activity

import android.content.Context
import android.content.res.AssetManager
import android.os.Bundle
import android.view.View
import androidx.activity.result.ActivityResultLauncher
import androidx.activity.result.contract.ActivityResultContracts

open class ComponentActivity : Context() {
    val assets: AssetManager = TODO()

    protected open fun onCreate(savedInstanceState: Bundle?) {}

    protected open fun onDestroy() {}

    fun setContentView(view: View) {}

    fun runOnUiThread(action: Runnable) {}

    fun registerForActivityResult(
        contract: ActivityResultContracts.RequestPermission,
        callback: (Boolean) -> Unit,
    ): ActivityResultLauncher<String> = TODO()
}
