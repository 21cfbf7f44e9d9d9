import { getContext, setContext } from 'svelte';
import type { App } from './app.svelte.ts';

const KEY = Symbol('salus');

/** Hands the page's state to the screens below. */
export const provideApp = (app: App): App => setContext(KEY, app);

/** The page's state. Call it while a component is being made. */
export const useApp = (): App => getContext<App>(KEY);
