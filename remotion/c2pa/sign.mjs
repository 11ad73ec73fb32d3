// Signs one file with @contentauth/c2pa-wasm. Arguments: the folder of the package, the file, the signed file, its
// MIME type. Lines of JSON: stdin has the request, then the signature for each {"sign"} that stdout asks for.
import {readFile, writeFile} from 'node:fs/promises';
import {createInterface} from 'node:readline';
import {pathToFileURL} from 'node:url';
import path from 'node:path';

const [folder, input, output, format] = process.argv.slice(2);
const lines = createInterface({input: process.stdin})[Symbol.asyncIterator]();
const say = (message) => process.stdout.write(JSON.stringify(message) + '\n');

// The package reads a Blob with an interface that only workers of browsers have.
class Bytes extends Blob {
  constructor(bytes) {
    super([]);
    this.bytes = bytes;
  }
  get size() {
    return this.bytes.byteLength;
  }
  slice(from, to) {
    return new Bytes(this.bytes.subarray(from, to));
  }
}
globalThis.FileReaderSync ??= class {
  readAsArrayBuffer({bytes}) {
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  }
};

try {
  const request = JSON.parse((await lines.next()).value);
  const pkg = path.join(folder, 'pkg');
  const {default: init, WasmBuilder, WasmReader} = await import(pathToFileURL(path.join(pkg, 'c2pa.js')));
  await init({module_or_path: await readFile(path.join(pkg, 'c2pa_bg.wasm'))});
  const sign = async (bytes) => {
    say({sign: Buffer.from(bytes).toString('base64')});
    const {value, done} = await lines.next();
    if (done) throw new Error('no signature');
    return new Uint8Array(Buffer.from(JSON.parse(value).signature, 'base64'));
  };
  const builder = WasmBuilder.fromJson(JSON.stringify(request.manifest));
  const file = new Bytes(new Uint8Array(await readFile(input)));
  const signed = await builder.sign({sign, reserveSize: request.reserve, alg: request.algorithm}, [], format, file);
  const reader = await WasmReader.fromBytes(format, signed);
  const store = JSON.parse(reader.json());
  const failures = (store.validation_results?.activeManifest?.failure ?? []).map((f) => f.code);
  await writeFile(output, signed);
  say({ok: true, state: store.validation_state, failures});
} catch (e) {
  say({error: String(e?.message ?? e)});
}
process.exit(0);
