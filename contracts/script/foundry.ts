/**
 * Finds and runs Foundry's programs: the ones on the PATH where there are any, else the pinned npm package of this platform.
 * `node contracts/script/foundry.ts forge test` passes arguments, signals and the exit code through.
 */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants as fsConstants } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Tool = 'forge' | 'anvil' | 'cast';

/** The project's folder: forge resolves `solc` in foundry.toml against the working directory. */
export const projectRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

const executable = (file: string): boolean => {
  try {
    accessSync(file, fsConstants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/**
 * @param tool which of Foundry's programs
 * @returns its absolute path
 * @throws Error when neither the PATH nor the optional npm packages have it
 */
export const foundryBinary = (tool: Tool): string => {
  const name = process.platform === 'win32' ? `${tool}.exe` : tool;
  // node_modules/.bin is on the PATH of every npm script and would always win over the person's own foundry
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((p) => p && !p.includes('node_modules'));
  const own = folders.map((folder) => join(folder, name)).find(executable);
  if (own) return own;
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  try {
    return createRequire(import.meta.url).resolve(`@foundry-rs/${tool}-${process.platform}-${arch}/bin/${name}`);
  } catch {
    throw new Error(
      `${tool} is not installed: there is no pinned package for ${process.platform}-${arch}. Install Foundry (https://getfoundry.sh) and try again.`,
    );
  }
};

/**
 * Runs a program to its end in the project's folder.
 * @returns what it wrote to standard output
 * @throws Error with what it wrote to standard error when it fails
 */
export const runFoundry = (tool: Tool, args: string[], options: { input?: string } = {}): string => {
  const done = spawnSync(foundryBinary(tool), args, {
    cwd: projectRoot,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...options,
  });
  if (done.error) throw done.error;
  if (done.status !== 0) throw new Error(`${tool} ${args[0] ?? ''} failed:\n${done.stderr || done.stdout}`);
  return done.stdout;
};

const main = (): void => {
  const [tool, ...args] = process.argv.slice(2);
  if (tool !== 'forge' && tool !== 'anvil' && tool !== 'cast') {
    console.error('usage: foundry.ts forge|anvil|cast [arguments]');
    process.exit(2);
  }
  const child = spawn(foundryBinary(tool), args, { stdio: 'inherit', cwd: projectRoot });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(error.message);
    process.exit(127);
  });
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1)));
};

if (import.meta.main) main();
