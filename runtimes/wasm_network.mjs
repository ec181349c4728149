// Runs a network that is a WebAssembly module: says "ready", then takes samples from standard input to
// standard output until the former ends.
//   node wasm_network.mjs MODULE '{"run": NAME, "arena": BYTES, "inputs": [BYTES, ...], "outputs": [BYTES, ...]}'
// The function takes the address of the arena, if it has one, and those of its inputs and outputs.
import { readFileSync, readSync, writeSync } from "node:fs";

const ALIGNMENT = 16;
const PAGE_BYTES = 65536;

const [path, text] = process.argv.slice(2);
const call = JSON.parse(text);
const { instance } = await WebAssembly.instantiate(readFileSync(path), {});
const { memory } = instance.exports;

const sizes = [call.arena, ...call.inputs, ...call.outputs];
const places = [];
let total = 0;
for (const size of sizes) {
  places.push(total);
  total += Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}
const begin = memory.grow(Math.ceil(total / PAGE_BYTES)) * PAGE_BYTES;
const bytes = new Uint8Array(memory.buffer, begin);
const addresses = places.map((place) => begin + place);
const run = instance.exports[call.run];
const parameters = call.arena > 0 ? addresses : addresses.slice(1);

// Fills an array; returns whether there was something to read.
function filled(array) {
  for (let done = 0; done < array.length; ) {
    const count = readSync(0, array, done, array.length - done, null);
    if (count === 0) return false;
    done += count;
  }
  return true;
}

function write(array) {
  for (let done = 0; done < array.length; ) done += writeSync(1, array, done, array.length - done);
}

const arrays = places.map((place, index) => bytes.subarray(place, place + sizes[index]));
const inputs = arrays.slice(1, 1 + call.inputs.length);
const outputs = arrays.slice(1 + call.inputs.length);
write(Buffer.from("ready\n"));
while (inputs.every(filled)) {
  run(...parameters);
  outputs.forEach(write);
}
