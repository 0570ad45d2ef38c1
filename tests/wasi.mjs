// SPDX-License-Identifier: MIT
// Runs a program for WebAssembly, wasm32-wasi, in Node.js.
import { readFile } from 'node:fs/promises';
import { WASI } from 'node:wasi';

const wasi = new WASI({ version: 'preview1', args: process.argv.slice(2),
	returnOnExit: true });
const program = await WebAssembly.compile(await readFile(process.argv[2]));
process.exit(wasi.start(await WebAssembly.instantiate(program,
	wasi.getImportObject())));
