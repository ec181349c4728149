from watched_run import Traces, watched


def test_the_app_writes_nothing_and_calls_nobody(app, tmp_path):
    words = ["--model", app.model, "--onnxruntime", app.runtime_library]
    source = ["--source", "raw:64x64:/dev/zero", "--photos", "20"]
    leaks = {"ASAN_OPTIONS": "detect_leaks=0"}  # a traced program cannot look for them
    for given in ({}, {"ORT_DISABLE_TELEMETRY": "0"}):
        place = tmp_path / str(len(given))
        place.mkdir()
        traces = watched([app.program, *words, *source], place, {**given, **leaks})
        assert traces == Traces(files=(), calls=())
