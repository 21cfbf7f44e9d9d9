/** What patients said of a doctor in public, read off the doctor's verified timeline. */
import type { Address } from '../core/bytes.ts';
import { cidOf } from '../core/cid.ts';
import { asSalusError, type SalusError } from '../core/errors.ts';
import type { Account, ReadPorts } from '../flows/ports/index.ts';
import type { Rated, Ratings, Tallies } from '../flows/review.ts';
import type { Reply, Review } from '../record/review.ts';
import type { People } from './people.svelte.ts';
import { apart, kept } from './apart.svelte.ts';

/** Loaded when ratings are first looked at. */
const reviewing = () => import('../flows/review.ts');

/** Milliseconds for the words of one review. */
const PATIENCE = 30_000;

/** One rating on the screen. `review` is undefined while its words are on their way, null when there are none or they cannot be had. */
export class ReviewState {
  readonly rated: Rated;
  review = $state.raw<Review | null | undefined>(undefined);
  error = $state.raw<SalusError | null>(null);
  readonly #ports: () => Promise<ReadPorts>;
  #asked = false;

  constructor(ports: () => Promise<ReadPorts>, rated: Rated) {
    this.#ports = ports;
    this.rated = rated;
    if (!rated.comment) this.review = null;
  }

  /** Fetches the words, once they are to be seen. */
  read = async (): Promise<void> => {
    if (this.#asked || !this.rated.comment) return;
    this.#asked = true;
    try {
      const { readReview } = await reviewing();
      this.review = await readReview(await this.#ports(), this.rated, AbortSignal.timeout(PATIENCE));
    } catch (error) {
      this.error = asSalusError(error);
      this.review = null;
    }
  };

  again = (): Promise<void> => {
    this.#asked = false;
    this.error = null;
    this.review = undefined;
    return this.read();
  };
}

/** The ratings of one doctor. */
export class DoctorReviews {
  readonly doctor: Address;
  status = $state<'idle' | 'reading' | 'ready' | 'failed'>('idle');
  /** what was counted so far: while reading it grows */
  so = $state.raw<Ratings | null>(null);
  tally = $state.raw<Tallies | null>(null);
  list = $state.raw<ReviewState[]>([]);
  error = $state.raw<SalusError | null>(null);
  /** what the contract itself counts, accounts that this one took over from included */
  account = $state.raw<Account | null>(null);
  readonly #ports: () => Promise<ReadPorts>;
  readonly #people: People;
  readonly #known = new Map<bigint, ReviewState>();
  /** how often the person wanted more than is read at first */
  #more = 0;

  constructor(ports: () => Promise<ReadPorts>, people: People, doctor: Address) {
    this.#ports = ports;
    this.#people = people;
    this.doctor = doctor;
  }

  /** Reads the timeline, or what is new of it. */
  load = async (): Promise<void> => {
    if (this.status === 'reading') return;
    this.status = 'reading';
    void this.#people.refresh(this.#people.of(this.doctor));
    try {
      const ports = await this.#ports();
      this.account = await ports.chain.account(this.doctor);
      const { ratings, RATINGS_LIMIT, tally } = await reviewing();
      const limit = RATINGS_LIMIT * (1 + this.#more);
      const take = (so: Ratings) => this.#take(so, tally(so.list));
      take(await ratings(ports, this.doctor, { limit, onPage: take }));
      this.error = null;
      this.status = 'ready';
    } catch (error) {
      this.error = asSalusError(error);
      this.status = 'failed';
    }
  };

  /** Reads on where the limit stopped it. */
  more = (): Promise<void> => {
    this.#more++;
    return this.load();
  };

  /** The doctor's answer to a rating, null when there is none. */
  reply(rated: Rated): Reply | null {
    const named = rated.comment && cidOf(rated.comment);
    return (named && this.#people.of(this.doctor).published?.replies.find((r) => r.review === named)) || null;
  }

  #take(so: Ratings, tally: Tallies): void {
    if (this.so && so.read < this.so.read && !so.complete) return;
    this.so = so;
    this.tally = tally;
    this.list = so.list.map((rated) => {
      const known = this.#known.get(rated.id);
      // an older page may show that the visit was attested
      if (known && known.rated.attested === rated.attested) return known;
      const fresh = apart(() => new ReviewState(this.#ports, rated));
      this.#known.set(rated.id, fresh);
      return fresh;
    });
  }
}

/** Reviews by doctor. */
export class ReviewsState {
  readonly #ports: () => Promise<ReadPorts>;
  readonly #people: People;
  readonly #doctors = new Map<Address, DoctorReviews>();

  constructor(ports: () => Promise<ReadPorts>, people: People) {
    this.#ports = ports;
    this.#people = people;
  }

  of(doctor: Address): DoctorReviews {
    return kept(this.#doctors, doctor, () => new DoctorReviews(this.#ports, this.#people, doctor));
  }
}
