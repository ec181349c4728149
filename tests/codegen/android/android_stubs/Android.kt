// What the app uses of Android, in outline: it compiles against this, and never runs.
@file:Suppress("UNUSED_PARAMETER")

package android

class Manifest {
    object permission {
        const val CAMERA = "android.permission.CAMERA"
    }
}
