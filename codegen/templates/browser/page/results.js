"use strict";

// Shows records as tables, which screen readers can read, too.

const NOT_SHOWN = new Set([
  ...["source", "frame", "time_s", "face", "region", "id", "box", "landmarks", "boxes", "states"],
  ...["latency_ms", "inference_ms"],
]);
const LONGEST_LIST = 8;

// The results of a picture as elements.
function resultsOf(records) {
  return records.map((record) => {
    const section = document.createElement("section");
    const title = document.createElement("h2");
    title.textContent = `Region ${(record.id ?? record.face ?? 0) + 1}`;
    section.append(title, statesOf(record.states ?? []), tableOf(valuesOf(record)));
    return section;
  });
}

// Names and texts of a record's values.
function valuesOf(record) {
  const box = record.box.map((number) => number.toFixed(1)).join(", ");
  const others = Object.entries(record).filter(([name]) => !NOT_SHOWN.has(name));
  const values = others.map(([name, value]) => [name, textOf(value)]);
  const points = rowsOf(record.landmarks, 2).length;
  const found = rowsOf(record.boxes, 4).length;
  return [
    ["box", box],
    ...(points ? [["landmarks", `${points} points`]] : []),
    ...(Array.isArray(record.boxes) ? [["boxes", `${found}`]] : []),
    ...values,
  ];
}

function textOf(value) {
  if (value === null) return "not known";
  if (typeof value === "number") return Number.isInteger(value) ? `${value}` : value.toFixed(3);
  if (!Array.isArray(value)) return `${value}`;
  const flat = value.flat(Infinity);
  if (flat.length <= LONGEST_LIST) return flat.map(textOf).join(", ");
  return `${shapeOf(value).join(" x ")} numbers`;
}

function shapeOf(value) {
  return Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : [];
}

// rows: of names and texts.
function tableOf(rows) {
  const table = document.createElement("table");
  for (const [name, text] of rows) {
    const row = table.insertRow();
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = name.replaceAll("_", " ");
    row.append(head);
    row.insertCell().textContent = text;
  }
  return table;
}

function statesOf(states) {
  const list = document.createElement("ul");
  list.className = "states";
  for (const state of states) {
    const item = document.createElement("li");
    item.textContent = state.replaceAll("_", " ");
    list.append(item);
  }
  return list;
}

// "1 region", "2 regions".
function counted(count, one) {
  return `${count} ${count === 1 ? one : `${one}s`}`;
}

// A sentence for the status line.
function summaryOf(records) {
  const regions = counted(records.length, "region");
  const points = records.reduce((sum, record) => sum + rowsOf(record.landmarks, 2).length, 0);
  return points ? `${regions}, ${counted(points, "landmark")}` : regions;
}

// The times of the last pictures, to show their medians.
class Times {
  #kept = new Map();

  add(name, milliseconds) {
    const times = this.#kept.get(name) ?? [];
    times.push(milliseconds);
    if (times.length > 31) times.shift();
    this.#kept.set(name, times);
  }

  clear() {
    this.#kept.clear();
  }

  rows() {
    return [...this.#kept].map(([name, times]) => {
      const sorted = [...times].sort((one, other) => one - other);
      return [name, `${sorted[sorted.length >> 1].toFixed(1)} ms`];
    });
  }
}
