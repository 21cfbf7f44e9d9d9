/** The page's state in one object, made when the landing page is left and handed to the screens through the context. */
import type { Address, Bytes, Hex } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import type { Agreement, Chain, Deployment, Ports, ReadPorts } from '../flows/ports/index.ts';
import type { Vault } from '../flows/vault.ts';
import { AccessState } from './access.svelte.ts';
import { Acts, type ActState, type Alone } from './act.svelte.ts';
import { DeviceState } from './device.svelte.ts';
import { ExchangeState } from './exchange.svelte.ts';
import { DurationsState } from './durations.svelte.ts';
import { AssignedState } from './assigned.svelte.ts';
import { AttestsState } from './attests.svelte.ts';
import { ConsortiumState } from './consortium.svelte.ts';
import { DirectoryState } from './directory.svelte.ts';
import { DisputesState } from './disputes.svelte.ts';
import { Follower } from './follower.ts';
import { FaceState } from './face.svelte.ts';
import { FoldersState } from './folders.svelte.ts';
import { KeysState } from './keys.svelte.ts';
import type { Networks } from './networks.svelte.ts';
import { NodesState } from './nodes.svelte.ts';
import { NoticesState } from './notices.svelte.ts';
import { OutboxState } from './outbox.svelte.ts';
import { OversightState } from './oversight.svelte.ts';
import { OwnState } from './own.svelte.ts';
import { PatientsState } from './patients.svelte.ts';
import { People } from './people.svelte.ts';
import { PerformanceState } from './performance.svelte.ts';
import { PinningServices } from './pinning.svelte.ts';
import { PlacesState } from './places.svelte.ts';
import { PracticeState } from './practice.svelte.ts';
import { Proofs } from './proofs.svelte.ts';
import { RequestsState } from './requests.svelte.ts';
import { ReceivedState } from './received.svelte.ts';
import { ReviewsState } from './reviews.svelte.ts';
import { RecordsState } from './records.svelte.ts';
import { ResealState } from './reseal.svelte.ts';
import { SessionState } from './session.svelte.ts';
import { VoucherState } from './voucher.svelte.ts';
import { SharingState } from './sharing.svelte.ts';
import { StaffState } from './staff.svelte.ts';
import { StatementsState } from './statements.svelte.ts';
import { Times } from './times.svelte.ts';
import { VaultState } from './vault.svelte.ts';
import { VisitsState } from './visits.svelte.ts';
import { WalletState } from './wallet.svelte.ts';
import type { Backend, Wiring } from './wiring.ts';

/** A part that holds something of the open vault lets go of it by `clear`; the others hold nothing of it. */
const forgets = (part: unknown): part is { clear(): void } =>
  typeof (part as { clear?: unknown } | null)?.clear === 'function';

/** Holds every part, starts and locks them, and follows the wallet. */
export class App {
  /** whose vault was shut because the wallet went to another account, or to none: what they were writing waits for them */
  shut = $state.raw<{ account: Address; now: Address | null } | null>(null);
  /** how many of the configured nodes answered alike, the wallet's own among them */
  agreement = $state.raw<Agreement | null>(null);
  readonly acts: Acts;
  readonly wallet: WalletState;
  readonly vault: VaultState;
  readonly people: People;
  readonly times: Times;
  readonly proofs: Proofs;
  readonly visits: VisitsState;
  readonly records: RecordsState;
  /** what a patient keeps by their own hand */
  readonly own: OwnState;
  /** where each lies */
  readonly folders: FoldersState;
  readonly reseal: ResealState;
  /** who can read what, and who asks to */
  readonly access: AccessState;
  readonly requests: RequestsState;
  /** giving and taking back */
  readonly sharing: SharingState;
  /** what others share with this account */
  readonly received: ReceivedState;
  /** a doctor's */
  readonly patients: PatientsState;
  readonly outbox: OutboxState;
  readonly practice: PracticeState;
  readonly face: FaceState;
  readonly reviews: ReviewsState;
  readonly staff: StaffState;
  readonly attests: AttestsState;
  /** by hospitals */
  readonly assigned: AssignedState;
  readonly oversight: OversightState;
  /** open to all */
  readonly directory: DirectoryState;
  /** both sides' in a dispute */
  readonly statements: StatementsState;
  readonly disputes: DisputesState;
  readonly consortium: ConsortiumState;
  /** what others did that concerns this account */
  readonly notices: NoticesState;
  readonly places: PlacesState;
  readonly pinning: PinningServices;
  /** records by hand */
  readonly exchange: ExchangeState;
  readonly session: SessionState;
  readonly voucher: VoucherState;
  readonly nodes: NodesState;
  readonly keys: KeysState;
  readonly performance: PerformanceState;
  readonly durations: DurationsState;
  readonly device: DeviceState;
  readonly #wiring: Wiring;
  #backend: Promise<Backend> | null = null;
  /** ends following the chain */
  #unwatch: (() => void) | null = null;
  readonly #follower: Follower;
  #kept: Bytes | null = null;

  constructor(wiring: Wiring) {
    this.#wiring = wiring;
    const ports = () => this.#ports();
    const vault = (): Vault => {
      if (!this.vault.current) throw new SalusError('crypto/locked');
      return this.vault.current;
    };
    this.acts = new Acts((act) => this.#acted(act), this.#alone);
    this.wallet = new WalletState(
      async () => (await this.#load()).connector,
      () => this.deployment,
      (account) => void this.#accountChanged(account),
    );
    this.device = new DeviceState(wiring.shelf, () => this.wallet.connection?.walletName ?? null);
    const readPorts = () => this.#readPorts();
    this.vault = new VaultState(ports, readPorts, this.acts, () => this.#opened());
    this.performance = new PerformanceState(wiring.measurer);
    this.durations = new DurationsState(async () => this.#readPorts());
    const me = () => this.vault.current?.account ?? null;
    this.people = new People(() => this.#readPorts(), me);
    this.times = new Times(() => this.#readPorts());
    this.proofs = new Proofs(() => this.#readPorts());
    this.visits = new VisitsState({ ports, vault, acts: this.acts });
    const timeOf = (block: number) => this.times.of(block).seconds;
    this.records = new RecordsState({ ports, vault }, () => this.vault.current, this.visits, timeOf);
    this.own = new OwnState({ ports, vault, acts: this.acts }, this.records);
    this.access = new AccessState({ ports, vault, me, acts: this.acts, visits: this.visits });
    this.requests = new RequestsState({ ports, vault, me, acts: this.acts, visits: this.visits });
    const { acts, visits, records, people } = this;
    this.sharing = new SharingState({
      ...{ ports, vault, me, acts, visits, records, people },
      folders: () => this.folders.own,
    });
    const filing = { ports, vault, acts: this.acts, records: this.records, visits: this.visits, me };
    const given = () => this.access.given;
    this.folders = new FoldersState({ ...filing, given });
    this.reseal = new ResealState({ ports, vault, acts: this.acts, records: this.records, folders: this.folders });
    this.received = new ReceivedState({ ports, vault, me, acts, visits });
    this.patients = new PatientsState({ ports, vault, me, acts: this.acts, visits: this.visits });
    this.outbox = new OutboxState(ports, this.acts);
    this.practice = new PracticeState(ports, vault, this.acts);
    this.face = new FaceState(ports, this.vault, this.acts, this.people);
    this.reviews = new ReviewsState(() => this.#readPorts(), this.people);
    const account = () => this.vault.me;
    this.staff = new StaffState({ ports, vault, me: account, acts: this.acts });
    this.attests = new AttestsState(ports, account, this.acts);
    this.assigned = new AssignedState({ ports, vault, me, acts: this.acts, visits: this.visits });
    this.oversight = new OversightState({ ports, me: account, staff: this.staff });
    this.directory = new DirectoryState(() => this.#readPorts());
    this.statements = new StatementsState({ ports, vault, acts: this.acts });
    this.disputes = new DisputesState({ ports, me: account, acts: this.acts, visits: this.visits });
    this.consortium = new ConsortiumState(ports, account, this.acts);
    this.notices = new NoticesState({
      ports,
      vault,
      me: () => (this.vault.current ? this.vault.me : null),
      visits: this.visits,
      waiting: () => this.consortium.waiting,
      shelf: wiring.shelf,
      clock: wiring.clock,
    });
    this.places = new PlacesState(
      wiring.shelf,
      async () => (await this.#load()).storage,
      () => this.#sought(),
    );
    this.pinning = new PinningServices(ports, this.places);
    this.exchange = new ExchangeState(
      () => this.#readPorts(),
      () => this.outbox.load(),
      () => this.#sought(),
    );
    this.nodes = new NodesState(wiring.shelf, () => this.#readPorts());
    this.#follower = new Follower({
      settled: () => this.visits.whole && !this.visits.error,
      every: () => this.#patience,
      before: () => (this.vault.current ? this.vault.me : null),
      now: async () => {
        const { chain } = await this.#load();
        return this.vault.current ? chain.account(this.vault.current.account).catch(() => null) : null;
      },
      read: this.refresh,
      glance: this.outbox.load,
      clock: wiring.clock,
    });
    const replaced = async (next: Vault) => {
      await this.vault.replace(next);
      // who was signed in is the old seed's PeerId
      await this.session.load();
    };
    this.keys = new KeysState({ ports, vault, acts: this.acts, replaced });
    this.session = new SessionState({
      ports,
      sessions: async () => (await this.#load()).sessions(),
      vault,
      acts: this.acts,
      places: this.places,
      site: wiring.site,
    });
    this.voucher = new VoucherState({ ports, vault, places: this.places, session: this.session });
  }

  /** Which networks there are, and the one that is used; the landing page has read it. */
  get networks(): Networks {
    return this.#wiring.networks;
  }

  get deployment(): Deployment | null {
    return this.networks.current;
  }

  /** Reads again what may have changed, quietly. */
  refresh = async (): Promise<void> => {
    if (!this.vault.current) return;
    const { persona } = this.vault;
    const chain = (await this.#load()).chain;
    this.vault.me = await chain.account(this.vault.current.account).catch(() => this.vault.me);
    if (this.vault.replacedElsewhere && !this.acts.busy) return this.#outdated();
    await Promise.all([
      this.outbox.load(),
      this.visits.load(),
      this.notices.load(),
      persona === 'doctor' ? this.practice.load() : undefined,
      persona === 'hospital' ? this.staff.load() : undefined,
      persona === 'hospital' ? this.consortium.glance() : undefined,
    ]);
    if (!this.vault.current) return;
    await this.#learn(chain);
    // in the background: a request that cannot be had holds up nothing
    if (persona === 'doctor') void this.patients.load();
    void this.notices.load();
    void this.received.refresh();
    await this.#keep(chain);
    this.#follower.note();
  };

  /** Milliseconds for which others' acts may go unseen: hospitals act on them, and who reads another's file waits for what is added. */
  get #patience(): number {
    if (this.vault.persona === 'hospital') return 0;
    return this.received.givers.length > 0 ? 5_000 : 60_000;
  }

  /** Locks at once and forgets what was opened: the keys first, then whatever any part holds. */
  lock = async (): Promise<void> => {
    const locked = this.vault.lock();
    this.acts.current?.cancel();
    this.#unwatch?.();
    this.#unwatch = null;
    for (const part of Object.values(this)) if (forgets(part)) part.clear();
    this.#kept = null;
    this.agreement = null;
    await locked;
    await this.places.apply();
  };

  /** Goes on without a node that contradicts the others, for this visit. @param name as the error's `details.nodes` has it */
  leaveOut = async (name: string): Promise<void> => {
    (await this.#load()).chain.leaveOut(name);
    await this.#again();
  };

  /** Lets go of what this browser remembers of an account, when the nodes used now contradict it. */
  forgetSeen = async (account: Address): Promise<void> => {
    const { chain } = await this.#load();
    chain.forgetSeen(account);
    if (this.vault.current) await this.#keep(chain);
    await this.#again();
  };

  /** A changed key that the person has looked at is the known one from now on. @throws SalusError */
  acceptKey = async (account: Address, hash: Hex): Promise<void> => {
    const { acceptKey } = await import('../flows/trust.ts');
    await acceptKey(await this.#readPorts(), account, hash);
  };

  /** Unlocking and signing in send nothing: any tab may. */
  #alone: Alone = (kind, work, wait, signal) => {
    const account = this.wallet.account;
    if (!account || kind === 'unlock' || kind === 'sign-in') return work();
    return this.#wiring.exclusive(`salus.act.${account}`, work, wait, signal);
  };

  async #acted(act: ActState): Promise<void> {
    this.device.notice(act.error);
    if (this.vault.current && act.status === 'done') await this.durations.keep(act);
    await this.refresh();
  }

  /** Looks again for what no place had: there are other places now, or a file was handed over. */
  #sought(): void {
    this.people.again();
    this.visits.again();
    void this.received.again();
  }

  async #again(): Promise<void> {
    if (this.vault.current) await this.refresh();
    else await this.vault.look(this.wallet.account);
  }

  /** Epochs that began on another device: what is sealed from now on is sealed to the newest of each folder. */
  async #learn(chain: Chain): Promise<void> {
    const { learnEpochs } = await import('../flows/earlier.ts');
    const { current } = this.vault;
    if (current) await learnEpochs(chain, current).catch(() => undefined);
  }

  async #keep(chain: Chain): Promise<void> {
    const { keepTimelines } = await import('../flows/unlock.ts');
    const { cabinet } = await this.#load();
    try {
      this.#kept = await keepTimelines({ chain, cabinet }, this.#kept);
      this.agreement = chain.agreement();
    } catch {
      // locked meanwhile, or no room: what is not kept is read anew
      this.#kept = null;
    }
  }

  async #opened(): Promise<void> {
    this.shut = null;
    const { chain } = await this.#load();
    this.#unwatch?.();
    const account = this.vault.current?.account;
    const unwatch = chain.watch(() => void this.#follower.look(), true);
    const unattend = account ? this.#wiring.attention(account, (pace) => chain.attend(pace)) : null;
    this.#unwatch = () => {
      unwatch();
      unattend?.();
    };
    await this.session.load();
    await this.nodes.load();
    await this.pinning.load();
    await this.refresh();
  }

  async #accountChanged(account: Address | null): Promise<void> {
    // what the account before was being asked could only fail now
    const { current } = this.acts;
    if (current && !current.ended) current.cancel(new SalusError(account ? 'wallet/account-changed' : 'wallet/locked'));
    if (this.vault.current && this.vault.current.account !== account) {
      this.shut = { account: this.vault.current.account, now: account };
      await this.lock();
      // the act cannot be tried again at a locked door, and the notice there says what was kept
      this.acts.dismiss();
    }
    // locking takes a moment, in which the wallet may have come back
    await this.vault.look(this.wallet.account);
  }

  /** Keys changed on another device: what is open here can read no longer what comes, so it is shut, and opened with the new ones. */
  async #outdated(): Promise<void> {
    await this.lock();
    this.vault.outdated = true;
    this.vault.ways = null;
    await this.vault.look(this.wallet.account);
  }

  #load(): Promise<Backend> {
    if (!this.deployment) return Promise.reject(new SalusError('chain/not-deployed'));
    const { deployment } = this;
    // later: a screen without a wallet may ask for a name while it is being drawn, where no state may change
    this.#backend ??= Promise.resolve()
      .then(() => this.#start(deployment))
      .catch((error: unknown) => {
        this.#backend = null;
        throw error;
      });
    return this.#backend;
  }

  async #start(deployment: Deployment): Promise<Backend> {
    const backend = await this.#wiring.backend(this.nodes.begin(deployment));
    queueMicrotask(() => void this.places.begin(deployment));
    return backend;
  }

  async #readPorts(): Promise<ReadPorts> {
    const { chain, storage, cabinet } = await this.#load();
    const { clock, random, zone } = this.#wiring;
    return { chain, storage, cabinet, clock, random, zone };
  }

  async #ports(): Promise<Ports> {
    const { connector } = await this.#load();
    return { ...(await this.#readPorts()), wallet: connector.asWallet() };
  }
}
