/**
 * `npm run bench -- --chain [--json] [--full]`: sent, succeeded, failed, send rate, latency and throughput, in the columns of Hyperledger
 * Caliper, for block times 1, 2, 5, 12 s × gas limits 10, 30, 60 M × confirmations by 1 of 1, 2 of 3, 3 of 5, 5 of 9 hospitals.
 *
 * One round is a stream of record additions at a fixed rate, and beside it acts of the hospitals: an admission that has its effect with
 * the last confirmation (`acts.ts`; for 1 of 1 an accreditation). Every transaction is executed by anvil with the real contract. Time is
 * simulated unless `--full` is given: blocks are mined when told, with timestamps exactly one block time apart, transactions count as
 * sent at their scheduled moment, and hospitals confirm as soon as a block shows them what to. There is no network, no other user and
 * nobody who has to think in these figures. With `--full` anvil mines by its own clock and all is awaited: about half an hour.
 *
 * With `--json`, one object and nothing else on standard output: `{"time": "simulated" | "real", "rounds": [{"name", "kind": "additions" |
 * "acts", "blockTime": s, "gasLimit": n, "needed": n, "hospitals": n, "sent": n, "succeeded": n, "failed": n, "sendRate": TPS | null,
 * "latency": {"min", "avg", "max"} | null, "throughput": TPS | null}], "rate": TPS, "machine": {…}, "tookS": s}`; latencies in seconds.
 */
import { cpus } from 'node:os';
import { randomBytes } from 'node:crypto';
import { toHex } from 'viem';
import type { Address } from '../../src/core/bytes.ts';
import { founders, startFast } from './anvil.ts';
import { caliperTable, rowOf, type Row } from './caliperReport.ts';
import { addition, enrolment } from './crowd.ts';
import { Load } from './load.ts';
import { real, simulated } from './pace.ts';
import { round } from './round.ts';

const BLOCK_TIMES = [1, 2, 5, 12];
const GAS_LIMITS = [10_000_000, 30_000_000, 60_000_000];
const CONFIRMATIONS: [needed: number, of: number][] = [
  [1, 1],
  [2, 3],
  [3, 5],
  [5, 9],
];
const LEAST_HOSPITALS = 3;
const PATIENTS = 50;
/** Additions a second, and how many: more than the smallest and slowest blocks can take, less than the others. */
const RATE = 100;
const ADDITIONS = 1_000;
const ACTS = { simulated: 5, real: 2 };

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** All rounds with one number of hospitals, on a chain of their own. */
const roundsOf = async (needed: number, of: number, full: boolean): Promise<Row[]> => {
  const hospitals = Math.max(of, LEAST_HOSPITALS);
  const chain = await startFast(hospitals);
  try {
    const patients = Array.from({ length: PATIENTS }, (): Address => toHex(randomBytes(20)));
    const enrol = enrolment();
    await chain.check(await chain.mine(patients.map((from) => ({ from, call: enrol }))));
    const load = new Load(chain);
    await load.begin([...patients, ...founders]);
    await load.reckon(patients[0] as Address, addition(patients[0] as Address));
    const proposals = { next: 1n };
    const rows: Row[] = [];
    for (const blockTime of BLOCK_TIMES)
      for (const gasLimit of GAS_LIMITS) {
        await chain.one('evm_setBlockGasLimit', toHex(gasLimit));
        const pace = await (full ? real : simulated)(chain, blockTime);
        const acts = full ? ACTS.real : ACTS.simulated;
        const options = { rate: RATE, additions: ADDITIONS, acts, needed, hospitals, blockTime };
        const made = await round(load, pace, options, patients, proposals);
        const cell = { blockTime, gasLimit, needed, hospitals: of };
        rows.push(rowOf('additions', cell, made.additions), rowOf('acts', cell, made.acts));
      }
    return rows;
  } finally {
    await chain.stop();
  }
};

/** Prints the rounds; the process fails when anything did, unless JSON was wanted. */
export const benchChain = async (json: boolean, full: boolean): Promise<void> => {
  const began = performance.now();
  const rounds: Row[] = [];
  for (const [needed, of] of CONFIRMATIONS) {
    say(`${needed} of ${of} …`);
    rounds.push(...(await roundsOf(needed, of, full)));
  }
  const result = {
    time: full ? ('real' as const) : ('simulated' as const),
    rounds,
    rate: RATE,
    machine: { cpu: cpus()[0]?.model ?? '', cores: cpus().length, node: process.version },
    tookS: Math.round((performance.now() - began) / 1000),
  };
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : caliperTable(result));
  process.exitCode = !json && rounds.some((row) => row.failed > 0) ? 1 : 0;
};
