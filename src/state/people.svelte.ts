/** Doctors and hospitals by address: their public profiles, fetched when first shown. */
import type { Address, Digest } from '../core/bytes.ts';
import { asSalusError, SalusError } from '../core/errors.ts';
import { doctorPages, vouching } from '../flows/directory.ts';
import type { Account, Hospital, ReadPorts } from '../flows/ports/index.ts';
import type { DoctorProfile, Profile, Published } from '../record/profile.ts';
import { apart } from './apart.svelte.ts';
import { Lane } from './lane.ts';

/** `published` is undefined while it is on its way, null when there is none or it cannot be had. */
export class Person {
  readonly address: Address;
  published = $state.raw<(Published & { digest: Digest }) | null | undefined>(undefined);
  error = $state.raw<SalusError | null>(null);
  /** null until somebody wants it, and when there is none */
  photo = $state.raw<Blob | null>(null);
  /** the directory whose photo was asked for */
  asked: Digest | null = null;

  constructor(address: Address) {
    this.address = address;
  }

  get profile(): Profile | null | undefined {
    return this.published === undefined ? undefined : (this.published?.profile ?? null);
  }

  get name(): string | null {
    return this.published?.profile.name ?? null;
  }
}

export type DoctorCard = { account: Account; person: Person; hospitals: { hospital: Hospital; person: Person }[] };

/** Loaded when the first profile is read. */
const profiles = () => import('../flows/profile.ts');

/** Milliseconds for one file of a profile. */
const PATIENCE = 30_000;

export class People {
  /** null until loaded */
  doctors = $state.raw<DoctorCard[] | null>(null);
  error = $state.raw<SalusError | null>(null);
  readonly #ports: () => Promise<ReadPorts>;
  readonly #me: () => Address | null;
  readonly #people = new Map<Address, Person>();
  /** everybody who is only one of a list */
  readonly #lane = new Lane<Person>((person) => this.#fetched(person));

  /** @param me the open vault's account, null while locked */
  constructor(ports: () => Promise<ReadPorts>, me: () => Address | null) {
    this.#ports = ports;
    this.#me = me;
  }

  /**
   * @param typed an address, a code, a Salus number, or a link with one of the first two in it
   * @throws input/invalid with `why`, chain/unreachable, crypto/locked
   */
  lookUp = async (typed: string): Promise<Address> => {
    const me = this.#me();
    if (!me) throw new SalusError('crypto/locked');
    const { lookUp } = await import('../flows/lookUp.ts');
    return lookUp(await this.#ports(), me, typed);
  };

  /** Reactive: fills in when its profile arrives. */
  of(address: Address): Person {
    const known = this.#people.get(address);
    const person = known ?? this.#add(address);
    if (!known || this.#lane.take(person)) void this.refresh(person);
    return person;
  }

  /** One that was shown before, null for others: asks nobody. */
  known = (address: Address): Person | null => this.#people.get(address) ?? null;

  /** Of a long list: these are looked at now. */
  first(people: Person[]): void {
    this.#lane.first(people);
  }

  #add(address: Address): Person {
    const person = apart(() => new Person(address));
    this.#people.set(address, person);
    return person;
  }

  /** One of a list: its profile comes when it is its turn. */
  listed(address: Address): Person {
    const known = this.#people.get(address);
    if (known) return known;
    const person = this.#add(address);
    this.#lane.add(person);
    return person;
  }

  /** Fetches the profile again, after an error or a change. */
  async refresh(person: Person): Promise<void> {
    (await this.#fetched(person))();
  }

  /** @returns what shows it */
  async #fetched(person: Person): Promise<() => void> {
    try {
      const ports = await this.#ports();
      const { profileDigest, readPublished } = await profiles();
      const digest = await profileDigest(ports, person.address);
      if (digest && digest === person.published?.digest) return () => (person.error = null);
      const published = digest && (await readPublished(ports, digest, AbortSignal.timeout(PATIENCE)));
      return () => {
        person.published = digest && published ? { ...published, digest } : null;
        person.error = null; // not before: whoever opens a file by hand must not lose the place while it is tried again
        if (!published?.photo) person.photo = null;
        else if (person.asked) void this.photo(person);
      };
    } catch (error) {
      return () => {
        person.error = asSalusError(error);
        // what was read before is still what they published before
        person.published ??= null;
      };
    }
  }

  /** Fetches the photo, once somebody is to see it: a list of names needs none. */
  async photo(person: Person): Promise<void> {
    const { published } = person;
    if (!published?.photo || person.asked === published.digest) return;
    person.asked = published.digest;
    try {
      const ports = await this.#ports();
      const { readPublishedPhoto } = await profiles();
      const photo = await readPublishedPhoto(ports, published.digest, published, AbortSignal.timeout(PATIENCE));
      if (person.asked === published.digest) person.photo = photo && new Blob([photo.body], { type: photo.type });
    } catch {
      // the initials stand for it, until it is asked for again
      person.photo = null;
      person.asked = null;
    }
  }

  /** Fetches again what could not be had or was not there: places may have been added, profiles published since. */
  again = (): void => {
    for (const person of this.#people.values()) if (person.error || person.published === null) this.#lane.add(person);
  };

  /** Loads the directory of accredited doctors, which grows page by page. */
  load = async (): Promise<void> => {
    this.error = null;
    try {
      const ports = await this.#ports();
      const hospitals = await ports.chain.hospitals();
      this.again();
      let list: Account[] = [];
      for await (list of doctorPages(ports))
        // a list that is read again does not shrink meanwhile
        if (list.length > (this.doctors?.length ?? 0)) this.doctors = this.#cards(list, hospitals);
      this.doctors = this.#cards(list, hospitals);
    } catch (error) {
      this.error = asSalusError(error);
    }
  };

  #cards(list: Account[], hospitals: Hospital[]): DoctorCard[] {
    return list.map((account) => ({
      account,
      person: this.listed(account.address),
      hospitals: vouching(account, hospitals).map((hospital) => ({ hospital, person: this.of(hospital.address) })),
    }));
  }

  doctor(address: Address): DoctorCard | null {
    return this.doctors?.find((d) => d.account.address === address) ?? null;
  }

  get specialties(): string[] {
    const all = (this.doctors ?? []).map((d) => (d.person.profile as DoctorProfile | null | undefined)?.specialty);
    return [...new Set(all.filter((s): s is string => !!s))].sort();
  }
}
