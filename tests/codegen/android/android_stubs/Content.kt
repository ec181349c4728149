@file:Suppress("UNUSED_PARAMETER")

package android.content

open class Context
