/** One person at one browser: ports over the fakes, and an act that goes along with everything unless told otherwise. */
import { SalusError } from '../../src/core/errors.ts';
import type { Act, Prompt, Stage } from '../../src/flows/act.ts';
import { enroll, type EnrolInput, type Prepared } from '../../src/flows/enroll.ts';
import type { Ports } from '../../src/flows/ports/index.ts';
import type { Vault } from '../../src/flows/vault.ts';
import { FakeCabinet } from './cabinet.ts';
import type { FakeWallet, FakeWorld, Person } from './chain.ts';
import { FakeStorage, type Blocks } from './storage.ts';

export class FakeAct implements Act {
  readonly controller = new AbortController();
  readonly signal = this.controller.signal;
  readonly stages: Stage[] = [];
  readonly prompts: Prompt[] = [];
  /** the person turns back at this prompt */
  turnBackAt: ((p: Prompt) => boolean) | null = null;

  stage(stage: Stage): void {
    this.stages.push(stage);
  }
  progress(): void {}
  async prompt(p: Prompt): Promise<void> {
    this.prompts.push(p);
    if (this.turnBackAt?.(p)) throw new SalusError('wallet/declined');
  }
  sent(): void {}
  confirmed(): void {}
  arrived(): void {}
}

export class Device {
  readonly world: FakeWorld;
  readonly person: Person;
  readonly wallet: FakeWallet;
  readonly storage: FakeStorage;
  readonly cabinet: FakeCabinet;
  readonly ports: Ports;
  readonly act = new FakeAct();

  /** @param before the same person's browser before a reload: its disk is kept, its memory is not */
  constructor(world: FakeWorld, person: Person, peer: Blocks, before?: Device) {
    this.world = world;
    this.person = person;
    this.wallet = world.wallet(person);
    this.storage = before?.storage ?? new FakeStorage(peer);
    this.storage.account = person.account;
    this.storage.guarded.follow(world);
    this.cabinet = new FakeCabinet(before?.cabinet.kept);
    this.ports = {
      chain: world.chain(),
      wallet: this.wallet,
      storage: this.storage,
      cabinet: this.cabinet,
      clock: () => world.time * 1000,
      random: (n) => crypto.getRandomValues(new Uint8Array(n)),
      zone: () => 60,
    };
  }

  reloaded(): Device {
    return new Device(this.world, this.person, this.storage.peer, this);
  }

  /** Enrols; the words shown are kept in `words`. */
  async enroll(input: Partial<EnrolInput> = {}): Promise<Vault> {
    return enroll(this.ports, this.act, {
      profile: null,
      fee: null,
      way: 'wallet',
      passphrase: '',
      open: true,
      prepared: null,
      onPrepared: (prepared) => void (this.prepared = prepared),
      confirmPhrase: async (words) => void (this.words = words),
      ...input,
    });
  }
  words: string[] = [];
  prepared: Prepared | null = null;
}
