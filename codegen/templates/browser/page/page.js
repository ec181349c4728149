"use strict";

// What a user does with the page: chooses a picture or a camera, and boxes.

const element = (id) => document.getElementById(id);
const dataOf = (id) => element(id).textContent.trim();

const SIDES = ["x", "y", "width", "height"];
const WARM_UPS = 3; // the first runs are slower: they are compiled meanwhile

class Page {
  program = null;
  picture = null; // shown, as ImageData
  facts = JSON.parse(dataOf("facts"));
  examples = JSON.parse(dataOf("examples"));
  #box = null; // that the user gave
  #times = new Times();
  #camera = null; // its stream

  async start() {
    this.program = await Program.load(dataOf("program"));
    for (const { name } of this.examples) element("example").add(new Option(name));
    this.#listen();
    for (let run = 0; run < WARM_UPS; ++run) await this.openExample(this.examples[0]);
    this.#times.clear();
    await this.openExample(this.examples[0]);
    document.body.dataset.state = "ready";
  }

  openExample({ png, box }) {
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    return this.open(new Blob([bytes], { type: "image/png" }), this.facts.detector ? null : box);
  }

  // Shows a file's picture and returns what was found.
  async open(file, box = null) {
    this.picture = await pictureOf(file);
    return this.look(box);
  }

  // Looks at the picture that is shown.
  async look(box) {
    this.stopCamera();
    this.#box = box;
    this.#showBox(box);
    const answer = await this.program.look(this.picture, box);
    this.#show(answer);
    element("status").textContent = answer.records.length
      ? `Found: ${summaryOf(answer.records)}.`
      : "Nothing was found; a box can be drawn or entered.";
    return answer;
  }

  async startCamera() {
    const video = element("video");
    const wanted = { width: 640, height: 480, facingMode: "user" };
    if (!navigator.mediaDevices) throw new Error("Browsers give the camera to https and files only.");
    this.#camera = await navigator.mediaDevices.getUserMedia({ video: wanted });
    video.srcObject = this.#camera;
    await video.play();
    element("camera").setAttribute("aria-pressed", "true");
    element("status").textContent = "The camera is on. Pictures stay on this page.";
    element("events").replaceChildren();
    this.#times.clear();
    await this.program.begin(this.facts.detector ? null : this.#box);
    this.#film(video);
  }

  stopCamera() {
    if (!this.#camera) return;
    for (const track of this.#camera.getTracks()) track.stop();
    this.#camera = null;
    element("camera").setAttribute("aria-pressed", "false");
    element("status").textContent = "The camera is off.";
  }

  toggleCamera() {
    return this.#camera ? this.stopCamera() : this.startCamera();
  }

  // Looks at each frame of the camera that the page keeps up with.
  #film(video) {
    const camera = this.#camera;
    const begin = performance.now();
    let number = 0;
    const next = attempt(async () => {
      if (this.#camera !== camera) return;
      this.picture = pixelsOf(video, video.videoWidth, video.videoHeight);
      const seconds = (performance.now() - begin) / 1000;
      const answer = await this.program.follow(this.picture, number++, seconds);
      if (this.#camera !== camera) return;
      this.#show(answer);
      for (const event of answer.events) this.#tell(event);
      video.requestVideoFrameCallback(next);
    });
    video.requestVideoFrameCallback(next);
  }

  #show({ records, detector_ms: detector }) {
    draw(element("picture"), this.picture, records, null);
    element("results").replaceChildren(...resultsOf(records));
    if (detector !== null) this.#times.add("detector", detector);
    for (const record of records) {
      this.#times.add("network and steps", record.latency_ms);
      this.#times.add("network", record.inference_ms);
    }
    element("times").replaceChildren(tableOf(this.#times.rows()));
    element("records").textContent = JSON.stringify(records, null, 1);
    element("picture").setAttribute("aria-label", `Picture: ${summaryOf(records)}`);
  }

  #tell({ event, begin_s: begin, end_s: end }) {
    const item = document.createElement("li");
    const seconds = (end - begin).toFixed(1);
    item.textContent = `${event.replaceAll("_", " ")} at ${begin.toFixed(1)} s for ${seconds} s`;
    element("events").prepend(item);
  }

  #showBox(box) {
    for (const side of SIDES) element(side).value = box ? Math.round(box[side] * 10) / 10 : "";
  }

  #listen() {
    on("example", "change", () => this.openExample(this.examples[element("example").selectedIndex]));
    on("file", "change", () => this.#openFile(element("file").files[0]));
    on("camera", "click", () => this.toggleCamera());
    on("detect", "click", () => this.look(null));
    on("box", "submit", (event) => {
      event.preventDefault();
      return this.look(Object.fromEntries(SIDES.map((side) => [side, element(side).valueAsNumber])));
    });
    on("draw", "click", () => {
      const isPressed = element("draw").getAttribute("aria-pressed") === "true";
      element("draw").setAttribute("aria-pressed", `${!isPressed}`);
    });
    this.#listenToDrops();
    this.#listenToDrawing();
  }

  #openFile(file) {
    return file ? this.open(file) : null; // a dialogue was closed
  }

  #listenToDrops() {
    const mark = (isOver) => document.body.classList.toggle("drop", isOver);
    addEventListener("dragover", (event) => {
      event.preventDefault();
      mark(true);
    });
    addEventListener("dragleave", () => mark(false));
    addEventListener("drop", attempt((event) => {
      event.preventDefault();
      mark(false);
      return this.#openFile(event.dataTransfer.files[0]);
    }));
  }

  // A box is drawn from corner to corner while the button for it is pressed.
  #listenToDrawing() {
    const canvas = element("picture");
    let corner = null;
    canvas.onpointerdown = (event) => {
      if (element("draw").getAttribute("aria-pressed") !== "true" || this.#camera) return;
      corner = placeOf(event, canvas);
      canvas.setPointerCapture(event.pointerId);
    };
    canvas.onpointermove = (event) => {
      if (corner) draw(canvas, this.picture, [], boxOf(corner, placeOf(event, canvas)));
    };
    canvas.onpointercancel = () => {
      corner = null;
    };
    canvas.onpointerup = attempt((event) => {
      if (!corner) return null;
      const box = boxOf(corner, placeOf(event, canvas));
      corner = null;
      return box.width >= 1 && box.height >= 1 ? this.look(box) : null;
    });
  }
}

// Calls a function for an event, and shows what went wrong.
function attempt(action) {
  return async (...given) => {
    try {
      element("error").textContent = "";
      await action(...given);
    } catch (error) {
      page.stopCamera();
      element("status").textContent = "";
      element("error").textContent = error.message;
    }
  };
}

function on(id, event, action) {
  element(id).addEventListener(event, attempt(action));
}

// The pixels of a picture's file as they are in it, turned as its camera says.
async function pictureOf(file) {
  const asStored = { colorSpaceConversion: "none", premultiplyAlpha: "none" };
  const bitmap = await createImageBitmap(file, asStored).catch(() => {
    throw new Error("This file is no picture that this browser reads; choose another one.");
  });
  try {
    return pixelsOf(bitmap, bitmap.width, bitmap.height);
  } finally {
    bitmap.close();
  }
}

function pixelsOf(source, width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const paper = canvas.getContext("2d", { willReadFrequently: true });
  paper.drawImage(source, 0, 0);
  return paper.getImageData(0, 0, width, height);
}

// The place of a pointer in the canvas' pixels.
function placeOf(event, canvas) {
  const { x, y, width, height } = canvas.getBoundingClientRect();
  return [
    ((event.clientX - x) * canvas.width) / width,
    ((event.clientY - y) * canvas.height) / height,
  ];
}

function boxOf(corner, other) {
  const [x, y] = [0, 1].map((axis) => Math.min(corner[axis], other[axis]));
  const [width, height] = [0, 1].map((axis) => Math.abs(corner[axis] - other[axis]));
  return { x, y, width, height };
}

const page = new Page();
attempt(() => page.start())();
