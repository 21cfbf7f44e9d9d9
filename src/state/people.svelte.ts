/** Doctors and hospitals by address: their public profiles, fetched when first shown. */
import { untrack } from 'svelte';
import type { Address } from '../core/bytes.ts';
import { asSalusError, type SalusError } from '../core/errors.ts';
import { doctors, vouching } from '../flows/directory.ts';
import type { Account, Hospital, ReadPorts } from '../flows/ports/index.ts';
import { readProfile } from '../flows/profile.ts';
import type { DoctorProfile, Profile } from '../record/profile.ts';

/** `profile` is undefined while it is on its way, null when there is none or it cannot be had. */
export class Person {
  readonly address: Address;
  profile = $state.raw<Profile | null | undefined>(undefined);
  error = $state.raw<SalusError | null>(null);

  constructor(address: Address) {
    this.address = address;
  }

  get name(): string | null {
    return this.profile?.name ?? null;
  }
}

export type DoctorCard = { account: Account; person: Person; hospitals: { hospital: Hospital; person: Person }[] };

export class People {
  /** null until loaded */
  doctors = $state.raw<DoctorCard[] | null>(null);
  error = $state.raw<SalusError | null>(null);
  query = $state('');
  specialty = $state('');
  readonly #ports: () => Promise<ReadPorts>;
  readonly #people = new Map<Address, Person>();

  constructor(ports: () => Promise<ReadPorts>) {
    this.#ports = ports;
  }

  /** Reactive: fills in when its profile arrives. */
  of(address: Address): Person {
    const known = this.#people.get(address);
    if (known) return known;
    // a source made while a reaction runs is not tracked by it
    const person = untrack(() => new Person(address));
    this.#people.set(address, person);
    void this.refresh(person);
    return person;
  }

  /** Fetches the profile again, after an error or a change. */
  async refresh(person: Person): Promise<void> {
    person.error = null;
    try {
      person.profile = await readProfile(await this.#ports(), person.address, AbortSignal.timeout(30_000));
    } catch (error) {
      person.error = asSalusError(error);
      person.profile = null;
    }
  }

  /** Fetches again what could not be had: places may have been added since. */
  again = (): void => {
    for (const person of this.#people.values()) if (person.error) void this.refresh(person);
  };

  /** Loads the directory of accredited doctors. */
  load = async (): Promise<void> => {
    this.error = null;
    try {
      const ports = await this.#ports();
      const [list, hospitals] = await Promise.all([doctors(ports), ports.chain.hospitals()]);
      this.again();
      this.doctors = list.map((account) => this.#card(account, hospitals));
    } catch (error) {
      this.error = asSalusError(error);
    }
  };

  #card(account: Account, hospitals: Hospital[]): DoctorCard {
    return {
      account,
      person: this.of(account.address),
      hospitals: vouching(account, hospitals).map((hospital) => ({ hospital, person: this.of(hospital.address) })),
    };
  }

  doctor(address: Address): DoctorCard | null {
    return this.doctors?.find((d) => d.account.address === address) ?? null;
  }

  /** What search and filter leave. */
  get shown(): DoctorCard[] {
    const words = this.query.trim().toLowerCase().split(/\s+/).filter(Boolean);
    return (this.doctors ?? []).filter(({ person, account }) => {
      const p = person.profile?.kind === 'doctor' ? person.profile : null;
      const text = [p?.name, p?.qualification, p?.specialty, ...(p?.languages ?? []), account.address]
        .join(' ')
        .toLowerCase();
      return (!this.specialty || p?.specialty === this.specialty) && words.every((w) => text.includes(w));
    });
  }

  get specialties(): string[] {
    const all = (this.doctors ?? []).map((d) => (d.person.profile as DoctorProfile | null | undefined)?.specialty);
    return [...new Set(all.filter((s): s is string => !!s))].sort();
  }
}
