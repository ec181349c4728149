#include "core/live_page.hpp"

namespace zoo {

const char* const kLivePage = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Live</title>
<link rel="icon" href="data:,">
<style>
  body { margin: 0; background: #111; color: #ddd; font: 14px monospace; }
  img { display: block; max-width: 100%; max-height: 80vh; margin: auto; }
  pre { margin: 1em; white-space: pre-wrap; overflow-wrap: anywhere; }
</style>
<img id="video" alt="The last picture, with what was found in it">
<pre id="state">waiting for a picture</pre>
<pre id="result"></pre>
<script src="live.js"></script>
</html>
)html";

// The token is in the page's own query.
const char* const kLiveScript = R"js("use strict";
const state = document.getElementById("state");
document.getElementById("video").src = "video" + location.search;
const events = new EventSource("events" + location.search);
let results = 0;
let missed = 0;
const tell = () => {
  state.textContent = `${results} results` + (missed ? `, ${missed} not shown` : "");
};
events.onmessage = (event) => {
  results += 1;
  document.getElementById("result").textContent = event.data;
  tell();
};
events.addEventListener("missed", (event) => {
  missed += Number(event.data);
  tell();
});
events.onerror = () => { state.textContent = "the program has ended, or cannot be reached"; };
)js";

}  // namespace zoo
