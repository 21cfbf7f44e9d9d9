/** One act as the page shows it: where it is, what the wallet is about to ask, how it ended. */
import { asSalusError, isSalusError, SalusError } from '../core/errors.ts';
import type { Digest, Hex } from '../core/bytes.ts';
import type { Act, Prompt, Stage } from '../flows/act.ts';
import { recordsOf } from '../flows/handOver.ts';
import type { Entry, Progress, Receipt } from '../flows/ports/index.ts';

/** `asking`: the page explains the coming prompt and waits for the person · `wallet`: the wallet's own window is open */
export type ActStatus = 'running' | 'asking' | 'wallet' | 'done' | 'declined' | 'cancelled' | 'failed';
export type ActKind =
  | 'enrol'
  | 'unlock'
  | 'sign-in'
  | 'keys'
  | 'reveal'
  | 'profile'
  | 'answer'
  | 'fee'
  | 'accredit'
  | 'suspend'
  | 'attest'
  | 'propose'
  | 'confirm'
  | 'book'
  | 'card'
  | 'keep'
  | 'amend'
  | 'accept'
  | 'decline'
  | 'cancel'
  | 'reclaim'
  | 'prescribe'
  | 'dispute'
  | 'give-back'
  | 'divide'
  | 'resolve'
  | 'report'
  | 'correct'
  | 'release'
  | 'rate'
  | 'withdraw'
  | 'share'
  | 'change'
  | 'revoke'
  | 'rotate'
  | 'request'
  | 'refuse'
  | 'delegate'
  | 'assign'
  | 'folder'
  | 'move'
  | 'reseal'
  | 'review'
  | 'statement'
  | 'voucher'
  | 'resume';

export class ActState implements Act {
  readonly kind: ActKind;
  status = $state<ActStatus>('running');
  /** stages reached, in order */
  stages = $state.raw<Stage[]>([]);
  bytes = $state.raw<Progress | null>(null);
  asking = $state.raw<Prompt | null>(null);
  tx = $state.raw<Hex | null>(null);
  /** a contract's owners may still have to confirm what was sent */
  contract = $state(false);
  /** when the hash came, ms: a page may say "longer than usual" */
  sentAt = $state.raw<number | null>(null);
  receipt = $state.raw<Receipt | null>(null);
  /** what it left in the verified timeline, in order */
  entries = $state.raw<Entry[]>([]);
  error = $state.raw<SalusError | null>(null);
  /** what no other place holds when the wallet is asked: it may be handed over as a file */
  onlyHere = $state.raw<Digest[]>([]);
  /** when each stage was reached, and at last the end, ms */
  readonly #marks: { stage: Stage | null; at: number }[] = [];
  /** the person stopped waiting for a wallet that may still send */
  left = $state(false);
  /** when the wallet was asked, ms: a device may take its time */
  askedAt = $state.raw<number | null>(null);
  readonly #abort = new AbortController();
  #answer: { go: () => void; turnBack: () => void } | null = null;

  constructor(kind: ActKind) {
    this.kind = kind;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get stageNow(): Stage | null {
    return this.stages.at(-1) ?? null;
  }

  /** How long each stage took, milliseconds; complete once the act has ended. `wallet` is the person and the wallet. */
  get durations(): { stage: Stage; ms: number }[] {
    return this.#marks.flatMap(({ stage, at }, i) => {
      const next = this.#marks[i + 1];
      return stage && next ? [{ stage, ms: Math.round(next.at - at) }] : [];
    });
  }

  /** True while nothing was sent, nor can be: turning back then leaves everything as it was. */
  get cancellable(): boolean {
    const signing = this.status === 'wallet' && this.asking?.kind === 'signature';
    return signing || ((this.status === 'running' || this.status === 'asking') && this.tx === null);
  }

  /**
   * True while the wallet was asked to send and has not answered, or a contract's owners have yet to confirm: it may be left alone,
   * the journal knows of it.
   */
  get leavable(): boolean {
    if (this.contract && this.status === 'running' && this.stageNow === 'sent') return true;
    return this.status === 'wallet' && this.asking?.kind === 'transaction';
  }

  get ended(): boolean {
    return (
      this.status === 'done' || this.status === 'declined' || this.status === 'cancelled' || this.status === 'failed'
    );
  }

  stage(stage: Stage): void {
    if (this.status === 'wallet') this.status = 'running';
    if (this.stageNow !== stage) {
      this.stages = [...this.stages, stage];
      this.#marks.push({ stage, at: performance.now() });
    }
    this.bytes = null;
  }

  progress(p: Progress): void {
    this.bytes = p;
  }

  prompt(p: Prompt): Promise<void> {
    this.signal.throwIfAborted();
    if (p.kind === 'transaction' && p.onlyHere) this.onlyHere = [...this.onlyHere, ...recordsOf(p.call)];
    this.asking = p;
    this.status = 'asking';
    return new Promise((resolve, reject) => {
      this.#answer = {
        go: () => {
          this.status = 'wallet';
          this.askedAt = Date.now();
          resolve();
        },
        turnBack: () => reject(new SalusError('wallet/declined')),
      };
    });
  }

  sent(tx: Hex, contract = false): void {
    this.tx = tx;
    this.contract = contract;
    this.sentAt = Date.now();
    this.asking = null;
  }

  confirmed(receipt: Receipt): void {
    this.receipt = receipt;
  }

  arrived(entry: Entry): void {
    this.entries = [...this.entries, entry];
  }

  /** The person goes on to the wallet. */
  goOn(): void {
    this.#answer?.go();
    this.#answer = null;
  }

  /** The person turns back at the explanation, or cancels work under way. @param why what happened, when it was not the person */
  cancel(why: SalusError | null = null): void {
    if (why) this.#abort.abort(why);
    this.#answer?.turnBack();
    this.#answer = null;
    this.#abort.abort(new SalusError('storage/aborted'));
  }

  /** The person stops waiting for the wallet. Whatever it does afterwards is found and never repeated. */
  leave(): void {
    this.left = true;
    this.cancel();
  }

  /** For {@link Acts} alone. */
  end(error: unknown): void {
    this.#marks.push({ stage: null, at: performance.now() });
    this.asking = null;
    const why: unknown = this.signal.reason;
    if (error === null) this.status = 'done';
    else if (isSalusError(why) && why.code !== 'storage/aborted') {
      this.error = why;
      this.status = 'failed';
    } else if (isSalusError(error, 'wallet/declined')) this.status = 'declined';
    else if (this.signal.aborted) this.status = 'cancelled';
    else {
      this.error = asSalusError(error);
      this.status = 'failed';
    }
  }
}

/**
 * Runs the work while no other tab of this browser is at an act of the same account: two would draw on one draft and pay twice.
 * @param wait for the other tab's end instead of failing @throws app/other-tab
 */
export type Alone = <T>(kind: ActKind, work: () => Promise<T>, wait: boolean, signal: AbortSignal) => Promise<T>;

/** Acts run one at a time: a second prompt while one is open would only confuse. */
export class Acts {
  current = $state.raw<ActState | null>(null);
  /** does again what did not come to its end; a screen that goes on afterwards puts its own in its place */
  retry = $state.raw<(() => void) | null>(null);
  readonly #after: (act: ActState) => Promise<void>;
  readonly #alone: Alone;

  /** @param after called when an act ended, however it ended */
  constructor(after: (act: ActState) => Promise<void> = async () => {}, alone: Alone = (_, work) => work()) {
    this.#after = after;
    this.#alone = alone;
  }

  get busy(): boolean {
    return this.current !== null && !this.current.ended;
  }

  /**
   * @param wait what another tab has begun is waited for, instead of refused
   * @returns what `work` returns, undefined when it did not come to its end (the act says why)
   */
  async run<T>(kind: ActKind, work: (act: Act) => Promise<T>, wait = false): Promise<T | undefined> {
    if (this.busy) return undefined;
    const act = new ActState(kind);
    this.current = act;
    this.retry = () => void this.run(kind, work, wait);
    let result: T | undefined;
    try {
      result = await this.#alone(kind, () => work(act), wait, act.signal);
      act.end(null);
    } catch (error) {
      act.end(error);
    }
    await this.#after(act);
    return result;
  }

  /** Takes the ended act off the screen. */
  dismiss(): void {
    if (this.current?.ended) this.current = null;
  }
}
