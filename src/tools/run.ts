/** Starting other programs and waiting for them. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a finished program said (standard output and error together, as they came) and its exit code. */
export type Outcome = { code: number; output: string };

const children = new Set<ChildProcess>();

/** Programs of ours (prettier, vite, node 24) come before the machine's. */
export const environment = (extra: Record<string, string> = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${root}/node_modules/.bin:${process.env.PATH ?? ''}`,
  ...extra,
});

/** Starts a program in the project's folder; it is ended with us. */
export const start = (command: string, args: string[], options: SpawnOptions = {}): ChildProcess => {
  const child = spawn(command, args, { cwd: root, env: environment(), ...options });
  children.add(child);
  child.once('close', () => children.delete(child));
  return child;
};

/**
 * Runs a program to its end.
 * @param onLine called with each line as it comes
 * @returns its output; a program that cannot be started counts as exit code 127
 */
export const run = (
  command: string,
  args: string[],
  options: { env?: Record<string, string>; onLine?: (line: string) => void } = {},
): Promise<Outcome> =>
  new Promise((resolve) => {
    const child = start(command, args, { env: environment(options.env), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let rest = '';
    const take = (chunk: Buffer): void => {
      const text = chunk.toString();
      output += text;
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) options.onLine?.(line);
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.once('error', (error) => resolve({ code: 127, output: `${output}${error.message}\n` }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });

/** Ends every program still running; for Ctrl-C. */
export const endAll = (): void => children.forEach((child) => child.kill('SIGTERM'));
