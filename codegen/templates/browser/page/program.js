"use strict";

// The page's program, a WebAssembly module: pictures in, what was found out.
// Pictures are ImageData, or the like: width, height and data, four bytes of each pixel.
// Boxes are {x, y, width, height} in pixels, or null: then the detector looks, or there is no
// detector, and the network looks at the whole picture.
class Program {
  #module;
  #exports = null;

  // base64: the module.
  static async load(base64) {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    return new Program(await WebAssembly.compile(bytes));
  }

  constructor(module) {
    this.#module = module;
  }

  look(picture, box) {
    return this.#call(picture, "look", ...numbersOf(box));
  }

  // Begins a film, in which objects are followed from picture to picture.
  begin(box) {
    return this.#call(null, "begin", ...numbersOf(box));
  }

  // seconds: later than those of the picture before.
  follow(picture, number, seconds) {
    return this.#call(picture, "follow", number, seconds);
  }

  // What the detector finds, as it is.
  detect(picture) {
    return this.#call(picture, "detect");
  }

  async #call(picture, name, ...numbers) {
    this.#exports ??= await this.#start();
    const exports = this.#exports;
    try {
      if (picture) {
        const place = exports.picture(picture.height, picture.width);
        new Uint8Array(exports.memory.buffer).set(picture.data, place);
      }
      const said = exports[name](...numbers);
      return said === undefined ? null : JSON.parse(textAt(exports.memory, said));
    } catch (error) {
      this.#exports = null; // its stack was not unwound: the next call begins anew
      throw error;
    }
  }

  async #start() {
    let memory = null;
    const imports = {
      page: {
        fail: (place) => {
          throw new Error(textAt(memory, place));
        },
      },
    };
    // The C library's system: there are a clock and, for all else, errors.
    const known = {
      clock_time_get: (clock, precision, place) => {
        const nanoseconds = BigInt(Math.round(performance.now() * 1e6));
        new DataView(memory.buffer).setBigUint64(place, nanoseconds, true);
        return 0;
      },
    };
    const notSupported = 58;
    for (const { module, name } of WebAssembly.Module.imports(this.#module)) {
      imports[module] ??= {};
      imports[module][name] ??= known[name] ?? (() => notSupported);
    }
    const { exports } = await WebAssembly.instantiate(this.#module, imports);
    memory = exports.memory;
    exports._initialize();
    return exports;
  }
}

function numbersOf(box) {
  return box ? [box.x, box.y, box.width, box.height] : [0, 0, NaN, 0];
}

// The text that ends with a zero byte.
function textAt(memory, place) {
  const bytes = new Uint8Array(memory.buffer, place);
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
}
