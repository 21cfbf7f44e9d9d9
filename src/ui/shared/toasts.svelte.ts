/** Short messages that need no answer. Anything that needs one is a notice in its place or a dialog. */
import type { Key, Vars } from './i18n/index.ts';

/** @property tone what the message means */
export type Toast = { id: number; tone: 'good' | 'info' | 'warn' | 'bad'; key: Key; vars?: Vars };

const LIFE = 6000;

class Toasts {
  #list = $state.raw<Toast[]>([]);
  #next = 1;

  get list(): readonly Toast[] {
    return this.#list;
  }

  /** Shows a message for six seconds. */
  show(tone: Toast['tone'], key: Key, vars?: Vars): void {
    const id = this.#next++;
    this.#list = [...this.#list, vars ? { id, tone, key, vars } : { id, tone, key }].slice(-3);
    setTimeout(() => this.dismiss(id), LIFE);
  }

  dismiss(id: number): void {
    this.#list = this.#list.filter((toast) => toast.id !== id);
  }
}

/** The one list of messages. */
export const toasts = new Toasts();
