// Runs a page's program where no browser is: pictures on standard input, answers on standard output,
// a line of JSON each. The program is taken from the page, and so is the script that calls it.
//   node node_page.mjs PAGE
// A picture: {"width", "height", "rgba": base64, "box": {x, y, width, height} or null,
// "detects": whether the detector is also asked alone}.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import vm from "node:vm";

const html = readFileSync(process.argv[2], "utf8");
const [, base64] = html.match(/<script type="text\/plain" id="program">([^<]*)</);
const scripts = [...html.matchAll(/<script>([^]*?)<\/script>/g)].map(([, script]) => script);
const caller = scripts.find((script) => script.includes("\nclass Program "));
const Program = vm.runInThisContext(`${caller}\nProgram;`);
const program = await Program.load(base64);

for await (const line of createInterface({ input: process.stdin })) {
  const { width, height, rgba, box, detects } = JSON.parse(line);
  const picture = { width, height, data: Buffer.from(rgba, "base64") };
  const answer = await program.look(picture, box);
  const detected = detects ? await program.detect(picture) : null;
  process.stdout.write(`${JSON.stringify({ answer, detected })}\n`);
}
