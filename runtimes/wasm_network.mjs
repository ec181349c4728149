// Runs a network that is a WebAssembly module: samples from standard input to standard output.
//   node wasm_network.mjs MODULE '{"run": NAME, "arena": BYTES, "inputs": [BYTES, ...], "outputs": [BYTES, ...]}'
// The function takes the address of the arena, if it has one, and those of its inputs and outputs.
import { readFileSync, writeSync } from "node:fs";

const ALIGNMENT = 16;
const PAGE_BYTES = 65536;

const [path, text] = process.argv.slice(2);
const call = JSON.parse(text);
const { instance } = await WebAssembly.instantiate(readFileSync(path), {});
const { memory } = instance.exports;

const sizes = [call.arena, ...call.inputs, ...call.outputs];
const aligned = sizes.map((size) => Math.ceil(size / ALIGNMENT) * ALIGNMENT);
const total = aligned.reduce((sum, size) => sum + size, 0);
const begin = memory.grow(Math.ceil(total / PAGE_BYTES)) * PAGE_BYTES;
const places = aligned.map((_, index) => begin + aligned.slice(0, index).reduce((sum, size) => sum + size, 0));
const bytes = new Uint8Array(memory.buffer);
const run = instance.exports[call.run];
const parameters = call.arena > 0 ? places : places.slice(1);

const given = readFileSync(0);
const firstOutput = 1 + call.inputs.length;
for (let read = 0; read < given.length; ) {
  call.inputs.forEach((size, index) => {
    bytes.set(given.subarray(read, read + size), places[1 + index]);
    read += size;
  });
  run(...parameters);
  call.outputs.forEach((size, index) => {
    const place = places[firstOutput + index];
    for (let written = 0; written < size; ) written += writeSync(1, bytes, place + written, size - written);
  });
}
