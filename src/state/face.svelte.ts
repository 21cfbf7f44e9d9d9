/** The account's own public face: profile, photo, and a doctor's answers, all in one published directory. */
import type { Digest } from '../core/bytes.ts';
import type { Entry, Ports } from '../flows/ports/index.ts';
import type { Change } from '../flows/profile.ts';
import type { Profile } from '../record/profile.ts';
import type { Acts } from './act.svelte.ts';
import type { People, Person } from './people.svelte.ts';
import type { VaultState } from './vault.svelte.ts';

export class FaceState {
  readonly #ports: () => Promise<Ports>;
  readonly #vault: VaultState;
  readonly #acts: Acts;
  readonly #people: People;

  constructor(ports: () => Promise<Ports>, vault: VaultState, acts: Acts, people: People) {
    this.#ports = ports;
    this.#vault = vault;
    this.#acts = acts;
    this.#people = people;
  }

  /** How others see this account; null while locked. */
  get person(): Person | null {
    return this.#vault.current && this.#people.of(this.#vault.current.account);
  }

  /** @param photo undefined leaves it as it is, null takes it away @param anew without what was published before: no place has it any more */
  publish = (profile: Profile, photo: Change['photo'], anew = false) =>
    this.#change('profile', { profile, ...(photo === undefined ? {} : { photo }) }, anew);

  /** Answers a review in public; no words take the answer away. */
  answer = (comment: Digest, text: string) => this.#change('answer', { answer: { comment, text } });

  async #change(kind: 'profile' | 'answer', change: Change, anew = false): Promise<Entry | undefined> {
    const entry = await this.#acts.run(kind, async (act) =>
      (await import('../flows/profile.ts')).changeProfile(await this.#ports(), act, change, anew),
    );
    const { person } = this;
    if (!entry || !person) return entry;
    await this.#people.refresh(person);
    this.#vault.profile = person.profile ?? this.#vault.profile;
    return entry;
  }
}
