plugins {
    id("com.android.application")
}

android {
    namespace = "zoo.app"
    compileSdk = 36

    defaultConfig {
        applicationId = "org.edgezoo.m_pfld_0_25x_300w68"
        minSdk = 24
        targetSdk = 36
        versionCode = 1
        versionName = "1.0"
    }

    // The bundle's own network, and the pictures of its self-test.
    sourceSets.getByName("main").assets.directories += listOf("../../../model", "../../../golden")

    androidResources {
        ignoreAssetsPattern = "!*.onnx"
        noCompress.add("tflite")
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
}

dependencies {
    implementation("androidx.activity:activity:1.11.0")
    implementation("androidx.camera:camera-camera2:1.6.2")
    implementation("androidx.camera:camera-lifecycle:1.6.2")
    implementation("com.google.ai.edge.litert:litert:2.3.0")
}
