#!/usr/bin/env node
'use strict';
/**
 * The pinned `solc` package (emscripten) behind the command line of the native compiler, so that forge needs no download.
 * forge calls it in two ways: `--version`, and `--standard-json` with the input on standard input.
 */
const fs = require('node:fs');
const path = require('node:path');

// Named here because forge asks at every start and loading the compiler takes a second; each compilation compares it.
const VERSION = '0.8.37+commit.f401782d';

const argv = process.argv.slice(2);

/** Values of a repeatable option, given as `--name value` or `--name=value`. */
const values = (name) =>
  argv.flatMap((arg, i) => {
    if (arg === name && argv[i + 1] !== undefined) return [argv[i + 1]];
    return arg.startsWith(`${name}=`) ? [arg.slice(name.length + 1)] : [];
  });

const fail = (message) => {
  process.stderr.write(`solc.cjs: ${message}\n`);
  process.exit(1);
};

/** forge sends every source inline; imports it did not send are looked for in the base and include paths only. */
const findImport = (roots) => (name) => {
  for (const root of roots) {
    const file = path.resolve(root, name);
    const relative = path.relative(root, file);
    if (!relative.startsWith('..') && !path.isAbsolute(relative) && fs.existsSync(file))
      return { contents: fs.readFileSync(file, 'utf8') };
  }
  return { error: `not found: ${name}` };
};

const compile = async () => {
  const solc = require('solc');
  // the emscripten runtime turns every later failure into an abort of its own
  process.removeAllListeners('uncaughtException');
  process.removeAllListeners('unhandledRejection');
  if (!solc.version().startsWith(VERSION)) fail(`expected ${VERSION}, but the package is ${solc.version()}`);
  const roots = [values('--base-path')[0] ?? '.', ...values('--include-path')].map((p) => path.resolve(p));
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  process.stdout.write(solc.compile(Buffer.concat(chunks).toString('utf8'), { import: findImport(roots) }));
};

if (argv.includes('--version'))
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${VERSION}.Emscripten.clang\n`);
else if (argv.includes('--standard-json')) compile().catch((error) => fail(error?.stack ?? String(error)));
else fail('only --version and --standard-json are supported');
