"use strict";

// Draws what was found into a picture: boxes, and points of landmarks.

const DARK = "#000000b0";
const BRIGHT = "#5ef2ff";

// records: as the program returns them.  chosen: a box that the user draws, or null.
function draw(canvas, picture, records, chosen) {
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.style.setProperty("--aspect", picture.width / picture.height);
  const paper = canvas.getContext("2d", { willReadFrequently: true });
  paper.putImageData(picture, 0, 0);
  const unit = Math.max(1, Math.max(picture.width, picture.height) / 400);
  for (const record of records) {
    drawBox(paper, record.box, unit);
    for (const box of rowsOf(record.boxes, 4)) drawBox(paper, box, unit);
    for (const [x, y] of rowsOf(record.landmarks, 2)) drawPoint(paper, x, y, unit);
  }
  if (chosen) drawBox(paper, [chosen.x, chosen.y, chosen.width, chosen.height], unit, [4, 4]);
}

function drawBox(paper, [x, y, width, height], unit, dashes = []) {
  paper.setLineDash(dashes.map((length) => length * unit));
  for (const [color, line] of [[DARK, 3], [BRIGHT, 1]]) {
    paper.strokeStyle = color;
    paper.lineWidth = line * unit;
    paper.strokeRect(x, y, width, height);
  }
}

// The centres of pixels are at integers; those of the canvas at halves.
function drawPoint(paper, x, y, unit) {
  for (const [color, radius] of [[DARK, 1.6], [BRIGHT, 1]]) {
    paper.fillStyle = color;
    paper.beginPath();
    paper.arc(x + 0.5, y + 0.5, radius * unit, 0, 2 * Math.PI);
    paper.fill();
  }
}

// The rows of a value [N, columns] of known numbers; none of another value.
function rowsOf(value, columns) {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (row) => Array.isArray(row) && row.length === columns && row.every(Number.isFinite),
  );
}
