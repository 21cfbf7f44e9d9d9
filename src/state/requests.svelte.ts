/** Requests for access: those that came to this account, and those that it made. */
import type { Address } from '../core/bytes.ts';
import { asSalusError, type SalusError } from '../core/errors.ts';
import { requestDraft } from '../flows/draft.ts';
import type { Entry, Ports } from '../flows/ports/index.ts';
import type { Extent } from '../flows/extent.ts';
import {
  askedIn,
  requestKey,
  requestsOf,
  standingsOf,
  vouchersOf,
  type KeyRequest,
  type Standing,
} from '../flows/requests.ts';
import type { Vault } from '../flows/vault.ts';
import type { AccessRequest } from '../record/accessRequest.ts';
import { idOf, type FolderId } from '../record/folders.ts';
import type { Acts } from './act.svelte.ts';
import { kept } from './apart.svelte.ts';
import type { DraftState } from './draft.svelte.ts';
import { Drafts } from './drafts.svelte.ts';
import type { RecordState } from './record.svelte.ts';
import type { VisitsState } from './visits.svelte.ts';

/** Cryptography is loaded with the first request that is made, answered or compared. */
const asking = () => import('../flows/request.ts');
const refusing = () => import('../flows/refuse.ts');

type Open = {
  ports: () => Promise<Ports>;
  vault: () => Vault;
  me: () => Address | null;
  acts: Acts;
  visits: VisitsState;
};

/** What a form that answers a request begins with. `until`: Unix seconds. */
export type Wish = { asker: Address; folders: FolderId[]; about: string; until: number; re: number };

/** One request on the screen: what it asks, once it is opened, and who stands behind it now. */
export class RequestView {
  /** null until opened */
  asked = $state.raw<AccessRequest | null>(null);
  /** why it cannot be read: not there, not for this account, or not understood */
  error = $state.raw<SalusError | null>(null);
  /** null until looked */
  standing = $state.raw<Standing | null>(null);
  /** the hospital that stands behind the asker, proven to a founder; null until proven */
  hospital = $state.raw<Address | null>(null);
  /** how much was given; null until looked */
  extent = $state.raw<Extent | null>(null);
}

export class RequestsState {
  /** Unix seconds by the device's clock when the list was last put together: decides what of the answers is over */
  now = $state(0);
  /** what came and what went, newest first; until all events are known, the newest */
  readonly all = $derived.by<KeyRequest[]>(() =>
    this.#open.me() ? requestsOf(this.#open.visits.entries, this.now) : [],
  );
  /** asked of me */
  readonly toMe = $derived(this.all.filter((r) => r.patient === this.#open.me()));
  /** asked by me */
  readonly byMe = $derived(this.all.filter((r) => r.asker === this.#open.me()));
  /** asked of me and not answered */
  readonly open = $derived(this.toMe.filter((r) => r.state === 'open'));
  readonly #open: Open;
  readonly #views = new Map<string, RequestView>();
  readonly #drafts: Drafts;

  constructor(open: Open) {
    this.#open = open;
    this.#drafts = new Drafts(open.ports);
  }

  /** For an effect of a screen: what is over is over by now. */
  follow = (): void => {
    void this.#open.visits.entries;
    this.now = Math.floor(Date.now() / 1000);
  };

  /** True once all of the account's events are known. */
  get ready(): boolean {
    return this.#open.visits.whole;
  }

  get(patient: string, re: string): KeyRequest | null {
    return this.all.find((r) => requestKey(r) === `${patient}/${re}`) ?? null;
  }

  /** Nothing is opened or asked yet when it is new. */
  view = (request: KeyRequest): RequestView => kept(this.#views, requestKey(request), () => new RequestView());

  /** What was asked, opened and read. */
  read = async (request: KeyRequest): Promise<void> => {
    const view = this.view(request);
    if (view.asked) return;
    const record = this.#open.visits.record(request.ref);
    await record.open();
    try {
      if (record.opened) view.asked = askedIn(record.opened);
      view.error = record.opened ? null : record.error;
    } catch (error) {
      view.error = asSalusError(error);
    }
  };

  /** Looks who the askers of these are now: one question for all of them. */
  lookUp = async (requests: KeyRequest[]): Promise<void> => {
    const known = await standingsOf(
      await this.#open.ports(),
      requests.map((r) => r.asker),
    ).catch(() => new Map<Address, Standing>());
    for (const request of requests) {
      const standing = known.get(request.asker);
      if (standing) this.view(request).standing = standing;
    }
  };

  /** Proves who stands behind an asker, and compares what was given with what was asked. */
  examine = async (request: KeyRequest): Promise<void> => {
    const view = this.view(request);
    const ports = await this.#open.ports();
    const found = await vouchersOf(ports, request.asker);
    view.hospital = 'hospital' in found ? found.hospital : null;
    if (!view.asked || request.grants.length === 0) return;
    const { extentOf } = await import('../flows/extent.ts');
    view.extent = await extentOf(ports, this.#open.vault(), request, view.asked).catch(() => null);
  };

  /** The patient's words on declining; null when nothing was said. */
  refusal = ({ refusal }: KeyRequest): RecordState | null => refusal && this.#open.visits.record(refusal);

  /**
   * What a form that answers begins with. Only a request of somebody in good standing now, whose time has not passed.
   * @param re by the count in my own inbox @throws SalusError when that cannot be found out
   */
  wish = async (re: number): Promise<Wish | null> => {
    const me = this.#open.me();
    const request = me && this.get(me, String(re));
    if (!request || (request.state !== 'open' && request.state !== 'answered')) return null;
    await this.read(request);
    const { asked, error } = this.view(request);
    if (!asked) throw error;
    const ports = await this.#open.ports();
    const standing = (await standingsOf(ports, [request.asker])).get(request.asker);
    if (!standing?.good || asked.until <= (await ports.chain.now())) return null;
    return { asker: request.asker, folders: asked.folders.map(idOf), about: asked.about, until: asked.until, re };
  };

  draft = (patient: Address): DraftState<AccessRequest> =>
    this.#drafts.of(requestDraft(patient), { folders: [], about: '', purpose: 'TREAT', until: 0, reason: '' });

  ask = (patient: Address): Promise<Entry | undefined> =>
    this.#open.acts.run('request', async (act) => {
      const { ask } = await asking();
      const draft = await this.draft(patient).current();
      const entry = await ask(await this.#open.ports(), act, this.#open.vault(), { patient, draft });
      this.#drafts.forget(requestDraft(patient));
      return entry;
    });

  /** Everything this account asked of that patient and that was not answered. */
  withdraw = (patient: Address): Promise<Entry | undefined> =>
    this.#open.acts.run('request', async (act) =>
      (await asking()).withdrawRequests(await this.#open.ports(), act, patient),
    );

  /** @param words sealed to the asker, may be empty */
  refuse = (request: KeyRequest, words: string): Promise<Entry | undefined> =>
    this.#open.acts.run('refuse', async (act) =>
      (await refusing()).refuse(await this.#open.ports(), act, this.#open.vault(), request, words),
    );

  /** Whether something can be sealed to an account; true while that cannot be found out. */
  enrolled = async (account: Address): Promise<boolean> => {
    const ports = await this.#open.ports();
    const found = await ports.chain.account(account).catch(() => null);
    return found === null || BigInt(found.keyHash) !== 0n;
  };

  clear(): void {
    this.#views.clear();
    this.#drafts.clear();
  }
}
